//! What the configuration may change about a check without touching its file.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;

use super::{
    Check,
    definition::{MAX_EVERY, MAX_ROWS, MAX_TIMEOUT, MIN_EVERY, MIN_TIMEOUT},
};
use crate::{Error, Severity, duration};

/// What the configuration changes about one check; what is absent stays as its file says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// `false`: it is not evaluated; its alerts stay as they are. `true` unless given.
    pub enabled: Option<bool>,
    /// `CRITICAL`, `WARN` or `INFO`, for rows that bring no severity of their own.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub severity: Option<Severity>,
    /// How often it runs, such as `"5m"`.
    #[serde(deserialize_with = "written")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub every: Option<Duration>,
    /// How long its SQL may take, such as `"5s"`.
    #[serde(deserialize_with = "written")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub timeout: Option<Duration>,
    /// How many findings it keeps, at most 50,000.
    pub max_rows: Option<u32>,
    /// Complete evaluations without a finding before its alert clears; at least 1.
    pub resolve_after: Option<u32>,
    /// Values of its parameters, such as `params.tolerance_l = 5`; dates and intervals as text.
    pub params: BTreeMap<String, Value>,
}

fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    duration::parse(&text).map(Some).map_err(D::Error::custom)
}

impl Check {
    /// The check with what the configuration changes.
    ///
    /// # Errors
    /// `Invalid`, naming the check and everything that is wrong with the overrides.
    pub fn with_overrides(mut self, overrides: &Overrides) -> Result<Self, Error> {
        let mut wrong = Vec::new();
        let definition = &mut self.definition;
        replace(&mut self.enabled, overrides.enabled);
        replace(&mut definition.severity, overrides.severity);
        for (name, place, value, range) in [
            (
                "every",
                &mut definition.every,
                overrides.every,
                MIN_EVERY..=MAX_EVERY,
            ),
            (
                "timeout",
                &mut definition.timeout,
                overrides.timeout,
                MIN_TIMEOUT..=MAX_TIMEOUT,
            ),
        ] {
            if value.is_some_and(|value| !range.contains(&value)) {
                let [least, most] = [range.start(), range.end()].map(|bound| duration::text(*bound));
                wrong.push(format!("{name} is between {least} and {most}"));
            }
            replace(place, value);
        }
        for (name, place, value, most) in [
            ("max_rows", &mut definition.max_rows, overrides.max_rows, MAX_ROWS),
            (
                "resolve_after",
                &mut definition.resolve_after,
                overrides.resolve_after,
                1000,
            ),
        ] {
            if value.is_some_and(|value| !(1..=most).contains(&value)) {
                wrong.push(format!("{name} is between 1 and {most}"));
            }
            replace(place, value);
        }
        for (name, value) in &overrides.params {
            match definition
                .params
                .get_mut(name)
                .map(|parameter| (parameter.with_value(value), parameter))
            {
                Some((Ok(changed), parameter)) => *parameter = changed,
                Some((Err(what), _)) => wrong.push(format!("params.{name}: {what}")),
                None => wrong.push(format!("params.{name}: the check has no such parameter")),
            }
        }
        if wrong.is_empty() {
            Ok(self)
        } else {
            Err(Error::invalid(
                "checks",
                format!("{}: {}", self.code(), wrong.join("; ")),
            ))
        }
    }
}

fn replace<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
