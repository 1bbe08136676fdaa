//! The figures of an alert: as fields that people read, as JSON, and what has changed in them.

use std::collections::{BTreeMap, BTreeSet};

use alerts_store::{AlertEvent, EventKind};
use integrity_core::{Language, Payload};
use serde_json::{Value, value::RawValue};

use super::{
    number,
    time::{Now, Stamp},
};

/// One figure.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// The figures, one by one. Numbers keep every digit that their source wrote.
pub(crate) fn fields(payload: &Payload, language: Language) -> Vec<Field> {
    let raw: BTreeMap<String, &RawValue> = serde_json::from_str(payload.as_json()).unwrap_or_default();
    raw.into_iter()
        .map(|(key, value)| Field {
            key,
            value: readable(value.get(), language),
        })
        .collect()
}

/// One value as people read it: what is listed stands line by line, what belongs together in one line.
fn readable(json: &str, language: Language) -> String {
    let text = json.trim();
    if let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) {
        let lines: Vec<_> = items.iter().map(|item| readable(item.get(), language)).collect();
        return lines.join("\n");
    }
    if let Ok(pairs) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) {
        let pairs = pairs
            .iter()
            .map(|(key, value)| format!("{key} {}", readable(value.get(), language)));
        return pairs.collect::<Vec<_>>().join(" · ");
    }
    match serde_json::from_str::<Option<String>>(text) {
        Ok(Some(words)) => words,
        Ok(None) => "–".to_owned(),
        Err(_) => number::decimal(text, language),
    }
}

/// JSON with one value a line. Only white space is added, so that no number changes; all of it stands outside of strings.
pub(crate) fn indented(json: &str) -> String {
    let (mut out, mut depth) = (String::with_capacity(json.len() * 2), 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = json.chars().peekable();
    while let Some(c) = rest.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// What was different when the alert last changed.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) at: Stamp,
    pub(crate) message_before: Option<String>,
    pub(crate) fields: Vec<Difference>,
}

/// One figure before and after.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) key: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// What the last change changed, as far as these events of one alert tell; the newest first.
pub(crate) fn last_change(events: &[AlertEvent], now: Now) -> Option<Change> {
    let is_change = |event: &AlertEvent| {
        matches!(
            event.kind,
            EventKind::Changed | EventKind::SeverityRaised | EventKind::SeverityLowered
        )
    };
    let at = events.iter().position(is_change)?;
    let (event, earlier) = (&events[at], &events[at + 1..]);
    let before = |column| earlier.iter().find_map(|event| set(event, column));
    let after = |column| set(event, column);
    let message_before = after("message").and(before("message")).and_then(Value::as_str);
    let fields = match (before("payload"), after("payload")) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
            let of = |value: Option<&Value>| {
                value.map_or_else(
                    || "–".to_owned(),
                    |value| readable(&value.to_string(), now.language),
                )
            };
            keys.into_iter()
                .filter(|key| before.get(*key) != after.get(*key))
                .map(|key| Difference {
                    key: key.clone(),
                    before: of(before.get(key)),
                    after: of(after.get(key)),
                })
                .collect()
        }
        _ => Vec::new(),
    };
    Some(Change {
        at: now.stamp(event.at),
        message_before: message_before.map(str::to_owned),
        fields,
    })
}

fn set<'e>(event: &'e AlertEvent, column: &str) -> Option<&'e Value> {
    event.diff.get("set")?.get(column)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use serde_json::json;

    use super::*;

    #[test]
    fn json_gains_white_space_and_nothing_else() {
        let json = r#"{"a": 1.50, "b": [], "c": {"d": "x, y: {\"z\"} \\"}, "e": [1, {}]}"#;
        let written = indented(json);
        assert_eq!(
            written,
            "{\n  \"a\": 1.50,\n  \"b\": [],\n  \"c\": {\n    \"d\": \"x, y: {\\\"z\\\"} \\\\\"\n  },\n  \"e\": [\n    1,\n    {}\n  ]\n}"
        );
        let (before, after): (Value, Value) = (
            serde_json::from_str(json).unwrap(),
            serde_json::from_str(&written).unwrap(),
        );
        assert_eq!(before, after);
    }

    #[test]
    fn figures_are_read_as_people_write_them() {
        let payload = Payload::from_json(r#"{"v": 430650.050, "n": null, "s": "12", "l": [{"p": "Gasoil", "q": 1500}, {"p": "Essence", "q": true}]}"#).unwrap();
        let shown: Vec<_> = fields(&payload, Language::Fr)
            .into_iter()
            .map(|field| (field.key, field.value))
            .collect();
        let expected = [
            ("l", "p Gasoil · q 1\u{202f}500\np Essence · q true"),
            ("n", "–"),
            ("s", "12"),
            ("v", "430\u{202f}650,050"),
        ];
        assert_eq!(
            shown,
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn the_last_change_is_told_against_what_was_before() {
        let event = |kind, set: Value| AlertEvent {
            kind,
            diff: json!({ "set": set }),
            ..AlertEvent::sample()
        };
        let mut events = [
            event(
                EventKind::Opened,
                json!({ "message": "one", "payload": { "a": 1, "b": 2, "gone": 3 } }),
            ),
            event(EventKind::Acknowledged, json!({ "status": "ACK" })),
            event(
                EventKind::Changed,
                json!({ "message": "two", "payload": { "a": 1, "b": 5000, "new": "x" } }),
            ),
            event(EventKind::Breached, json!({ "breached_at": "…" })),
        ];
        events.reverse();
        let now = Now {
            at: events[0].at,
            zone: Tz::UTC,
            language: Language::En,
        };
        let change = last_change(&events, now).expect("a change");
        assert_eq!(change.message_before.as_deref(), Some("one"));
        let told: Vec<_> = change
            .fields
            .iter()
            .map(|f| (f.key.as_str(), f.before.as_str(), f.after.as_str()))
            .collect();
        assert_eq!(told, [("b", "2", "5,000"), ("gone", "3", "–"), ("new", "–", "x")]);
        assert!(
            last_change(&events[2..], now).is_none(),
            "nothing has changed yet"
        );
    }
}
