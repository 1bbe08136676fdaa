use std::fmt;

use serde::{Serialize, Serializer};

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
    /// E505: a backend's host is registered for another environment.
    OtherBackend,
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
    /// E518: errors are reported to nobody in production, and nothing says that this is meant.
    ReportingOff,
    /// E519: a secret stands where everybody can read it, or a service's key where an anonymous one belongs.
    SecretKey,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::EnvironmentMissing,
        Self::EnvironmentUnknown,
        Self::WhiteSpace,
        Self::Contradiction,
        Self::OtherBackend,
        Self::ReleaseMissing,
        Self::ReleaseMalformed,
        Self::CommitTooShort,
        Self::ForbiddenCharacter,
        Self::ReleaseTooLong,
        Self::ReleaseDirty,
        Self::OtherCommit,
        Self::ReportingOff,
        Self::SecretKey,
    ];

    /// The code as it is printed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EnvironmentMissing => "E501",
            Self::EnvironmentUnknown => "E502",
            Self::WhiteSpace => "E503",
            Self::Contradiction => "E504",
            Self::OtherBackend => "E505",
            Self::ReleaseMissing => "E511",
            Self::ReleaseMalformed => "E512",
            Self::CommitTooShort => "E513",
            Self::ForbiddenCharacter => "E514",
            Self::ReleaseTooLong => "E515",
            Self::ReleaseDirty => "E516",
            Self::OtherCommit => "E517",
            Self::ReportingOff => "E518",
            Self::SecretKey => "E519",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that is wrong, and what would be right.
///
/// A value is quoted only where it is known to be none of somebody's secrets, which get into the wrong variable easily.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// All of them in one line, where a reader of values can say no more than one thing.
pub(crate) fn in_one_line(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn every_code_has_a_page_that_says_all_there_is_to_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
        for code in Code::ALL.map(Code::as_str) {
            let page = fs::read_to_string(folder.join(format!("{code}.md"))).expect(code);
            assert!(page.starts_with(&format!("# {code}: ")), "{code}");
            for part in [
                "What it fires on",
                "Why it matters",
                "How to mend it",
                "What it does not see",
            ] {
                assert!(page.contains(&format!("\n## {part}\n")), "{code}: {part}");
            }
        }
    }

    #[test]
    fn every_page_is_of_a_code() {
        let codes: BTreeSet<&str> = Code::ALL.into_iter().map(Code::as_str).collect();
        assert_eq!(codes.len(), Code::ALL.len(), "a code is given once");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
        for page in fs::read_dir(folder).expect("the pages") {
            let page = page.expect("a page").path();
            let name = page.file_stem().expect("a name").to_string_lossy().into_owned();
            assert!(!name.starts_with("E5") || codes.contains(name.as_str()), "{name}");
        }
        let readme = include_str!("../README.md");
        for code in codes {
            assert!(
                readme.contains(&format!("\n| {code} | ")),
                "{code} is not in the README"
            );
        }
    }
}
