use std::fmt;

/// What can be wrong with an environment or a release. The text of a code never changes, so that people can look it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// E501: `APP_ENV` is not set.
    EnvironmentMissing,
    /// E502: `APP_ENV` is none of the four words.
    EnvironmentUnknown,
    /// E503: white space stands around a value.
    WhiteSpace,
    /// E504: two things that must agree do not.
    Contradiction,
    /// E511: there is no release, or nobody knows of which commit.
    ReleaseMissing,
    /// E512: a release is not written as `package@version+commit`.
    ReleaseMalformed,
    /// E513: the commit of a release has fewer than twelve digits.
    CommitTooShort,
    /// E514: a character stands in a release that none may hold.
    ForbiddenCharacter,
    /// E515: a release has more than 200 bytes.
    ReleaseTooLong,
    /// E516: the release holds changes that were not committed.
    ReleaseDirty,
    /// E517: a release is not of the commit that `APP_RELEASE_COMMIT` names.
    OtherCommit,
}

impl Code {
    /// The code as it is printed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EnvironmentMissing => "E501",
            Self::EnvironmentUnknown => "E502",
            Self::WhiteSpace => "E503",
            Self::Contradiction => "E504",
            Self::ReleaseMissing => "E511",
            Self::ReleaseMalformed => "E512",
            Self::CommitTooShort => "E513",
            Self::ForbiddenCharacter => "E514",
            Self::ReleaseTooLong => "E515",
            Self::ReleaseDirty => "E516",
            Self::OtherCommit => "E517",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong, and what would be right.
///
/// A value is quoted only where it is known to be none of somebody's secrets, which get into the wrong variable easily.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which kind of problem it is.
    pub code: Code,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

impl Problem {
    pub(crate) fn new(code: Code, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.code, self.what, self.remedy)
    }
}
