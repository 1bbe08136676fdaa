use serde::{Deserialize, Serialize};

use crate::{
    Authority, Catalog,
    catalog::Relation,
    rules::{self, Facts},
};

/// Something that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// What: a rule, a role, a policy.
    pub what: String,
    /// Why, and what would change that.
    pub why: String,
    /// It does not apply here. What should have been looked at and was not makes an audit incomplete.
    pub expected: bool,
}

/// What does not apply here, and what could not be understood.
pub(super) fn skipped(facts: &Facts<'_>, untried: &[Authority]) -> Vec<Skipped> {
    let absent = ["anon", "authenticated"]
        .into_iter()
        .filter(|role| facts.catalog.role(role).is_none());
    let mut skipped: Vec<Skipped> = absent
        .map(|role| expected(&format!("role {role}"), "there is no role of that name"))
        .collect();
    if facts.settings.application_logins.is_empty() {
        skipped.push(expected(
            "RLS-310",
            "audit.application_logins names no login of an application",
        ));
    }
    if facts
        .matrix
        .personas
        .iter()
        .all(|persona| persona.expect.is_empty())
    {
        skipped.push(expected("RLS-501", "no persona has an `expect`"));
    }
    skipped.extend(untried.iter().map(|own| Skipped {
        what: format!("the ranks in {}.{}", own.relation, crate::quoted(&own.column)),
        why: "this login may not read every row there, so not everybody who has a rank was found to be tried; let it \
              read the table whole"
            .to_owned(),
        expected: false,
    }));
    skipped.extend(
        facts
            .catalog
            .own_relations()
            .flat_map(|relation| unreadable(relation, facts.catalog)),
    );
    skipped
}

fn expected(what: &str, why: &str) -> Skipped {
    Skipped {
        what: what.to_owned(),
        why: why.to_owned(),
        expected: true,
    }
}

/// Policies that the rules cannot read; the matrix knows what they come to all the same.
fn unreadable<'a>(relation: &'a Relation, catalog: &'a Catalog) -> impl Iterator<Item = Skipped> + 'a {
    let unreadable = relation.policies.iter().filter(move |policy| {
        let mut expressions = policy.using.iter().chain(&policy.check);
        expressions.any(|text| !rules::is_readable(text, catalog))
    });
    unreadable.map(move |policy| Skipped {
        what: format!("policy {} on {}", crate::quoted(&policy.name), relation.name),
        why: "its expression could not be read, so no rule has judged it".to_owned(),
        expected: false,
    })
}
