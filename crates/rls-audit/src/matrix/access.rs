use std::fmt;

use serde::{Deserialize, Serialize};

/// What a command comes to. Classes, never numbers of rows: that data grows changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// There is no privilege.
    Denied,
    /// It is allowed, and reaches no row.
    None,
    /// It reaches rows, and not all of them.
    Some,
    /// It reaches every row; or adds whatever is tried.
    All,
    /// Whatever is tried, the outcome would violate a policy.
    Rls,
    /// Some of what is tried goes through, and some would violate a policy.
    Conditional(Candidates),
    /// It fails with this SQLSTATE, whatever the rows.
    Error(String),
    /// It could not be found out.
    Unknown(Doubt),
}

/// Of so many rows or changes that were tried, so many go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Candidates {
    /// Go through.
    pub passing: u32,
    /// Were tried.
    pub tried: u32,
}

/// Why it could not be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The login may not act as this persona.
    NotAMember,
    /// A function stands in place of the command, and does what it likes.
    InsteadOf,
    /// No row could be thought of that has the type.
    NoCandidate,
    /// It took too long, or somebody held a lock.
    Timeout,
    /// There are no rows, and the policies do not say what they would do with any.
    Empty,
    /// The login may not read the rows that decide.
    Unseen,
    /// It cannot be asked without writing, or in the words that the server prints; or the server had no room to answer.
    Unanswered,
}

impl Access {
    /// Every class.
    pub const CLASSES: [&str; 8] = [
        "denied",
        "none",
        "some",
        "all",
        "rls",
        "conditional",
        "error",
        "unknown",
    ];

    /// Whether anything goes through.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Some | Self::All | Self::Conditional(_))
    }

    /// The class alone, without numbers.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::None => "none",
            Self::Some => "some",
            Self::All => "all",
            Self::Rls => "rls",
            Self::Conditional(_) => "conditional",
            Self::Error(_) => "error",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conditional(Candidates { passing, tried }) => {
                write!(f, "conditional ({passing} of {tried} candidates)")
            }
            Self::Error(code) => write!(f, "error({code})"),
            Self::Unknown(doubt) => write!(f, "unknown({doubt})"),
            plain => f.write_str(plain.class()),
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAMember => "not a member",
            Self::InsteadOf => "instead of trigger",
            Self::NoCandidate => "no candidate",
            Self::Timeout => "timeout",
            Self::Empty => "empty",
            Self::Unseen => "not to be read by this login",
            Self::Unanswered => "cannot be asked",
        })
    }
}
