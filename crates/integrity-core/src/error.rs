use thiserror::Error;

/// What can go wrong here, by what the caller can do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// Something given is not well formed; mend it and try again.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which input.
        field: &'static str,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// The database refuses this login; see what it may do.
    #[error("the database refuses: {reason}")]
    Forbidden {
        /// Safe to show.
        reason: String,
    },
    /// The database cannot be reached, went away or was too busy; try again later.
    #[error("the database cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What stands in the database is not what this program wrote.
    #[error("unexpected content in the database: {reason}")]
    Corrupt {
        /// Safe to show.
        reason: String,
    },
}

impl Error {
    /// An [`Error::Invalid`].
    pub fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            reason: reason.into(),
        }
    }

    /// An [`Error::Forbidden`].
    pub fn forbidden(reason: impl Into<String>) -> Self {
        Self::Forbidden {
            reason: reason.into(),
        }
    }

    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::Forbidden { .. } => "forbidden",
            Self::Unavailable(_) => "unavailable",
            Self::Corrupt { .. } => "corrupt",
        }
    }
}
