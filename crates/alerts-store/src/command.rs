use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Alert, AlertId};

/// What a person does to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Take it up.
    Ack,
    /// Give it back.
    Unack,
    /// Say that it is fixed.
    Resolve,
    /// Live with it until a date.
    Accept,
    /// Say that it is none, until a date.
    FalsePositive,
    /// Say something.
    Comment,
    /// Withdraw its check.
    Retire,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 7] = [
        Self::Ack,
        Self::Unack,
        Self::Resolve,
        Self::Accept,
        Self::FalsePositive,
        Self::Comment,
        Self::Retire,
    ];

    /// The word in the database and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Unack => "unack",
            Self::Resolve => "resolve",
            Self::Accept => "accept",
            Self::FalsePositive => "false_positive",
            Self::Comment => "comment",
            Self::Retire => "retire",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A person's act on one alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// On which alert.
    pub alert: AlertId,
    /// What.
    pub verb: Verb,
    /// What the person says with it; required to resolve, accept, call a false positive, and comment.
    pub comment: Option<String>,
    /// The end of a suppression: required to accept, 30 days unless given for a false positive, at most 180 days.
    pub until: Option<DateTime<Utc>>,
    /// The version of the alert that the person saw; a newer one refuses the act.
    pub expected_version: Option<u32>,
    /// The request; sent again, it is answered and not done again.
    pub request_id: Option<Uuid>,
}

impl Command {
    /// An act without comment, end, expectation or request.
    #[must_use]
    pub fn new(alert: AlertId, verb: Verb) -> Self {
        Self {
            alert,
            verb,
            comment: None,
            until: None,
            expected_version: None,
            request_id: None,
        }
    }

    /// With words.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// With an end.
    #[must_use]
    pub fn until(mut self, until: DateTime<Utc>) -> Self {
        self.until = Some(until);
        self
    }

    /// Only if the alert is still at this version.
    #[must_use]
    pub fn expecting(mut self, version: u32) -> Self {
        self.expected_version = Some(version);
        self
    }

    /// As this request.
    #[must_use]
    pub fn request(mut self, id: Uuid) -> Self {
        self.request_id = Some(id);
        self
    }

    /// The arguments, as events keep them.
    pub(crate) fn args(&self) -> Value {
        args(self.comment.as_deref(), self.until)
    }
}

/// A person's act on every live alert of one check, all or nothing.
///
/// It has to be one that ends them: resolve, accept, false positive or retire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckCommand {
    /// Of which watched database.
    pub database: String,
    /// Of which check; also one of the meta checks.
    pub code: String,
    /// What.
    pub verb: Verb,
    /// What the person says with it; the same for each alert.
    pub comment: Option<String>,
    /// The end of a suppression, as of a [`Command`].
    pub until: Option<DateTime<Utc>>,
}

impl CheckCommand {
    /// An act without comment or end.
    #[must_use]
    pub fn new(database: impl Into<String>, code: impl Into<String>, verb: Verb) -> Self {
        Self {
            database: database.into(),
            code: code.into(),
            verb,
            comment: None,
            until: None,
        }
    }

    /// With words.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = Some(comment.into());
        self
    }

    /// With an end.
    #[must_use]
    pub fn until(mut self, until: DateTime<Utc>) -> Self {
        self.until = Some(until);
        self
    }

    /// The arguments, as events keep them.
    pub(crate) fn args(&self) -> Value {
        args(self.comment.as_deref(), self.until)
    }

    /// The same act on one of the alerts.
    #[cfg(feature = "memory")]
    pub(crate) fn on(&self, alert: AlertId) -> Command {
        Command {
            comment: self.comment.clone(),
            until: self.until,
            ..Command::new(alert, self.verb)
        }
    }
}

fn args(comment: Option<&str>, until: Option<DateTime<Utc>>) -> Value {
    let comment = comment.map(|comment| ("comment".to_owned(), Value::from(comment)));
    let until = until.map(|until| ("until".to_owned(), Value::from(until.to_rfc3339())));
    Value::Object(comment.into_iter().chain(until).collect::<Map<_, _>>())
}

/// What an act has led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// The alert as it is now.
    pub alert: Alert,
    /// Whether the request had been done before; then nothing was done now.
    pub replayed: bool,
}
