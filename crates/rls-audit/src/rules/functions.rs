//! Functions: those that run as their owner, and those that believe what any session can say.

use std::collections::BTreeSet;

use super::{
    Facts, Finding, Level, Object, Rule, Verdict, body,
    conduct::{Conduct, Library, MadeUp},
    gifts::Gifts,
    reach::Reach,
};
use crate::{
    Access, Catalog, Command, Name,
    catalog::{Function, Volatility},
    quoted,
};

#[cfg(test)]
mod tests;

pub(super) const RULES: &[Rule] = &[RLS_304, RLS_305, RLS_308];

const RLS_304: Rule = Rule {
    id: "RLS-304",
    title: "Callers may call a function that runs as its owner",
    why: "No policy holds for what such a function does, unless it holds for the owner: only its text asks who calls.",
    look: callable,
};

const RLS_305: Rule = Rule {
    id: "RLS-305",
    title: "A function that runs as its owner takes names from its caller's search_path",
    why: "Whoever calls it may say where its names lead, and have it run their own tables and functions as its owner.",
    look: misled,
};

const RLS_308: Rule = Rule {
    id: "RLS-308",
    title: "A guard trusts a setting that any session can change",
    why: "A custom setting holds what the session last said of itself, by SET or set_config, and nobody checks it.",
    look: trusting,
};

fn object(function: &Function) -> Object {
    Object::Function {
        function: function.name.clone(),
        arguments: function.arguments.clone(),
    }
}

/// Functions that run as their owner; what extensions bring is theirs.
fn definers<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Function> {
    let functions = facts.catalog.functions.iter();
    functions.filter(|function| function.security_definer && function.extension.is_none())
}

fn callable(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let library = Library::new(facts.catalog);
    let mut found = Vec::new();
    for function in definers(facts).filter(|function| !function.is_trigger()) {
        let Some((gifts, through)) = reached(facts, &reach, &library, function) else {
            continue;
        };
        let (level, verdict, what) = judged(&reach, function, library.conduct(function));
        let through = through.map(|own| format!("{} calls it as whoever calls", own.signature()));
        let told: Vec<String> = gifts.told().chain(through).chain(what.1).collect();
        found.push(Finding {
            rule: RLS_304.id,
            level,
            object: object(function),
            message: format!(
                "{} runs as its owner {} and {}; it can be called by {}.",
                function.signature(),
                quoted(&function.owner),
                what.0,
                gifts.grantees(),
            ),
            evidence: told,
            verdict,
            fix: (level > Level::Info && !is_asked(facts.catalog, function))
                .then(|| gifts.revoked(format!("routine {}", function.signature()))),
        });
    }
    found
}

/// Who may call it: by its own name, or where it is not served through another that callers call, that runs as them and
/// asks nobody who they are.
fn reached<'a>(
    facts: &Facts<'a>,
    reach: &Reach<'a>,
    library: &Library<'_>,
    function: &'a Function,
) -> Option<(Gifts<'a>, Option<&'a Function>)> {
    let gifts = reach.calling(function);
    if !gifts.is_empty() {
        return Some((gifts, None));
    }
    let gifts = reach.calling_within(function);
    let plain = facts
        .catalog
        .functions
        .iter()
        .filter(|own| !own.security_definer && !own.is_trigger());
    let mut called = plain.filter(|own| !gifts.is_empty() && !reach.calling(own).is_empty());
    let through = called.find(|own| library.passes_on(own, function))?;
    Some((gifts, Some(through)))
}

type What = (&'static str, Vec<String>);

/// What a function's conduct comes to, in words and with what shows it.
fn judged(reach: &Reach<'_>, function: &Function, conduct: Option<Conduct>) -> (Level, Verdict, What) {
    let Some(mut conduct) = conduct else {
        let what = (
            "does what could not be read",
            vec!["its text is not understood".to_owned()],
        );
        return (Level::Warn, Verdict::Unproved, what);
    };
    let may_write = function.volatility == Volatility::Volatile;
    if !may_write {
        // PostgreSQL refuses such a function to write.
        conduct.writes.clear();
    }
    let reads: Vec<String> = conduct
        .reads
        .iter()
        .map(|name| format!("reads {name} without asking"))
        .collect();
    // One that asks somewhere was written by somebody who thought of it: whether what it does elsewhere is held by that,
    // or by a secret that it was given, its words do not say.
    let is_partly = conduct.asks;
    if !conduct.writes.is_empty() {
        let writes = conduct
            .writes
            .iter()
            .map(|(command, name)| format!("{command} on {name} without asking"));
        let told = writes.chain(reads).collect();
        return if is_partly {
            (
                Level::Warn,
                Verdict::Unproved,
                ("asks who calls, and not for all that it writes", told),
            )
        } else {
            (
                Level::Error,
                Verdict::Proved,
                ("writes without asking who calls", told),
            )
        };
    }
    if let Some(made_up) = conduct.made_up {
        let (verdict, what) = match made_up {
            _ if is_partly => (Verdict::Unproved, "asks who calls, and runs SQL that it makes up"),
            MadeUp::Told => (Verdict::Proved, "runs whatever SQL it is given"),
            MadeUp::Writes if may_write => (
                Verdict::Proved,
                "makes up SQL that writes, without asking who calls",
            ),
            _ => (Verdict::Unproved, "runs SQL that it makes up"),
        };
        let level = if verdict == Verdict::Proved && may_write {
            Level::Error
        } else {
            Level::Warn
        };
        return (level, verdict, (what, vec![what.to_owned()]));
    }
    if !reads.is_empty() {
        let is_open = conduct.reads.iter().all(|name| is_open_to_all(reach, name));
        let (level, verdict, what) = if is_open {
            (Level::Info, Verdict::Refuted, "reads without asking who calls")
        } else if is_partly {
            (
                Level::Warn,
                Verdict::Unproved,
                "asks who calls, and not for all that it reads",
            )
        } else {
            (Level::Warn, Verdict::Proved, "reads without asking who calls")
        };
        return (level, verdict, (what, reads));
    }
    if conduct.asks {
        (
            Level::Info,
            Verdict::Proved,
            ("asks who calls", vec!["it asks who calls".to_owned()]),
        )
    } else {
        (
            Level::Info,
            Verdict::Refuted,
            ("touches no table", vec!["it touches no table".to_owned()]),
        )
    }
}

/// Whether whoever may call reads every row of that relation anyway.
fn is_open_to_all(reach: &Reach<'_>, relation: &Name) -> bool {
    let cells = reach.cells(relation, &[Command::Select]);
    let mut of_nobody = cells
        .iter()
        .filter(|cell| reach.is_nobody(&cell.persona))
        .peekable();
    of_nobody.peek().is_some() && of_nobody.all(|cell| cell.access == Access::All)
}

/// Whether policies call it, for which whoever asks needs the privilege.
fn is_asked(catalog: &Catalog, function: &Function) -> bool {
    let mut policies = catalog.relations.iter().flat_map(|relation| &relation.policies);
    policies.any(|policy| policy.calls.iter().any(|call| call.is(function)))
}

fn misled(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let library = Library::new(facts.catalog);
    let is_open = |function: &&Function| {
        !function
            .settings
            .iter()
            .any(|own| own.starts_with("search_path="))
    };
    let compiled = ["c", "internal"];
    let finding = definers(facts)
        .filter(is_open)
        .filter(|own| !compiled.contains(&own.language.as_str()) && !is_bound(own))
        .map(|function| {
            let gifts = if function.is_trigger() {
                Gifts::default()
            } else {
                reach.calling(function)
            };
            let names = library.unqualified(function);
            let (level, verdict) = match (gifts.is_empty(), names.is_empty()) {
                (false, false) => (Level::Error, Verdict::Proved),
                (true, _) if !function.is_trigger() => (Level::Warn, Verdict::Refuted),
                _ => (Level::Warn, Verdict::Unproved),
            };
            let told = names
                .iter()
                .map(|name| format!("names {} without its schema", quoted(&name.name)));
            Finding {
                rule: RLS_305.id,
                level,
                object: object(function),
                message: format!(
                    "{} runs as its owner {} with the search_path of whoever calls it.",
                    function.signature(),
                    quoted(&function.owner),
                ),
                evidence: std::iter::once("no search_path is set".to_owned())
                    .chain(gifts.told())
                    .chain(told)
                    .collect(),
                verdict,
                fix: Some(pinned(function, &names)),
            }
        });
    finding.collect()
}

/// Whether its names were looked up when it was made: SQL in the standard's own form.
fn is_bound(function: &Function) -> bool {
    let body = function.body.as_deref().unwrap_or_default();
    function.language == "sql" && (body.starts_with("BEGIN ATOMIC") || body.starts_with("RETURN "))
}

/// SQL that says where its names lead: to where they lead now, and to what others made last of all.
fn pinned(function: &Function, names: &BTreeSet<Name>) -> String {
    let schemas: BTreeSet<&str> = names.iter().map(|name| name.schema.as_str()).collect();
    let schemas = schemas.into_iter().map(quoted);
    let path: Vec<String> = std::iter::once("pg_catalog".to_owned())
        .chain(schemas)
        .chain(["pg_temp".to_owned()])
        .collect();
    format!(
        "alter routine {} set search_path = {};",
        function.signature(),
        path.join(", ")
    )
}

fn trusting(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let finding = |object: Object, what: String, settings: &BTreeSet<String>| Finding {
        rule: RLS_308.id,
        level: Level::Warn,
        object,
        message: format!(
            "{what} trusts {}, which any session can set.",
            settings.iter().cloned().collect::<Vec<_>>().join(", "),
        ),
        evidence: settings
            .iter()
            .map(|setting| format!("asks for the setting {setting}"))
            .collect(),
        verdict: Verdict::Unproved,
        fix: None,
    };
    for relation in facts
        .catalog
        .relations
        .iter()
        .filter(|relation| relation.extension.is_none())
    {
        for policy in &relation.policies {
            let texts = [policy.using.as_deref(), policy.check.as_deref()];
            let settings: BTreeSet<String> = texts.into_iter().flatten().flat_map(custom).collect();
            if !settings.is_empty() {
                let object = Object::Policy {
                    relation: relation.name.clone(),
                    policy: policy.name.clone(),
                };
                found.push(finding(
                    object,
                    format!("The policy {} on {}", quoted(&policy.name), relation.name),
                    &settings,
                ));
            }
        }
    }
    for function in facts
        .catalog
        .functions
        .iter()
        .filter(|function| function.extension.is_none())
    {
        let guards = function.security_definer || function.is_trigger() || is_asked(facts.catalog, function);
        let settings: BTreeSet<String> = function.body.as_deref().into_iter().flat_map(custom).collect();
        if guards && !settings.is_empty() {
            found.push(finding(object(function), function.signature(), &settings));
        }
    }
    found
}

/// Settings that a text asks for and any session can change. A token's claims are set anew with each request.
fn custom(text: &str) -> BTreeSet<String> {
    let mut settings = body::settings(text);
    settings.retain(|name| name.contains('.') && !name.starts_with("request.jwt."));
    settings
}
