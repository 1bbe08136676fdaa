//! Message templates: text with `{{ entity_label }}`, `{{ entity_id }}` and `{{ payload.KEY }}`.
//!
//! Refused: a template language. A message says what the check found; whatever has to be computed is
//! computed in its SQL, where it can be tested.

use std::{collections::BTreeMap, fmt};

use serde_json::value::RawValue;

use crate::Payload;

/// What stands for a value that a row does not have.
const ABSENT: &str = "–";

/// A message template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Label,
    Id,
    Payload(String),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with each placeholder.
    pub(super) fn parse(source: &str) -> Result<Self, Vec<String>> {
        let mut pieces = Vec::new();
        let mut wrong = Vec::new();
        let mut rest = source;
        while let Some((words, opened)) = rest.split_once("{{") {
            pieces.push(Piece::Words(words.to_owned()));
            let Some((inside, after)) = opened.split_once("}}") else {
                wrong.push(format!("the placeholder {:?} never ends", shortened(opened)));
                rest = "";
                break;
            };
            match piece(inside.trim()) {
                Some(piece) => pieces.push(piece),
                None => wrong.push(format!("{{{{{inside}}}}} is no placeholder")),
            }
            rest = after;
        }
        pieces.push(Piece::Words(rest.to_owned()));
        if wrong.is_empty() {
            Ok(Self(pieces))
        } else {
            Err(wrong)
        }
    }

    /// The message about one row.
    pub(crate) fn render(&self, label: Option<&str>, id: &str, payload: &Payload) -> String {
        let fields: BTreeMap<String, &RawValue> = serde_json::from_str(payload.as_json()).unwrap_or_default();
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) => words.clone(),
                Piece::Label => label.unwrap_or(id).to_owned(),
                Piece::Id => id.to_owned(),
                Piece::Payload(key) => fields
                    .get(key)
                    .map_or_else(|| ABSENT.to_owned(), |value| shown(value)),
            })
            .collect()
    }

    /// The message about one row as an expression of SQL over the columns `entity_id`, `entity_label` and `payload`;
    /// `literal` quotes.
    #[cfg(feature = "postgres")]
    pub(crate) fn as_sql(&self, literal: impl Fn(&str) -> String) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Words(words) => literal(words),
            Piece::Label => "coalesce(entity_label, entity_id)".to_owned(),
            Piece::Id => "entity_id".to_owned(),
            Piece::Payload(key) => {
                format!(
                    "coalesce(payload::jsonb ->> {}, {})",
                    literal(key),
                    literal(ABSENT)
                )
            }
        });
        pieces.collect::<Vec<_>>().join(" || ")
    }
}

/// As it stands in the file.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Words(words) => f.write_str(words),
            Piece::Label => f.write_str("{{ entity_label }}"),
            Piece::Id => f.write_str("{{ entity_id }}"),
            Piece::Payload(key) => write!(f, "{{{{ payload.{key} }}}}"),
        })
    }
}

fn piece(inside: &str) -> Option<Piece> {
    match inside {
        "entity_label" => Some(Piece::Label),
        "entity_id" => Some(Piece::Id),
        _ => {
            let key = inside.strip_prefix("payload.")?;
            let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
            plain.then(|| Piece::Payload(key.to_owned()))
        }
    }
}

/// Numbers as their source wrote them, text without its quotes.
fn shown(value: &RawValue) -> String {
    match value.get() {
        "null" => ABSENT.to_owned(),
        text if text.starts_with('"') => serde_json::from_str(text).unwrap_or_default(),
        other => other.to_owned(),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(template: &str, label: Option<&str>, payload: &str) -> String {
        Template::parse(template)
            .unwrap()
            .render(label, "42", &Payload::from_json(payload).unwrap())
    }

    #[test]
    fn renders_label_id_and_payload() {
        let template = "{{ entity_label }} ({{entity_id}}) : {{ payload.volume }} L, {{ payload.nom }}";
        assert_eq!(
            render(template, Some("C-1"), r#"{"volume": 12.50, "nom": "É \"x\""}"#),
            "C-1 (42) : 12.50 L, É \"x\""
        );
    }

    #[test]
    fn a_row_without_the_value_shows_a_dash_and_without_label_its_id() {
        assert_eq!(
            render(
                "{{ entity_label }}: {{ payload.a }} {{ payload.b }}",
                None,
                r#"{"a": null}"#
            ),
            "42: – –"
        );
    }

    #[test]
    fn numbers_keep_the_digits_of_their_source() {
        let payload = r#"{"n": 12345678901234567890.123456789}"#;
        assert_eq!(
            render("{{ payload.n }}", None, payload),
            "12345678901234567890.123456789"
        );
    }

    #[test]
    fn says_every_wrong_placeholder() {
        let wrong = Template::parse("{{ label }} {{ payload. }} {{ payload.a.b }} {{ entity_id").unwrap_err();
        assert_eq!(
            wrong,
            [
                "{{ label }} is no placeholder",
                "{{ payload. }} is no placeholder",
                "{{ payload.a.b }} is no placeholder",
                "the placeholder \" entity_id\" never ends",
            ]
        );
    }

    #[test]
    fn text_from_a_row_is_never_read_as_a_template() {
        assert_eq!(
            render("{{ payload.a }}", None, r#"{"a": "{{ entity_id }}"}"#),
            "{{ entity_id }}"
        );
    }
}
