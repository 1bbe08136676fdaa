//! What has to be so for a persona, and is not.

use super::{Facts, Finding, Level, Object, Rule, Verdict};
use crate::{Access, Command, Expectation, Name, Persona, catalog::Relation, quoted};

/// RLS-501.
pub(super) const RULES: &[Rule] = &[RLS_501];

const RLS_501: Rule = Rule {
    id: "RLS-501",
    title: "a persona's expectation is not met",
    why: "Somebody wrote down what this persona may do, and it is not so.",
    look,
};

fn look(facts: &Facts<'_>) -> Vec<Finding> {
    let expected = facts
        .matrix
        .personas
        .iter()
        .flat_map(|persona| persona.expect.iter().map(move |own| (persona, own)));
    expected
        .filter_map(|(persona, expectation)| unmet(facts, persona, expectation))
        .collect()
}

fn unmet(facts: &Facts<'_>, persona: &Persona, expectation: &Expectation) -> Option<Finding> {
    let relation = facts
        .catalog
        .relations
        .iter()
        .find(|own| is_called(&own.name, &expectation.relation));
    let access = relation.and_then(|own| facts.access(&persona.name, &own.name, expectation.command));
    if access.is_some_and(|access| {
        expectation
            .access
            .iter()
            .any(|expected| expected == access.class())
    }) {
        return None;
    }
    let expected = &expectation.access;
    let command = expectation.command.as_str();
    let found = match (relation, access) {
        (None, _) => "there is no such relation".to_owned(),
        (Some(_), None) => "it was not looked at".to_owned(),
        (Some(_), Some(access)) => format!("it is {}", access.class()),
    };
    let is_known = relation.is_none() || access.is_some_and(|access| !matches!(access, Access::Unknown(_)));
    let mut evidence = vec![
        format!("expected: {}", expected.join(" or ")),
        format!("found: {found}"),
    ];
    evidence.extend(relation.map(|relation| reproduction(persona, relation, expectation.command)));
    Some(Finding {
        rule: RLS_501.id,
        level: if is_known { Level::Error } else { Level::Warn },
        object: Object::Cell {
            persona: persona.name.clone(),
            relation: relation.map_or_else(|| missing(&expectation.relation), |own| own.name.clone()),
            command: expectation.command,
        },
        message: format!(
            "{command} on {} as {} was expected to come to {}, and {found}.",
            expectation.relation,
            persona.name,
            expected.join(" or ")
        ),
        evidence,
        verdict: if is_known {
            Verdict::Proved
        } else {
            Verdict::Unproved
        },
        fix: None,
    })
}

/// Whether the text names it, with quotes or without.
fn is_called(name: &Name, text: &str) -> bool {
    name.to_string() == text || format!("{}.{}", name.schema, name.name) == text
}

/// What a relation that is not there is called: `public.tanks`.
fn missing(text: &str) -> Name {
    let (schema, name) = text.split_once('.').unwrap_or(("public", text));
    Name::new(schema, name)
}

/// SQL that shows it, and leaves nothing behind; triggers fire, so what writes is for a copy. Findings are kept and sent
/// about: what a persona's token says is left for whoever tries it to fill in.
fn reproduction(persona: &Persona, relation: &Relation, command: Command) -> String {
    let name = &relation.name;
    let column = relation
        .columns
        .first()
        .map(|column| quoted(&column.name))
        .unwrap_or_default();
    let statement = match command {
        Command::Select => format!("select count(*) from {name}"),
        Command::Insert => format!("insert into {name} default values"),
        Command::Update => format!("update {name} set {column} = {column}"),
        Command::Delete => format!("delete from {name}"),
    };
    format!(
        "begin; select set_config('request.jwt.claims', :'claims', true); set local role {}; {statement}; rollback; \
         (in psql, `claims` being those of {})",
        quoted(&persona.database_role),
        persona.name
    )
}

#[cfg(test)]
mod tests;
