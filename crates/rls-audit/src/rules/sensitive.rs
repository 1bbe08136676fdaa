//! Columns that few should read.

use super::{
    Facts, Finding, Level, Object, Rule, Verdict,
    reach::{Reach, told, verdict},
};
use crate::{
    Cell, Command,
    catalog::{Column, Relation, RelationKind},
    quoted,
};

#[cfg(test)]
mod tests;

pub(super) const RULES: &[Rule] = &[RLS_109];

const RLS_109: Rule = Rule {
    id: "RLS-109",
    title: "A sensitive column can be read",
    why: "Policies choose rows, not columns: whoever sees a row sees all of it that is granted.",
    look: sensitive,
};

/// What a column holds that few should read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// A text that opens something, or tells it all.
    Secret,
    /// A number, or a text of digits.
    Number,
    Date,
}

/// What such columns are called, unless the settings say otherwise.
const SENSITIVE: [(&str, Kept); 42] = [
    ("access_token", Kept::Secret),
    ("api_key", Kept::Secret),
    ("apikey", Kept::Secret),
    ("bank_account", Kept::Number),
    ("bic", Kept::Secret),
    ("birth_date", Kept::Date),
    ("birthdate", Kept::Date),
    ("card_number", Kept::Number),
    ("client_secret", Kept::Secret),
    ("credit_card", Kept::Number),
    ("cvc", Kept::Number),
    ("cvv", Kept::Number),
    ("date_de_naissance", Kept::Date),
    ("date_naissance", Kept::Date),
    ("date_of_birth", Kept::Date),
    ("driver_license", Kept::Number),
    ("encrypted_password", Kept::Secret),
    ("encryption_key", Kept::Secret),
    ("health_record", Kept::Secret),
    ("iban", Kept::Secret),
    ("medical_record", Kept::Secret),
    ("mot_de_passe", Kept::Secret),
    ("national_id", Kept::Number),
    ("otp", Kept::Number),
    ("passphrase", Kept::Secret),
    ("passport", Kept::Number),
    ("passwd", Kept::Secret),
    ("password", Kept::Secret),
    ("private_key", Kept::Secret),
    ("pwd", Kept::Secret),
    ("recovery_code", Kept::Number),
    ("refresh_token", Kept::Secret),
    ("salaire", Kept::Number),
    ("salary", Kept::Number),
    ("secret", Kept::Secret),
    ("secret_key", Kept::Secret),
    ("signing_key", Kept::Secret),
    ("social_security", Kept::Number),
    ("ssn", Kept::Number),
    ("tax_id", Kept::Number),
    ("token", Kept::Secret),
    ("totp", Kept::Number),
];

fn sensitive(facts: &Facts<'_>) -> Vec<Finding> {
    let reach = Reach::new(facts);
    let mut found = Vec::new();
    for relation in &facts.catalog.relations {
        if reach.on(relation, &["SELECT"]).is_empty() {
            continue;
        }
        let cells = reach.cells(&relation.name, &[Command::Select]);
        for column in &relation.columns {
            let Some(why) = sensitive_word(column, &facts.settings.sensitive_words) else {
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

/// Which word says so: one of those given, else one of the usual ones where the column could hold such a thing.
fn sensitive_word(column: &Column, given: &[String]) -> Option<String> {
    if given.is_empty() {
        let usual = SENSITIVE
            .iter()
            .filter(|(word, kept)| could_hold(column, word, *kept));
        usual.map(|(word, _)| word).find_map(|word| says(column, word))
    } else {
        given.iter().find_map(|word| says(column, word))
    }
}

/// Whether such a thing could be in a column of this type: a date is no password, and a key of another table no secret.
fn could_hold(column: &Column, word: &str, kept: Kept) -> bool {
    let type_name = column.type_name.as_str();
    let is_of = |names: &[&str]| names.iter().any(|name| type_name.starts_with(name));
    let is_number = is_of(&["smallint", "integer", "bigint", "numeric", "real", "double"]);
    let is_moment = is_of(&["date", "time", "interval"]);
    let is_reference = !word.ends_with("_id") && snake(&column.name).ends_with("_id");
    !type_name.starts_with("boolean")
        && match kept {
            Kept::Secret => !is_number && !is_moment && !is_reference,
            Kept::Number => !is_moment && !is_reference,
            Kept::Date => !is_number,
        }
}

/// Where a column says this word: in its name, its type or what is written beside it.
fn says(column: &Column, word: &str) -> Option<String> {
    let type_name = column.type_name.rsplit('.').next().unwrap_or_default();
    if has_word(&column.name, word) {
        Some(format!("its name says \"{word}\""))
    } else if has_word(type_name, word) {
        Some(format!("its type says \"{word}\""))
    } else {
        let comment = column.comment.as_deref().unwrap_or_default();
        has_word(comment, word).then(|| format!("its comment says \"{word}\""))
    }
}

/// Whether a name has this word, however it writes its words: `apiKey`, `API_KEY`, `api key`.
fn has_word(name: &str, word: &str) -> bool {
    let name = format!("_{}_", snake(name));
    name.contains(&format!("_{}_", snake(word)))
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
