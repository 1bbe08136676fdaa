//! Policies that hold nothing back, and say so: RLS-201 to RLS-204.

use std::collections::BTreeSet;

use super::{
    pinned::given_away,
    shown::{Own, permissive, strangers},
    siblings::siblings,
};
use crate::{
    Command, Persona, quoted,
    rules::{Caller, Expression, Facts, Finding, Level, Rule, Truth, Verdict},
};

pub(super) const RLS_201: Rule = Rule {
    id: "RLS-201",
    title: "policy to public",
    why: "PUBLIC is everybody: anonymous callers, and every role that will ever be made.",
    look: to_public,
};

pub(super) const RLS_202: Rule = Rule {
    id: "RLS-202",
    title: "unconditional read for anonymous callers",
    why: "Whoever knows the address reads the whole table, without a login.",
    look: read_by_strangers,
};

pub(super) const RLS_203: Rule = Rule {
    id: "RLS-203",
    title: "unconditional read for every signed-in user",
    why: "Where anybody may sign up, every signed-in user is nearly everybody.",
    look: read_by_signed_in,
};

pub(super) const RLS_204: Rule = Rule {
    id: "RLS-204",
    title: "unconditional write",
    why: "Whoever has the role adds, changes or removes anybody's rows.",
    look: write,
};

/// Strangers who have not shown who they are.
fn anonymous<'a>(facts: &'a Facts<'a>) -> Vec<&'a Persona> {
    let strangers = strangers(facts).into_iter();
    strangers.filter(|who| who.is_anonymous()).collect()
}

fn to_public(facts: &Facts<'_>) -> Vec<Finding> {
    let anonymous = anonymous(facts);
    let is_public = |own: &Own<'_>| own.policy.roles.is_empty();
    let found = permissive(facts).filter(is_public).map(|own| {
        let reaching: Vec<Command> = own
            .commands(&Command::ALL)
            .into_iter()
            .filter(|command| own.truth(*command, Caller::Anonymous) != Truth::False)
            .collect();
        let cells = own.cells(&anonymous, &telling(&own, &anonymous, &reaching));
        // What strangers get through other policies says nothing of one that never holds for them.
        let verdict = if reaching.is_empty() {
            Verdict::Refuted
        } else {
            cells.verdict()
        };
        let level = if verdict == Verdict::Refuted {
            Level::Info
        } else {
            Level::Warn
        };
        // Whoever gets something through it goes on getting it: that it is for PUBLIC is not what is wrong with that.
        let mut named = roles(&anonymous);
        named.retain(|_| verdict != Verdict::Refuted);
        named.extend(facts.catalog.role("authenticated").map(|role| role.name.as_str()));
        Finding {
            rule: RLS_201.id,
            level,
            object: own.object(),
            message: format!("{} is for PUBLIC, which is everybody.", capital(&own.called())),
            evidence: own.evidence().into_iter().chain(cells.lines()).collect(),
            verdict,
            fix: to(&own, &named),
        }
    });
    found.collect()
}

/// Those of its commands that tell what strangers get through it. Where another policy opens one to them, what this one asks
/// shows where it asks the same: in changes and removals.
fn telling(own: &Own<'_>, anonymous: &[&Persona], reaching: &[Command]) -> Vec<Command> {
    let is_for_them = |other: &Own<'_>| anonymous.iter().any(|who| other.is_for(&who.database_role));
    let is_opened = |command: &Command| {
        siblings(own).filter(is_for_them).any(|other| {
            other.policy.is_for(*command) && other.truth(*command, Caller::Anonymous) == Truth::True
        })
    };
    let same: Vec<Command> = reaching
        .iter()
        .copied()
        .filter(|command| matches!(command, Command::Update | Command::Delete) && !is_opened(command))
        .collect();
    if reaching.iter().any(is_opened) && !same.is_empty() && !own.cells(anonymous, &same).is_denied() {
        same
    } else {
        reaching.to_vec()
    }
}

fn read_by_strangers(facts: &Facts<'_>) -> Vec<Finding> {
    let anonymous = anonymous(facts);
    let found = unconditional_reads(facts).filter_map(|own| {
        let cells = own.cells(&anonymous, &[Command::Select]);
        let verdict = cells.verdict_of_all();
        let level = match verdict {
            Verdict::Proved => Level::Error,
            Verdict::Unproved if anonymous.iter().any(|who| own.is_for(&who.database_role)) => Level::Warn,
            _ => return None,
        };
        Some(Finding {
            rule: RLS_202.id,
            level,
            object: own.object(),
            message: format!(
                "{} lets anonymous callers read every row.",
                capital(&own.called())
            ),
            evidence: own.evidence().into_iter().chain(cells.lines()).collect(),
            verdict,
            fix: without(&own, &roles(&anonymous)).or_else(|| Some(dropped(&own))),
        })
    });
    found.collect()
}

fn read_by_signed_in(facts: &Facts<'_>) -> Vec<Finding> {
    let (anonymous, signed_in): (Vec<&Persona>, Vec<&Persona>) = strangers(facts)
        .into_iter()
        .partition(|persona| persona.is_anonymous());
    let found = unconditional_reads(facts).filter_map(|own| {
        if own.cells(&anonymous, &[Command::Select]).is_open() {
            return None;
        }
        let cells = own.cells(&signed_in, &[Command::Select]);
        let verdict = cells.verdict_of_all();
        let is_for_them = signed_in.iter().any(|who| own.is_for(&who.database_role));
        (is_for_them && verdict != Verdict::Refuted).then(|| Finding {
            rule: RLS_203.id,
            level: Level::Warn,
            object: own.object(),
            message: format!(
                "{} lets every signed-in user read every row.",
                capital(&own.called())
            ),
            evidence: own.evidence().into_iter().chain(cells.lines()).collect(),
            verdict,
            fix: None,
        })
    });
    found.collect()
}

/// Policies that let every row be read and say so; one that no other holds back.
fn unconditional_reads<'a>(facts: &'a Facts<'a>) -> impl Iterator<Item = Own<'a>> {
    permissive(facts)
        .filter(|own| own.policy.is_for(Command::Select))
        .filter(|own| own.using().is_some_and(Expression::is_plainly_true))
}

fn write(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = unconditional_writes(facts);
    found.extend(writes_by_anonymous(facts));
    found
}

/// Where anonymous callers change or remove rows, and only what is in the row decides which. That they add such rows
/// is what forms are for.
fn writes_by_anonymous(facts: &Facts<'_>) -> Vec<Finding> {
    let anonymous = anonymous(facts);
    let found = permissive(facts).filter_map(|own| {
        let commands: Vec<Command> = own
            .commands(&[Command::Update, Command::Delete])
            .into_iter()
            .filter(|command| own.truth(*command, Caller::Anonymous) == Truth::Depends)
            .filter(|command| {
                own.deciding(*command).is_some_and(|says| {
                    !says.own_columns().is_empty()
                        && says.sources().is_empty()
                        && !says.names_caller(facts.catalog)
                })
            })
            .collect();
        let cells = own.cells(&anonymous, &commands);
        let commands: Vec<&str> = commands.into_iter().map(Command::as_str).collect();
        cells.is_open().then(|| Finding {
            rule: RLS_204.id,
            level: Level::Warn,
            object: own.object(),
            message: format!(
                "{} allows {} to anonymous callers, whosever the row is.",
                capital(&own.called()),
                commands.join(", ")
            ),
            evidence: own.evidence().into_iter().chain(cells.open_lines()).collect(),
            verdict: Verdict::Proved,
            fix: None,
        })
    });
    found.collect()
}

fn unconditional_writes(facts: &Facts<'_>) -> Vec<Finding> {
    let strangers = strangers(facts);
    let found = permissive(facts).filter_map(|own| {
        let commands: Vec<Command> = own
            .commands(&[Command::Insert, Command::Update, Command::Delete])
            .into_iter()
            .filter(|command| own.deciding(*command).is_some_and(Expression::is_plainly_true))
            // Of what may be changed into anything RLS-211 speaks.
            .filter(|command| *command != Command::Insert || given_away(&own).is_none())
            .collect();
        let is_for_them = strangers.iter().any(|who| own.is_for(&who.database_role));
        if commands.is_empty() || !is_for_them {
            return None;
        }
        let cells = own.cells(&strangers, &commands);
        let verdict = cells.verdict();
        let level = match verdict {
            Verdict::Proved => Level::Error,
            Verdict::Unproved => Level::Warn,
            Verdict::Refuted => return None,
        };
        let commands: Vec<&str> = commands.into_iter().map(Command::as_str).collect();
        Some(Finding {
            rule: RLS_204.id,
            level,
            object: own.object(),
            message: format!(
                "{} allows {} without any condition.",
                capital(&own.called()),
                commands.join(", ")
            ),
            evidence: own.evidence().into_iter().chain(cells.lines()).collect(),
            verdict,
            fix: Some(dropped(&own)),
        })
    });
    found.collect()
}

/// The roles that these personas act under.
fn roles<'a>(personas: &[&'a Persona]) -> BTreeSet<&'a str> {
    personas.iter().map(|own| own.database_role.as_str()).collect()
}

/// The policy for all that it is for but these; where it is for PUBLIC, for whoever is signed in.
fn without(own: &Own<'_>, roles: &BTreeSet<&str>) -> Option<String> {
    let signed_in = own
        .facts
        .catalog
        .role("authenticated")
        .map(|role| role.name.as_str());
    let mut others: BTreeSet<&str> = own.policy.roles.iter().map(String::as_str).collect();
    if others.is_empty() {
        others.extend(signed_in);
    }
    others.retain(|role| !roles.contains(role));
    to(own, &others)
}

/// The policy for these roles; `None` where there is none.
fn to(own: &Own<'_>, roles: &BTreeSet<&str>) -> Option<String> {
    let (policy, relation) = (quoted(&own.policy.name), &own.relation.name);
    let roles: Vec<String> = roles.iter().map(|role| quoted(role)).collect();
    (!roles.is_empty()).then(|| format!("alter policy {policy} on {relation} to {};", roles.join(", ")))
}

fn dropped(own: &Own<'_>) -> String {
    format!(
        "drop policy if exists {} on {};",
        quoted(&own.policy.name),
        own.relation.name
    )
}

/// A sentence starts so.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
