//! The rows and changes that policies are asked about.

use serde_json::{Value, json};

use super::{
    super::{
        compose,
        look::{Code, Look},
    },
    Sample,
};
use crate::{
    Error,
    matrix::{About, CANDIDATES, Given, candidate},
};

/// Whether the server refuses a value, and not whoever asks.
pub(super) fn is_of_a_value(code: &Code) -> bool {
    code.starts_with("22") || code.starts_with("23")
}

/// What is tried.
#[derive(Debug)]
pub(super) struct Tried {
    /// Rows that there are, or such as there might be.
    pub(super) rows: Vec<Value>,
    /// Changes that are laid over rows to be added.
    pub(super) added: Vec<Value>,
    /// Changes of rows that are there.
    pub(super) updated: Vec<Value>,
    /// The rows that there are, as the server wrote them.
    sampled: Option<String>,
}

impl Tried {
    pub(super) fn new(about: &About<'_>, may: &Given, sampled: Option<&Sample>) -> Self {
        let variants = about.variants(may);
        // Where there are more rows than were taken, there may be others than those.
        let is_whole = sampled.is_some_and(|sample| sample.total <= compose::KEPT);
        Self {
            rows: if is_whole {
                Vec::new()
            } else {
                about.made_up(&CANDIDATES)
            },
            added: variants.inserted,
            updated: variants.updated,
            sampled: sampled.map(|sample| sample.rows.clone()),
        }
    }

    /// Takes rows that the persona sees among those that there might be.
    pub(super) fn join(&mut self, seen: Option<Sample>) {
        let rows = seen.and_then(|seen| serde_json::from_str::<Vec<Value>>(&seen.rows).ok());
        self.rows.extend(rows.into_iter().flatten());
    }

    /// As the question takes them.
    pub(super) fn values(&self) -> [String; 3] {
        let text = |list: &Vec<Value>| Value::Array(list.clone()).to_string();
        let made_up = text(&self.rows);
        let rows = match (&self.sampled, self.rows.is_empty()) {
            (None, _) => made_up,
            (Some(sampled), true) => sampled.clone(),
            // One list of both, and what the server wrote as it wrote it.
            (Some(sampled), false) => format!("{}, {}", sampled.trim_end_matches(']'), &made_up[1..]),
        };
        [rows, text(&self.added), text(&self.updated)]
    }

    /// Gives up what a type does not allow, and makes rows up of candidates that it does allow.
    pub(super) async fn keep_what_fits(&mut self, look: &mut Look, about: &About<'_>) -> Result<(), Error> {
        if !self.rows.is_empty() {
            let mut numbers = Vec::new();
            for n in CANDIDATES {
                let row = Value::Object(candidate(about.catalog, about.relation, n));
                if !fitting(look, about, &row, vec![json!({})]).await?.is_empty() {
                    numbers.push(n);
                }
            }
            self.rows = fitting(look, about, &json!({}), about.made_up(&numbers)).await?;
        }
        let row = match self.rows.first() {
            Some(row) => row.clone(),
            // A row that is there fits: what is laid over it is asked about alone.
            None => json!({}),
        };
        self.added = fitting(look, about, &row, std::mem::take(&mut self.added)).await?;
        self.updated = fitting(look, about, &row, std::mem::take(&mut self.updated)).await?;
        Ok(())
    }
}

/// Those of `list` that fit, laid over `row`.
pub(super) async fn fitting(
    look: &mut Look,
    about: &About<'_>,
    row: &Value,
    list: Vec<Value>,
) -> Result<Vec<Value>, Error> {
    let probe = compose::fits(&about.relation.name);
    let mut fitting = Vec::new();
    for value in list {
        let values = [row.to_string(), value.to_string(), "{}".to_owned()];
        let fits: Result<bool, Code> = look.probed(&probe, &values).await?;
        if fits.is_ok() {
            fitting.push(value);
        }
    }
    Ok(fitting)
}
