use thiserror::Error;

use crate::Alert;

/// What can go wrong, by what the caller can do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such alert, or the caller may not see it.
    #[error("no such alert")]
    NotFound,
    /// The caller may not do this.
    #[error("not allowed: {reason}")]
    Forbidden {
        /// Why; safe to show.
        reason: String,
    },
    /// Something given is not well formed; mend it and try again.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which input.
        field: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// The alert is not in a state for this; look at it and decide again.
    #[error("{reason}")]
    Conflict {
        /// Why; safe to show.
        reason: String,
        /// The alert as it is now.
        current: Box<Alert>,
    },
    /// The check is not suspect, or has been confirmed already: there is nothing to confirm.
    #[error("{reason}")]
    NothingToConfirm {
        /// Why; safe to show.
        reason: String,
    },
    /// The store cannot be reached, went away or was too busy; try again later.
    #[error("the database cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What stands in the store is not what this program wrote.
    #[error("unexpected content in the database: {reason}")]
    Corrupt {
        /// Safe to show.
        reason: String,
    },
}

impl Error {
    /// An [`Error::Invalid`].
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            reason: reason.into(),
        }
    }

    /// An [`Error::Forbidden`].
    pub fn forbidden(reason: impl Into<String>) -> Self {
        Self::Forbidden {
            reason: reason.into(),
        }
    }

    /// An [`Error::Corrupt`].
    pub(crate) fn corrupt(reason: impl Into<String>) -> Self {
        Self::Corrupt {
            reason: reason.into(),
        }
    }

    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Forbidden { .. } => "forbidden",
            Self::Invalid { .. } => "invalid",
            Self::Conflict { .. } | Self::NothingToConfirm { .. } => "conflict",
            Self::Unavailable(_) => "unavailable",
            Self::Corrupt { .. } => "corrupt",
        }
    }
}

impl From<integrity_core::Error> for Error {
    fn from(error: integrity_core::Error) -> Self {
        match error {
            integrity_core::Error::Invalid { field, reason } => Self::invalid(field, reason),
            integrity_core::Error::Forbidden { reason } => Self::Forbidden { reason },
            integrity_core::Error::Unavailable(source) => Self::Unavailable(source),
            integrity_core::Error::Corrupt { reason } => Self::Corrupt { reason },
            other => Self::corrupt(other.code()),
        }
    }
}
