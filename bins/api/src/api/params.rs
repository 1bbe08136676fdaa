//! What can be asked of a list, and what is wrong with it.

use alerts_store::{AlertFilter, Status};
use axum::{extract::FromRequestParts, http::request::Parts};
use axum_extra::extract::Query;
use integrity_core::Severity;
use release_info::{AppEnv, ledger::ReleaseFilter};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

use super::cursor;
use crate::problem::Problem;

/// The most rows of one page.
const MOST: u32 = 200;
/// Unless asked otherwise.
const ROWS: u32 = 50;
/// The longest value of a filter, in characters.
const LONGEST: usize = 200;

/// Which alerts.
#[derive(Debug, Default, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// `OPEN`, `ACK`, `RESOLVED`, or `all`; several may be given. Live alerts, which are OPEN and ACK, unless given.
    pub(crate) status: Vec<String>,
    /// `CRITICAL`, `WARN`, `INFO`; several may be given.
    pub(crate) severity: Vec<String>,
    /// Of this check.
    #[param(max_length = 200)]
    pub(crate) check_code: Option<String>,
    /// About this kind of thing.
    #[param(max_length = 200)]
    pub(crate) entity_type: Option<String>,
    /// Of this part of the business.
    #[param(max_length = 200)]
    pub(crate) scope: Option<String>,
    /// `true`: past due only.
    pub(crate) overdue: Option<bool>,
    /// Containing this text in message, label or identifier, whatever the case.
    #[param(max_length = 200)]
    pub(crate) q: Option<String>,
    /// Where the list goes on: `next` of the page before.
    #[param(max_length = 512)]
    pub(crate) cursor: Option<String>,
    /// At most so many, from 1 to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
}

/// Which releases and which events of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReleaseParams {
    /// In this environment: `production`, `staging`, `test` or `development`.
    pub(crate) environment: Option<String>,
    /// Of this target, such as `web`.
    #[param(max_length = 200)]
    pub(crate) target: Option<String>,
    /// Where the history goes on: `next` of the page before.
    #[param(max_length = 512)]
    pub(crate) cursor: Option<String>,
    /// At most so many events, from 1 to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
}

impl ReleaseParams {
    /// What the ledger is asked.
    ///
    /// # Errors
    /// Which value is wrong, and what would be right.
    pub(crate) fn filter(&self) -> Result<ReleaseFilter, Problem> {
        let environment = self.environment.as_slice();
        let environments: Vec<AppEnv> = words(
            "environment",
            environment,
            "production, staging, test or development",
        )?;
        Ok(ReleaseFilter {
            environment: environments.first().copied(),
            target: text("target", self.target.as_deref())?,
            after: given(self.cursor.as_deref())?,
            limit: rows(self.limit)?,
        })
    }
}

/// Of which time.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct AccessParams {
    /// `day`, 24 hours by five minutes, which it is unless given, or `fortnight`, 14 days by hours.
    pub(crate) range: Option<String>,
}

/// Which events of an alert.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventParams {
    /// Before the event of this number.
    pub(crate) before: Option<u32>,
    /// At most so many, from 1 to 200; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
}

impl ListParams {
    /// What the store is asked.
    ///
    /// # Errors
    /// Which value is wrong, and what would be right.
    pub(crate) fn filter(&self, database: &str) -> Result<AlertFilter, Problem> {
        let statuses = if self.status.iter().all(String::is_empty) {
            vec![Status::Open, Status::Ack]
        } else if self.status.iter().any(|word| word == "all") {
            Vec::new()
        } else {
            words("status", &self.status, "OPEN, ACK, RESOLVED or all")?
        };
        Ok(AlertFilter {
            database: Some(database.to_owned()),
            statuses,
            severities: words("severity", &self.severity, "CRITICAL, WARN or INFO")?,
            check_code: text("check_code", self.check_code.as_deref())?,
            entity_type: text("entity_type", self.entity_type.as_deref())?,
            scope: text("scope", self.scope.as_deref())?,
            overdue: self.overdue.unwrap_or_default(),
            unconfirmed: false,
            resolved_since: None,
            text: text("q", self.q.as_deref())?,
            after: given(self.cursor.as_deref())?,
            limit: rows(self.limit)?,
        })
    }
}

/// How many rows are asked for.
///
/// # Errors
/// For none, and for more than [`MOST`].
pub(crate) fn rows(limit: Option<u32>) -> Result<u32, Problem> {
    let limit = limit.unwrap_or(ROWS);
    if (1..=MOST).contains(&limit) {
        Ok(limit)
    } else {
        Err(Problem::invalid("limit", format!("a number from 1 to {MOST}")))
    }
}

/// Where a list goes on; an empty cursor, as a form sends it, says nothing.
fn given<T: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<T>, Problem> {
    cursor
        .filter(|cursor| !cursor.is_empty())
        .map(cursor::read)
        .transpose()
}

/// The words of a filter; an empty one, as a form sends it, says nothing.
fn words<T: Word>(field: &str, given: &[String], right: &str) -> Result<Vec<T>, Problem> {
    given
        .iter()
        .filter(|word| !word.is_empty())
        .map(|word| T::read(word).ok_or_else(|| Problem::invalid(field, right)))
        .collect()
}

trait Word: Sized {
    fn read(word: &str) -> Option<Self>;
}

impl Word for Status {
    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

impl Word for Severity {
    fn read(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Word for AppEnv {
    fn read(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

fn text(field: &str, given: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(text) = given.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.contains('\0') || text.chars().count() > LONGEST {
        return Err(Problem::invalid(
            field,
            format!("at most {LONGEST} characters, none of them NUL"),
        ));
    }
    Ok(Some(text.to_owned()))
}

/// A query string, or what is wrong with it.
#[derive(Debug)]
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(error) => Err(Problem::invalid("query", error.body_text())),
        }
    }
}
