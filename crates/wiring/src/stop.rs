//! How the program ends: exit codes, and what is said to a person and to a program.

use std::process::ExitCode;

use alerts_store::Alert;
use serde_json::{Value, json};

use crate::{postgres::reason, words};

/// How the program ends when it could do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Fine.
    Fine,
    /// A negative answer to the question asked; an act refused or in conflict.
    Negative,
    /// Usage, configuration, or something given that is not right.
    Usage,
    /// Not everything could be looked at.
    Incomplete,
    /// A difference, where the command is a comparison.
    Difference,
    /// The database cannot be reached.
    Unreachable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Negative => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
            Exit::Difference => 4,
            Exit::Unreachable => 5,
        })
    }
}

/// Why the program could not do what was asked, in words for a person.
#[derive(Debug)]
pub struct Stop {
    exit: Exit,
    /// A stable word for programs.
    code: &'static str,
    message: String,
    /// The alert as it is, where it is not as expected.
    current: Option<Box<Alert>>,
}

impl Stop {
    /// Ended in this way, for a reason that has a stable word and a text for a person.
    pub fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            code,
            message: message.into(),
            current: None,
        }
    }

    /// Usage, configuration, or something given that is not right.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "invalid", message)
    }

    /// The database cannot be reached.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self::new(Exit::Unreachable, "unavailable", message)
    }

    /// How the program ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether it may pass without anybody doing anything: the database cannot be reached, or answers what nobody
    /// foresaw. Everything else waits for a person.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        self.exit == Exit::Unreachable || self.code == "corrupt"
    }

    /// For a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// For a program.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(current) = &self.current {
            error["current"] = json!(current);
        }
        json!({ "error": error })
    }

    /// Says which database, where it cannot be reached.
    #[must_use]
    pub fn at(mut self, place: &str) -> Self {
        if self.exit == Exit::Unreachable && !self.message.contains(place) {
            let but = if self.message == reason::HELD_UP {
                ""
            } else {
                " cannot be reached"
            };
            self.message = format!("{place}{but}: {}", self.message);
        }
        self
    }

    /// A refusal of the program's own login, not of a person, is a matter of configuration.
    #[must_use]
    pub fn refused_login(mut self, remedy: &str) -> Self {
        if self.code == "forbidden" {
            self.exit = Exit::Usage;
            self.message = format!("{}; {remedy}", self.message);
        }
        self
    }
}

impl From<alerts_store::Error> for Stop {
    fn from(error: alerts_store::Error) -> Self {
        use alerts_store::Error;
        let code = error.code();
        match error {
            Error::NotFound | Error::Forbidden { .. } | Error::NothingToConfirm { .. } => {
                Self::new(Exit::Negative, code, error.to_string())
            }
            Error::Conflict { reason, current } => {
                let message = format!("{reason}; it is now {}", words::standing(&current));
                Self {
                    current: Some(current),
                    ..Self::new(Exit::Negative, code, message)
                }
            }
            Error::Invalid { field, reason } => {
                let given = match field.as_str() {
                    "comment" => "--reason",
                    "until" => "--until",
                    "request_id" => "--request-id",
                    other => other,
                };
                Self::new(Exit::Usage, code, format!("{given}: {reason}"))
            }
            Error::Unavailable(source) => Self::new(Exit::Unreachable, code, reason::of(source.as_ref())),
            other => Self::new(Exit::Usage, code, other.to_string()),
        }
    }
}

impl From<release_info::ledger::Error> for Stop {
    fn from(error: release_info::ledger::Error) -> Self {
        use release_info::ledger::Error;
        let code = error.code();
        match error {
            Error::Forbidden { .. }
            | Error::OutOfOrder { .. }
            | Error::Occupied { .. }
            | Error::Conflict { .. } => Self::new(Exit::Negative, code, error.to_string()),
            Error::Invalid { field, reason } => {
                let given = match field.as_str() {
                    "returns_to" => "to".to_owned(),
                    other => other.replace('_', "-"),
                };
                Self::new(Exit::Usage, code, format!("--{given}: {reason}"))
            }
            Error::Unavailable(source) => Self::new(Exit::Unreachable, code, reason::of(source.as_ref())),
            other => Self::new(Exit::Usage, code, other.to_string()),
        }
    }
}

impl From<access_journal::journal::Error> for Stop {
    fn from(error: access_journal::journal::Error) -> Self {
        use access_journal::journal::Error;
        let code = error.code();
        match error {
            Error::Forbidden { .. } => Self::new(Exit::Negative, code, error.to_string()),
            Error::Invalid { field, reason } => {
                let given = match field.as_str() {
                    "expected" => "expect",
                    other => other,
                };
                Self::new(Exit::Usage, code, format!("--{given}: {reason}"))
            }
            Error::Unavailable(source) => Self::new(Exit::Unreachable, code, reason::of(source.as_ref())),
            other => Self::new(Exit::Usage, code, other.to_string()),
        }
    }
}

impl From<integrity_core::Error> for Stop {
    fn from(error: integrity_core::Error) -> Self {
        alerts_store::Error::from(error).into()
    }
}
