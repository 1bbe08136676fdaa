//! What is granted besides rows, to whom it should not be; and columns that few should read.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Facts, Finding, Level, Object, Rule, Verdict,
    reach::{Gift, Reach, grantees, privileges, revoke, told, verdict},
};
use crate::{
    Cell, Command,
    catalog::{Column, DefaultPrivileges, ObjectKind, Relation, RelationKind},
    quoted,
};

#[cfg(test)]
mod tests;

pub(super) const RULES: &[Rule] = &[RLS_107, RLS_108, RLS_109, RLS_110];

const RLS_107: Rule = Rule {
    id: "RLS-107",
    title: "TRUNCATE, TRIGGER or REFERENCES is granted to callers",
    why: "Policies do not hold them: TRUNCATE takes every row away, a trigger acts for whoever writes next, and a \
          reference tells which keys there are.",
    look: beside_rows,
};

const RLS_108: Rule = Rule {
    id: "RLS-108",
    title: "Default privileges open objects that will be made",
    why: "Whatever is made next is open from its first moment, before anybody has thought of its policies.",
    look: defaults,
};

const RLS_109: Rule = Rule {
    id: "RLS-109",
    title: "A sensitive column can be read",
    why: "Policies choose rows, not columns: whoever sees a row sees all of it that is granted.",
    look: sensitive,
};

const RLS_110: Rule = Rule {
    id: "RLS-110",
    title: "Callers may create in a schema that is served",
    why: "Whoever creates a function or a table there has others call it, and owns what it holds.",
    look: creating,
};

/// What a column that few should read is called, unless the settings say otherwise.
const SENSITIVE: [&str; 34] = [
    "access_token",
    "api_key",
    "apikey",
    "bank_account",
    "bic",
    "card_number",
    "credit_card",
    "cvc",
    "cvv",
    "date_of_birth",
    "driver_license",
    "encrypted_password",
    "health_record",
    "iban",
    "medical_record",
    "mot_de_passe",
    "national_id",
    "otp",
    "passphrase",
    "passport",
    "passwd",
    "password",
    "private_key",
    "pwd",
    "recovery_code",
    "refresh_token",
    "salary",
    "secret",
    "secret_key",
    "social_security",
    "ssn",
    "tax_id",
    "token",
    "totp",
];

fn beside_rows(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let with_rows = facts.catalog.relations.iter().filter(|own| own.view.is_none());
    let granted = with_rows
        .map(|relation| {
            (
                relation,
                reach.on(relation, &["TRUNCATE", "TRIGGER", "REFERENCES"]),
            )
        })
        .filter(|(_, gifts)| !gifts.is_empty());
    let finding = granted.map(|(relation, gifts)| Finding {
        rule: RLS_107.id,
        level: Level::Warn,
        object: Object::Relation {
            relation: relation.name.clone(),
        },
        message: format!(
            "{} on {} is granted to {}.",
            privileges(&gifts),
            relation.name,
            grantees(&gifts)
        ),
        evidence: gifts.iter().map(ToString::to_string).collect(),
        verdict: Verdict::Proved,
        fix: Some(revoke(&gifts, &relation.name.to_string())),
    });
    finding.collect()
}

fn defaults(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let exposed = facts.exposed_schemas();
    let mut by_object: BTreeMap<Object, Vec<(&DefaultPrivileges, BTreeSet<Gift<'_>>)>> = BTreeMap::new();
    for defaults in &facts.catalog.default_privileges {
        let object = match &defaults.schema {
            Some(schema) if exposed.contains(&schema.as_str()) => Object::Schema {
                schema: schema.clone(),
            },
            Some(_) => continue,
            None => Object::Role {
                role: defaults.owner.clone(),
            },
        };
        let mut gifts = reach.gifts(&defaults.grants, opening(defaults.kind));
        gifts.retain(|gift| gift.grantee != Some(defaults.owner.as_str()));
        if !gifts.is_empty() {
            by_object.entry(object).or_default().push((defaults, gifts));
        }
    }
    let finding = by_object.into_iter().map(|(object, all)| {
        let told = all.iter().flat_map(|(defaults, gifts)| {
            let what = format!("{} that {} makes", plural(defaults.kind), quoted(&defaults.owner));
            gifts.iter().map(move |gift| format!("{what}: {gift}"))
        });
        let kinds: BTreeSet<&str> = all.iter().map(|(defaults, _)| plural(defaults.kind)).collect();
        let place = match &object {
            Object::Schema { schema } => format!("in schema {}", quoted(schema)),
            _ => "in every schema".to_owned(),
        };
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        Finding {
            rule: RLS_108.id,
            level: Level::Warn,
            message: format!("New {kinds} {place} are granted to callers as soon as they are made."),
            evidence: told.collect(),
            verdict: Verdict::Proved,
            fix: Some(
                all.iter()
                    .map(|(defaults, gifts)| taken_back(defaults, gifts))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
            object,
        }
    });
    finding.collect()
}

/// Which privileges open an object of this kind.
fn opening(kind: ObjectKind) -> &'static [&'static str] {
    match kind {
        ObjectKind::Table => &[
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "TRUNCATE",
            "TRIGGER",
            "REFERENCES",
        ],
        ObjectKind::Sequence => &["USAGE", "SELECT", "UPDATE"],
        ObjectKind::Function => &["EXECUTE"],
        ObjectKind::Schema => &["USAGE", "CREATE"],
        // A type holds nothing.
        ObjectKind::Type => &[],
    }
}

fn plural(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Table => "tables",
        ObjectKind::Sequence => "sequences",
        ObjectKind::Function => "functions",
        ObjectKind::Type => "types",
        ObjectKind::Schema => "schemas",
    }
}

fn taken_back(defaults: &DefaultPrivileges, gifts: &BTreeSet<Gift<'_>>) -> String {
    let place = defaults
        .schema
        .as_ref()
        .map(|schema| format!(" in schema {}", quoted(schema)));
    let head = format!(
        "alter default privileges for role {}{} ",
        quoted(&defaults.owner),
        place.unwrap_or_default()
    );
    let revoked = revoke(gifts, plural(defaults.kind));
    revoked
        .lines()
        .map(|line| format!("{head}{line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn sensitive(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let given: Vec<&str> = facts
        .settings
        .sensitive_words
        .iter()
        .map(String::as_str)
        .collect();
    let words = if given.is_empty() {
        &SENSITIVE[..]
    } else {
        &given[..]
    };
    let words: Vec<(&str, String)> = words.iter().map(|word| (*word, snake(word))).collect();
    let mut found = Vec::new();
    for relation in &facts.catalog.relations {
        if reach.on(relation, &["SELECT"]).is_empty() {
            continue;
        }
        let cells = reach.cells(&relation.name, &[Command::Select]);
        for column in &relation.columns {
            let Some(why) = says(column, &words) else {
                continue;
            };
            found.extend(
                readable(&reach, relation, column, &cells).map(|(verdict, open)| Finding {
                    rule: RLS_109.id,
                    level: Level::Warn,
                    object: Object::Column {
                        relation: relation.name.clone(),
                        column: column.name.clone(),
                    },
                    message: format!(
                        "{}.{} looks sensitive and can be read by callers.",
                        relation.name,
                        quoted(&column.name)
                    ),
                    evidence: std::iter::once(why).chain(told(&open)).collect(),
                    verdict,
                    fix: None,
                }),
            );
        }
    }
    found
}

/// What is known of whether the column is read by somebody whose row it is not; nothing where it is not read.
fn readable<'a>(
    reach: &Reach<'_>,
    relation: &Relation,
    column: &Column,
    cells: &[&'a Cell],
) -> Option<(Verdict, Vec<&'a Cell>)> {
    let may_read = |role| reach.may_read(role, relation, &column.name);
    if !reach.roles().any(may_read) {
        return None;
    }
    let of_nobody = cells
        .iter()
        .filter(|cell| reach.is_nobody(&cell.persona) && may_read(reach.role(&cell.persona)));
    let of_nobody: Vec<&Cell> = of_nobody.copied().collect();
    let holds_policies = matches!(
        relation.kind,
        RelationKind::Table | RelationKind::PartitionedTable
    ) && relation.rls;
    match verdict(&of_nobody) {
        Verdict::Refuted => None,
        Verdict::Unproved if !holds_policies && of_nobody.is_empty() && relation.view.is_none() => {
            Some((Verdict::Proved, Vec::new()))
        }
        verdict => Some((
            verdict,
            of_nobody
                .into_iter()
                .filter(|cell| cell.access.is_open())
                .collect(),
        )),
    }
}

/// Where a column says one of these words, each beside itself in [`snake`] case: in its name, its type or what is written
/// beside it, however they write their words: `apiKey`, `API_KEY`, `api key`.
fn says(column: &Column, words: &[(&str, String)]) -> Option<String> {
    let type_name = column.type_name.rsplit('.').next().unwrap_or_default();
    let comment = column.comment.as_deref().unwrap_or_default();
    let texts = [
        ("name", column.name.as_str()),
        ("type", type_name),
        ("comment", comment),
    ];
    let texts = texts.map(|(what, text)| (what, format!("_{}_", snake(text))));
    words.iter().find_map(|(word, sign)| {
        let (what, _) = texts
            .iter()
            .find(|(_, text)| text.contains(&format!("_{sign}_")))?;
        Some(format!("its {what} says \"{word}\""))
    })
}

/// In small letters, with one `_` between words.
fn snake(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for char in name.chars() {
        if !char.is_alphanumeric() || (char.is_uppercase() && before.is_lowercase()) {
            words.push('_');
        }
        if char.is_alphanumeric() {
            words.extend(char.to_lowercase());
        }
        before = char;
    }
    words
        .split('_')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

fn creating(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let exposed = facts.exposed_schemas();
    let schemas = facts
        .catalog
        .schemas
        .iter()
        .filter(|schema| exposed.contains(&schema.name.as_str()));
    let granted = schemas
        .map(|schema| (schema, reach.gifts(&schema.grants, &["CREATE"])))
        .filter(|(_, gifts)| !gifts.is_empty());
    let finding = granted.map(|(schema, gifts)| Finding {
        rule: RLS_110.id,
        level: Level::Error,
        object: Object::Schema {
            schema: schema.name.clone(),
        },
        message: format!(
            "{} may create objects in schema {}, which is served.",
            grantees(&gifts),
            quoted(&schema.name)
        ),
        evidence: gifts.iter().map(ToString::to_string).collect(),
        verdict: Verdict::Proved,
        fix: Some(revoke(&gifts, &format!("schema {}", quoted(&schema.name)))),
    });
    finding.collect()
}
