/// What can go wrong, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
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
    /// The pseudonyms of that month are made with another secret than the one given, or with one where none is given:
    /// nothing may be recorded that calls a client by another name.
    #[error("{reason}")]
    OtherSecret {
        /// What is to be done; safe to show.
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
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Forbidden { .. } => "forbidden",
            Self::Invalid { .. } => "invalid",
            Self::OtherSecret { .. } => "other_secret",
            Self::Unavailable(_) => "unavailable",
            Self::Corrupt { .. } => "corrupt",
        }
    }

    /// The places of the events that a recording was refused for, all of them: without them the others can be recorded.
    /// Empty for any other error.
    #[must_use]
    pub fn refused_events(&self) -> Vec<usize> {
        let Self::Invalid { field, .. } = self else {
            return Vec::new();
        };
        let places = field
            .strip_prefix("events[")
            .and_then(|rest| rest.split_once(']'));
        let places = places.map_or("", |(places, _)| places).split(", ");
        places.filter_map(|place| place.parse().ok()).collect()
    }

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
}

impl From<integrity_core::Error> for Error {
    fn from(error: integrity_core::Error) -> Self {
        match error {
            integrity_core::Error::Invalid { field, reason } => Self::invalid(field, reason),
            integrity_core::Error::Forbidden { reason } => Self::Forbidden { reason },
            integrity_core::Error::Unavailable(source) => Self::Unavailable(source),
            integrity_core::Error::Corrupt { reason } => Self::Corrupt { reason },
            other => Self::Corrupt {
                reason: other.code().to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_events_that_are_refused_are_named() {
        let named = |field: &str| Error::invalid(field, "is wrong").refused_events();
        assert_eq!(named("events[7].occurred_at"), [7]);
        assert_eq!(named("events[0, 3, 12].status or route"), [0, 3, 12]);
        assert_eq!(named("retention"), [0; 0]);
        assert_eq!(Error::forbidden("events[1].x").refused_events(), [0; 0]);
    }
}
