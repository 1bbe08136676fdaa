//! What a policy takes somebody's word for: RLS-215, RLS-216 and RLS-217.

use super::{
    open::capital,
    shown::{Own, permissive, policies, strangers},
};
use crate::{
    Command, Name,
    catalog::Function,
    rules::{Caller, Expression, Facts, Finding, Level, Rule, Truth, Verdict},
};

pub(super) const RLS_215: Rule = Rule {
    id: "RLS-215",
    title: "gate on global state",
    why: "It opens for everybody at once, whoever asks: when the switch is on, there is no policy.",
    look: gates,
};

pub(super) const RLS_216: Rule = Rule {
    id: "RLS-216",
    title: "user_metadata or an e-mail trusted",
    why: "Users write their own metadata, and may claim an e-mail address that nobody has confirmed.",
    look: own_words,
};

pub(super) const RLS_217: Rule = Rule {
    id: "RLS-217",
    title: "legacy request.jwt.claim.* setting",
    why: "Newer versions of PostgREST set request.jwt.claims only: the setting is empty, and the condition with it.",
    look: legacy,
};

fn gates(facts: &Facts<'_>) -> Vec<Finding> {
    let strangers = strangers(facts);
    let found = permissive(facts).filter_map(|own| {
        let commands: Vec<Command> = own
            .commands(&Command::ALL)
            .into_iter()
            .filter(|command| is_gate(&own, *command))
            .collect();
        let cells = own.cells(&strangers, &commands);
        let verdict = cells.verdict_by_row();
        let is_for_them = strangers.iter().any(|who| own.is_for(&who.database_role));
        (!commands.is_empty() && is_for_them && verdict != Verdict::Refuted).then(|| Finding {
            rule: RLS_215.id,
            level: Level::Warn,
            object: own.object(),
            message: format!(
                "{} looks neither at the row nor at who asks.",
                capital(&own.called())
            ),
            evidence: own.evidence().into_iter().chain(cells.lines()).collect(),
            verdict,
            fix: None,
        })
    });
    found.collect()
}

/// Whether the command hangs on what is the same for everybody, and may change.
fn is_gate(own: &Own<'_>, command: Command) -> bool {
    let facts = own.facts;
    let Some(expression) = own.deciding(command) else {
        return false;
    };
    let has_setting = expression.calls.iter().any(|call| call.name == "current_setting");
    own.truth(command, Caller::SignedIn) == Truth::Depends
        && own.truth(command, Caller::Anybody) == Truth::Depends
        && expression.own_columns().is_empty()
        && !has_setting
        && !expression.names_caller(facts.catalog)
        && !expression
            .sources()
            .into_iter()
            .any(|source| shows_each_their_own(facts, source))
        && expression
            .calls
            .iter()
            .all(|call| call.schema.is_none() || call.functions(facts.catalog).next().is_some())
}

/// Whether what a relation shows depends on who asks.
fn shows_each_their_own(facts: &Facts<'_>, source: &Name) -> bool {
    let Some(relation) = facts.catalog.relation(source) else {
        return true;
    };
    if let Some(view) = &relation.view {
        let asks = ["auth.", "request.", "current_user", "current_setting"];
        return asks.iter().any(|sign| view.definition.contains(sign))
            || (view.security_invoker
                && view
                    .reads
                    .iter()
                    .any(|reads| shows_each_their_own(facts, &reads.relation)));
    }
    let asks = |text: &str| {
        facts
            .expression(text)
            .is_none_or(|own| own.names_caller(facts.catalog))
    };
    relation.rls
        && relation
            .policies
            .iter()
            .any(|own| own.using.as_deref().is_some_and(asks))
}

const METADATA: &str = "user_metadata";

fn own_words(facts: &Facts<'_>) -> Vec<Finding> {
    let found = policies(facts).filter_map(|own| {
        let words = words(&own);
        let what = words.first()?;
        let cells = own.low_trust_cells(&Command::ALL);
        let verdict = cells.verdict_by_row();
        // Whether an address was confirmed is for whoever signs the token to know.
        let level = if *what == METADATA && verdict == Verdict::Proved {
            Level::Error
        } else {
            Level::Warn
        };
        (verdict != Verdict::Refuted).then(|| Finding {
            rule: RLS_216.id,
            level,
            object: own.object(),
            message: format!(
                "{} trusts {what}, which its user may choose.",
                capital(&own.called())
            ),
            evidence: own.evidence().into_iter().chain(cells.open_lines()).collect(),
            verdict,
            fix: None,
        })
    });
    found.collect()
}

/// What users say of themselves and the policy believes.
fn words(own: &Own<'_>) -> Vec<&'static str> {
    let catalog = own.facts.catalog;
    let users = Name::new("auth", "users");
    let mut words = Vec::new();
    for expression in own.expressions() {
        let names = |column: &str| {
            let mut columns = expression.columns.iter().filter(|own| own.name == column);
            columns.any(|own| expression.relation_of(own) == Some(&users))
        };
        let has_key = |key: &str| expression.keys.contains(key) && expression.names_caller(catalog);
        let calls = |name: &str| {
            expression
                .calls
                .iter()
                .any(|call| call.schema.as_deref() == Some("auth") && call.name == name)
        };
        let bodies = bodies(own, expression);
        if has_key("user_metadata")
            || names("raw_user_meta_data")
            || bodies.iter().any(|body| has_metadata(body))
        {
            words.push(METADATA);
        }
        if has_key("email") || calls("email") || names("email") || bodies.iter().any(|body| has_email(body)) {
            words.push("an e-mail address");
        }
    }
    words.sort_unstable_by(|a, b| b.cmp(a));
    words
}

/// The texts of the functions that it calls, and of those that these call; the users' own schema is not the policy's
/// author's.
fn bodies(own: &Own<'_>, expression: &Expression) -> Vec<String> {
    let functions = &own.facts.catalog.functions;
    let is_authors = |function: &&Function| function.name.schema != "auth" && function.extension.is_none();
    let called = expression
        .calls
        .iter()
        .flat_map(|call| call.functions(own.facts.catalog));
    let mut called: Vec<&Function> = called.filter(is_authors).collect();
    let mut at = 0;
    while let Some(function) = called.get(at).copied() {
        let body = function.body.as_deref().unwrap_or_default();
        let inner = functions.iter().filter(is_authors);
        let inner = inner.filter(|other| body.contains(&format!("{}(", other.name.name)));
        let new: Vec<&Function> = inner.filter(|other| !called.contains(other)).collect();
        called.extend(new);
        at += 1;
    }
    called
        .into_iter()
        .filter_map(|function| Some(function.body.as_deref()?.to_lowercase()))
        .collect()
}

fn has_metadata(body: &str) -> bool {
    body.contains("user_metadata") || body.contains("raw_user_meta_data")
}

fn has_email(body: &str) -> bool {
    let body = body.replace(' ', "");
    body.contains("auth.email()")
        || (body.contains("->>'email'") && (body.contains("auth.jwt") || body.contains("request.")))
}

fn legacy(facts: &Facts<'_>) -> Vec<Finding> {
    const SIGN: &str = "request.jwt.claim.";
    let found = policies(facts).filter_map(|own| {
        let texts = [own.policy.using.as_deref(), own.policy.check.as_deref()];
        let says = texts.into_iter().flatten().any(|text| text.contains(SIGN));
        // A function that knows the new setting too reads the old one for old servers.
        let calls = own
            .expressions()
            .iter()
            .flat_map(|expression| bodies(&own, expression))
            .any(|body| body.contains(SIGN) && !body.contains("request.jwt.claims"));
        (says || calls).then(|| Finding {
            rule: RLS_217.id,
            level: Level::Warn,
            object: own.object(),
            message: format!("{} reads a setting of the form {SIGN}*.", capital(&own.called())),
            evidence: own.evidence(),
            verdict: Verdict::Proved,
            fix: None,
        })
    });
    found.collect()
}
