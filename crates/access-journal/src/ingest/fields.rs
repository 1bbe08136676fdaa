//! Fields of a line of JSON, wherever a drain puts them: nested in lists of one, flat, with numbers as strings.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;

use super::BadLine;

/// Under what a drain may put the whole.
const AROUND: [&str; 3] = ["", "metadata", "metadata.parsed"];

/// A line of JSON, and the one that it holds as text, if any.
pub(super) struct Fields {
    outer: Value,
    inner: Option<Value>,
}

impl Fields {
    /// What the line says.
    ///
    /// # Errors
    /// Where it is no JSON object.
    pub(super) fn read(line: &str) -> Result<Self, BadLine> {
        let value: Value = serde_json::from_str(line).map_err(|_| BadLine::NotJson)?;
        if value.is_object() {
            Ok(Self {
                outer: value,
                inner: None,
            })
        } else {
            Err(BadLine::NotJson)
        }
    }

    /// The same with the line that it holds as text, as drains hold what a program wrote: whatever the drain does not say
    /// itself is looked for there.
    pub(super) fn with_inner(mut self, path: &str) -> Self {
        let inner = self.text(&[path]).filter(|text| text.starts_with('{'));
        self.inner = inner
            .and_then(|text| Self::read(text).ok())
            .map(|inner| inner.outer);
        self
    }

    /// The first that there is.
    fn find(&self, paths: &[&str]) -> Option<&Value> {
        let held = [Some(&self.outer), self.inner.as_ref()];
        paths
            .iter()
            .find_map(|path| held.into_iter().flatten().find_map(|held| find(held, path)))
    }

    /// Text that is not empty.
    pub(super) fn text(&self, paths: &[&str]) -> Option<&str> {
        self.find(paths)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|text| !text.is_empty() && *text != "-")
    }

    /// A whole number, also as text.
    pub(super) fn number(&self, paths: &[&str]) -> Option<u64> {
        let value = self.find(paths)?;
        value
            .as_u64()
            .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
    }

    /// Whether it says so, also as text.
    pub(super) fn is_true(&self, path: &str) -> bool {
        self.find(&[path])
            .is_some_and(|value| value == &Value::Bool(true) || value == "true")
    }

    /// Whether anything is said.
    pub(super) fn has(&self, path: &str) -> bool {
        self.find(&[path]).is_some()
    }

    /// Whether it says that there is nothing, which is not the same as saying nothing.
    pub(super) fn is_empty(&self, path: &str) -> bool {
        self.outer.get(path).is_some_and(|value| value == "")
    }

    /// A time: of the Unix epoch in seconds, or in any thousandth of them that fits; or as text.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn time(&self, paths: &[&str]) -> Result<DateTime<Utc>, BadLine> {
        let value = self.find(paths).ok_or(BadLine::NoTime)?;
        let number = value
            .as_f64()
            .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
        let time = match (value.as_i64(), number) {
            (Some(number), _) => of_epoch(number),
            (None, Some(number)) => of_parts(number),
            (None, None) => value.as_str().and_then(time),
        };
        time.ok_or(BadLine::NoTime)
    }
}

/// What is said there; nothing, and empty text, is not.
fn find<'v>(held: &'v Value, path: &str) -> Option<&'v Value> {
    let around = AROUND.iter().map(|around| {
        let outer = if around.is_empty() {
            Some(held)
        } else {
            walk(held, around)
        };
        outer.and_then(|outer| walk(outer, path))
    });
    // Some destinations flatten the names instead.
    around
        .chain([held.get(path)])
        .flatten()
        .find(|value| !value.is_null() && *value != "")
}

/// Along names separated by dots; a list stands for its first.
fn walk<'v>(from: &'v Value, path: &str) -> Option<&'v Value> {
    let mut value = first(from)?;
    for name in path.split('.') {
        let fields = value.as_object()?;
        let hyphenated = || name.contains('_').then(|| name.replace('_', "-"));
        let inner = fields.get(name).or_else(|| fields.get(hyphenated()?.as_str()))?;
        value = first(inner)?;
    }
    Some(value)
}

fn first(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.first(),
        value => Some(value),
    }
}

/// Which thousandth it is in shows by its size: a year of this century has seconds of ten digits.
fn of_epoch(number: i64) -> Option<DateTime<Utc>> {
    match number.unsigned_abs() {
        0..100_000_000_000 => DateTime::from_timestamp(number, 0),
        100_000_000_000..100_000_000_000_000 => DateTime::from_timestamp_millis(number),
        100_000_000_000_000..100_000_000_000_000_000 => DateTime::from_timestamp_micros(number),
        _ => Some(DateTime::from_timestamp_nanos(number)),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what does not fit is cut to what is no time either"
)]
fn of_parts(number: f64) -> Option<DateTime<Utc>> {
    if !number.is_finite() {
        return None;
    }
    if number.abs() < 1e11 {
        DateTime::from_timestamp_micros((number * 1e6).round() as i64)
    } else {
        of_epoch(number as i64)
    }
}

/// A time as text; by UTC where it names a zone, since the names of others mean several.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(time) = text.parse::<DateTime<Utc>>() {
        return Some(time);
    }
    let of_utc = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT"));
    let plain = of_utc.unwrap_or(text);
    let naive = |form| NaiveDateTime::parse_from_str(plain, form).ok();
    let in_utc = naive("%Y-%m-%d %H:%M:%S%.f").or_else(|| naive("%Y-%m-%dT%H:%M:%S%.f"));
    let with_offset = || {
        ["%Y-%m-%d %H:%M:%S%.f%#z", "%d/%b/%Y:%H:%M:%S %z"]
            .iter()
            .find_map(|form| DateTime::parse_from_str(text, form).ok())
    };
    in_utc
        .map(|time| time.and_utc())
        .or_else(|| with_offset().map(|time| time.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_however_it_is_written() {
        let meant = "2026-11-23T20:00:00.25Z"
            .parse::<DateTime<Utc>>()
            .expect("a time");
        for written in [
            r#"{"t": 1795464000250000}"#,
            r#"{"t": "1795464000250000"}"#,
            r#"{"t": 1795464000250}"#,
            r#"{"t": 1795464000250000000}"#,
            r#"{"t": 1795464000.25}"#,
            r#"{"t": "1795464000.250"}"#,
            r#"{"t": "2026-11-23T20:00:00.25Z"}"#,
            r#"{"t": "2026-11-23T21:00:00.25+01:00"}"#,
            r#"{"t": "2026-11-23 20:00:00.250 UTC"}"#,
            r#"{"t": "2026-11-23 20:00:00.250+00"}"#,
            r#"{"metadata": [{"t": "2026-11-23 20:00:00.25 GMT"}]}"#,
        ] {
            let fields = Fields::read(written).expect("JSON");
            assert_eq!(fields.time(&["t"]), Ok(meant), "{written}");
        }
        for wrong in [
            r#"{"t": "2026-11-23 20:00:00 CET"}"#,
            r#"{"t": "soon"}"#,
            r#"{"t": null}"#,
            "{}",
            r#"{"t": []}"#,
        ] {
            let fields = Fields::read(wrong).expect("JSON");
            assert_eq!(fields.time(&["t"]), Err(BadLine::NoTime), "{wrong}");
        }
    }

    #[test]
    fn a_field_is_found_wherever_a_drain_puts_it() {
        for line in [
            r#"{"metadata": [{"request": [{"headers": [{"user_agent": "x"}], "status": "7"}]}]}"#,
            r#"{"request": {"headers": {"user-agent": "x"}, "status": 7}}"#,
            r#"{"request.headers.user_agent": "x", "request.status": 7}"#,
        ] {
            let fields = Fields::read(line).expect("JSON");
            assert_eq!(fields.text(&["request.headers.user_agent"]), Some("x"), "{line}");
            assert_eq!(fields.number(&["request.status"]), Some(7), "{line}");
            assert_eq!(fields.text(&["request.headers"]), None);
        }
    }
}
