//! Typed parameters: the thresholds of a check, and the values that the configuration gives them.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate};
use serde_json::Value;
use toml::de::DeValue;

use super::{
    fields::{Fields, an},
    interval,
    problem::Report,
};

/// The SQL types a parameter can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Numeric,
    Integer,
    Bigint,
    Double,
    Text,
    Boolean,
    Interval,
    Date,
    Timestamptz,
}

/// A declared parameter with the value in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    kind: Kind,
    pub(super) value: String,
    /// The value in the check's file.
    pub(super) default: String,
    pub(super) min: Option<String>,
    pub(super) max: Option<String>,
}

/// A value as it comes from TOML or from JSON.
enum Scalar<'a> {
    Words(&'a str),
    /// In decimal, as written.
    Number(String),
    Boolean(bool),
    /// A TOML date or time.
    Time(String),
    Other(String),
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Numeric,
        Self::Integer,
        Self::Bigint,
        Self::Double,
        Self::Text,
        Self::Boolean,
        Self::Interval,
        Self::Date,
        Self::Timestamptz,
    ];

    pub(super) fn as_sql(self) -> &'static str {
        match self {
            Self::Numeric => "numeric",
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Double => "double precision",
            Self::Text => "text",
            Self::Boolean => "boolean",
            Self::Interval => "interval",
            Self::Date => "date",
            Self::Timestamptz => "timestamptz",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Numeric | Self::Double => "1.5",
            Self::Integer | Self::Bigint => "90",
            Self::Text => "\"…\"",
            Self::Boolean => "true",
            Self::Interval => "\"90 days\"",
            Self::Date => "\"2026-01-31\"",
            Self::Timestamptz => "\"2026-01-31T08:00:00Z\"",
        }
    }

    /// The text that PostgreSQL casts to this type.
    fn read(self, scalar: &Scalar<'_>) -> Result<String, String> {
        let (given, text) = match scalar {
            Scalar::Words(words) => (format!("{words:?}"), (*words).to_owned()),
            Scalar::Number(text) | Scalar::Time(text) | Scalar::Other(text) => (text.clone(), text.clone()),
            Scalar::Boolean(value) => (value.to_string(), value.to_string()),
        };
        let fits = match (self, scalar) {
            (Self::Text, Scalar::Words(words)) => !words.contains('\0'),
            (Self::Boolean, Scalar::Boolean(_)) => true,
            (Self::Numeric | Self::Double, Scalar::Number(_)) => number(&text).is_some(),
            (Self::Integer, Scalar::Number(_)) => text.parse::<i32>().is_ok(),
            (Self::Bigint, Scalar::Number(_)) => text.parse::<i64>().is_ok(),
            (Self::Interval, Scalar::Words(_)) => interval::microseconds(&text).is_some(),
            (Self::Date, Scalar::Words(_) | Scalar::Time(_)) => text.parse::<NaiveDate>().is_ok(),
            (Self::Timestamptz, Scalar::Words(_) | Scalar::Time(_)) => {
                DateTime::parse_from_rfc3339(&text).is_ok()
            }
            _ => false,
        };
        if fits {
            Ok(text)
        } else {
            Err(format!("{given} is no {}", self.as_sql()))
        }
    }

    /// The order of two values of this type; none where order has no meaning.
    fn compare(self, left: &str, right: &str) -> Option<Ordering> {
        match self {
            Self::Numeric | Self::Double => number(left)?.partial_cmp(&number(right)?),
            Self::Integer | Self::Bigint => Some(left.parse::<i64>().ok()?.cmp(&right.parse().ok()?)),
            Self::Interval => Some(interval::microseconds(left)?.cmp(&interval::microseconds(right)?)),
            Self::Date => Some(left.parse::<NaiveDate>().ok()?.cmp(&right.parse().ok()?)),
            Self::Timestamptz => {
                let instant = |text| DateTime::parse_from_rfc3339(text).ok();
                Some(instant(left)?.cmp(&instant(right)?))
            }
            Self::Text | Self::Boolean => None,
        }
    }
}

impl Parameter {
    /// Reads `[params.name]`.
    pub(super) fn read(fields: &Fields<'_>, report: &mut Report<'_>) -> Option<Self> {
        fields.refuse_others(report, &["type", "default", "min", "max"]);
        let (kind, _) = fields.required(report, "type", "\"numeric\"", |value| {
            let word = value.as_str().unwrap_or_default();
            Kind::ALL
                .into_iter()
                .find(|kind| kind.as_sql() == word)
                .ok_or_else(|| {
                    format!(
                        "{} is none of {}",
                        an(value),
                        Kind::ALL.map(Kind::as_sql).join(", ")
                    )
                })
        })?;
        let read = |value: &DeValue<'_>| kind.read(&from_toml(value));
        let default = fields.required(report, "default", kind.example(), read);
        let [min, max] = ["min", "max"].map(|key| {
            let (bound, at) = fields.optional(report, key, kind.example(), read)?;
            if kind.compare(&bound, &bound).is_none() {
                report.add(
                    at,
                    format!("{key} means nothing for {}", kind.as_sql()),
                    format!("take {key} out"),
                );
            }
            Some(bound)
        });
        let (value, at) = default?;
        let parameter = Self {
            kind,
            default: value.clone(),
            value,
            min,
            max,
        };
        if let Err(what) = parameter.within_bounds(&parameter.value) {
            report.add(
                at,
                format!("default {what}"),
                "let the default lie between min and max",
            );
        }
        Some(parameter)
    }

    /// The same parameter with another value, from the configuration.
    ///
    /// # Errors
    /// What is wrong with the value, and what would be right.
    pub(super) fn with_value(&self, value: &Value) -> Result<Self, String> {
        let text = self
            .kind
            .read(&from_json(value))
            .map_err(|what| format!("{what}; write a value such as {}", self.kind.example()))?;
        self.within_bounds(&text)?;
        Ok(Self {
            value: text,
            ..self.clone()
        })
    }

    fn within_bounds(&self, text: &str) -> Result<(), String> {
        let beyond = |bound: &Option<String>, order| {
            bound
                .as_ref()
                .is_some_and(|bound| self.kind.compare(text, bound) == Some(order))
        };
        match (&self.min, &self.max) {
            (Some(min), _) if beyond(&self.min, Ordering::Less) => {
                Err(format!("{text} is below the minimum {min}"))
            }
            (_, Some(max)) if beyond(&self.max, Ordering::Greater) => {
                Err(format!("{text} is above the maximum {max}"))
            }
            _ => Ok(()),
        }
    }

    /// Whether a value that the configuration may give it is zero.
    pub(super) fn may_be_zero(&self) -> bool {
        let beyond = |bound: &Option<String>, order| {
            bound
                .as_ref()
                .is_some_and(|bound| self.kind.compare(bound, "0") == Some(order))
        };
        !(beyond(&self.min, Ordering::Greater) || beyond(&self.max, Ordering::Less))
    }

    pub(super) fn sql_type(&self) -> &'static str {
        self.kind.as_sql()
    }

    /// The value as text that PostgreSQL casts to the parameter's type.
    #[cfg(feature = "postgres")]
    pub(crate) fn as_sql_text(&self) -> &str {
        &self.value
    }

    /// The value for the record of a run.
    pub(super) fn as_json(&self) -> Value {
        self.json(&self.value)
    }

    /// A text of its type as JSON.
    pub(super) fn json(&self, text: &str) -> Value {
        match self.kind {
            Kind::Numeric | Kind::Integer | Kind::Bigint | Kind::Double | Kind::Boolean => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
            }
            _ => Value::from(text),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn from_toml<'a>(value: &'a DeValue<'_>) -> Scalar<'a> {
    match value {
        DeValue::String(text) => Scalar::Words(text),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Scalar::Number(number.to_string()),
            Err(_) => Scalar::Other(number.to_string()),
        },
        DeValue::Float(number) => Scalar::Number(number.as_str().trim_start_matches('+').to_owned()),
        DeValue::Boolean(value) => Scalar::Boolean(*value),
        DeValue::Datetime(time) => Scalar::Time(time.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => Scalar::Other(an(value)),
    }
}

fn from_json(value: &Value) -> Scalar<'_> {
    match value {
        Value::String(text) => Scalar::Words(text),
        Value::Number(number) => Scalar::Number(number.to_string()),
        Value::Bool(value) => Scalar::Boolean(*value),
        Value::Null => Scalar::Other("null".to_owned()),
        Value::Array(_) => Scalar::Other("a list".to_owned()),
        Value::Object(_) => Scalar::Other("a table (write dates in quotes)".to_owned()),
    }
}
