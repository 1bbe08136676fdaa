use std::{fmt, str::FromStr};

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Code, Problem, problem};

/// The longest release that services which collect errors keep whole.
const MOST_BYTES: usize = 200;
/// How many digits of a commit a release holds; those services recognise twelve, and not seven.
const DIGITS: usize = 12;
/// What stands behind the commit where more went into the release.
const DIRTY: &str = ".dirty";
/// The commit where nobody knows it, as git writes the commit that is none.
const NO_COMMIT: &str = "000000000000";

/// The grammar of a package's name, as a regular expression.
pub(crate) const PACKAGE: &str = "[a-z][a-z0-9-]{1,38}[a-z0-9]";
/// The grammar of what follows it.
pub(crate) const AFTER_PACKAGE: &str = concat!(
    r"@(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)",
    r"(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?",
    r"\+[0-9a-f]{12}(\.dirty)?",
);

/// How a release is written.
const SHAPE: &str = "write package@version+commit, for example vigie-api@0.1.0+4110b38a1b2c";

/// The name of a release: `package@version+commit`, with `.dirty` behind it where changes may have gone in that
/// nobody committed.
///
/// Twelve zeros stand for a commit that is not known, and are always dirty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "schema",
    schemars(with = "String", extend("pattern" = format!("^{PACKAGE}{AFTER_PACKAGE}$"), "maxLength" = MOST_BYTES))
)]
pub struct ReleaseId {
    package: String,
    version: String,
    commit: String,
    dirty: bool,
}

impl ReleaseId {
    /// The release that was built from these, commit and all; `None` for a commit that nobody knows.
    pub(crate) fn new(
        package: &str,
        version: &str,
        commit: Option<&str>,
        dirty: bool,
    ) -> Result<Self, Vec<Problem>> {
        let dirty = if dirty || commit.is_none() { DIRTY } else { "" };
        let commit = commit.unwrap_or(NO_COMMIT);
        format!("{package}@{version}+{commit}{dirty}").parse()
    }

    /// Whether a text could be the name of a package: 3 to 40 of a to z, 0 to 9 and `-`, a letter first, no `-` last.
    #[must_use]
    pub fn is_package(text: &str) -> bool {
        let inner = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        (3..=40).contains(&text.len())
            && text.bytes().all(inner)
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
    }

    /// What was released, for example `vigie-api`.
    #[must_use]
    pub fn package(&self) -> &str {
        &self.package
    }

    /// Its version, a semantic version without build metadata.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first twelve digits of the commit; `None` when nobody knows it.
    #[must_use]
    pub fn commit(&self) -> Option<&str> {
        (self.commit != NO_COMMIT).then_some(&self.commit)
    }

    /// Whether it may hold changes that were not committed.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Compares with the commit, whole or in part, that `APP_RELEASE_COMMIT` names.
    ///
    /// # Errors
    /// E517, when this is a release of another commit.
    pub fn must_be_of(&self, app_release_commit: &str) -> Result<(), Problem> {
        if app_release_commit.starts_with(&self.commit) {
            return Ok(());
        }
        Err(Problem::new(
            Code::OtherCommit,
            format!("{self} is not of the commit that APP_RELEASE_COMMIT names"),
            "set both from the same commit; the release holds its first twelve digits",
        ))
    }
}

impl FromStr for ReleaseId {
    type Err = Vec<Problem>;

    fn from_str(text: &str) -> Result<Self, Vec<Problem>> {
        let name = text.trim();
        if name.is_empty() {
            return Err(vec![Problem::new(
                Code::ReleaseMissing,
                "the release is empty",
                SHAPE,
            )]);
        }
        let mut problems = Vec::new();
        if name != text {
            let remedy = "take it away; an editor or `echo` may have put it there";
            problems.push(Problem::new(
                Code::WhiteSpace,
                "white space stands around the release",
                remedy,
            ));
        }
        if name.len() > MOST_BYTES {
            let what = format!("the release has {} bytes", name.len());
            let remedy = format!("at most {MOST_BYTES} may be; shorten the version");
            problems.push(Problem::new(Code::ReleaseTooLong, what, remedy));
        }
        problems.extend(forbidden(name));
        let Some((package, version, commit)) = parts(name) else {
            let what = "the release does not consist of a package, @, a version, + and a commit";
            problems.push(Problem::new(Code::ReleaseMalformed, what, SHAPE));
            return Err(problems);
        };
        let (commit, dirty) = match commit.strip_suffix(DIRTY) {
            Some(commit) => (commit, true),
            None => (commit, false),
        };
        problems.extend(package_problem(package));
        problems.extend(version_problem(version));
        problems.extend(commit_problem(commit, dirty));
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            package: package.to_owned(),
            version: version.to_owned(),
            commit: commit.to_owned(),
            dirty,
        })
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dirty = if self.dirty { DIRTY } else { "" };
        write!(f, "{}@{}+{}{dirty}", self.package, self.version, self.commit)
    }
}

impl Serialize for ReleaseId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReleaseId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse()
            .map_err(|problems: Vec<Problem>| D::Error::custom(problem::in_one_line(&problems)))
    }
}

fn parts(name: &str) -> Option<(&str, &str, &str)> {
    let (package, rest) = name.split_once('@')?;
    let (version, commit) = rest.split_once('+')?;
    Some((package, version, commit))
}

fn is_forbidden(c: char) -> bool {
    !c.is_ascii_alphanumeric() && !"@+.-".contains(c)
}

/// The first character that no part of a release may hold.
fn forbidden(name: &str) -> Option<Problem> {
    let (at, c) = name.chars().enumerate().find(|(_, c)| is_forbidden(*c))?;
    let what = format!("character {} of the release is {c:?}", at + 1);
    let remedy = "only a to z, A to Z, 0 to 9, @, +, . and - may stand in it";
    Some(Problem::new(Code::ForbiddenCharacter, what, remedy))
}

/// What is wrong with a part, unless a forbidden character says it already.
fn malformed(part: &str, what: &str, remedy: &str) -> Option<Problem> {
    let is_said = part.chars().any(is_forbidden);
    (!is_said).then(|| Problem::new(Code::ReleaseMalformed, what, remedy))
}

fn package_problem(package: &str) -> Option<Problem> {
    if ReleaseId::is_package(package) {
        return None;
    }
    let remedy = "3 to 40 characters: a to z, 0 to 9 and -, a letter first, no - last";
    malformed(package, "the package's name is not one", remedy)
}

fn version_problem(version: &str) -> Option<Problem> {
    if Version::parse(version).is_ok() {
        return None;
    }
    let remedy = "write it as major.minor.patch, with a pre-release behind - if there is one";
    malformed(version, "the version is not a semantic version", remedy)
}

fn commit_problem(commit: &str, dirty: bool) -> Option<Problem> {
    let is_hex = commit
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_hex && commit.len() < DIGITS {
        let what = "the commit has fewer than twelve digits";
        let remedy = "take as many as git rev-parse --short=12 HEAD says";
        return Some(Problem::new(Code::CommitTooShort, what, remedy));
    }
    if !is_hex || commit.len() > DIGITS {
        let remedy = "the first twelve digits of the commit, lower-case, and .dirty where more went in";
        return malformed(commit, "what follows + is no commit", remedy);
    }
    if commit == NO_COMMIT && !dirty {
        let what = "the release claims to be clean, and its commit is not known";
        let remedy = format!("name the commit, or write {DIRTY} behind it");
        return Some(Problem::new(Code::ReleaseMalformed, what, remedy));
    }
    None
}

#[cfg(test)]
mod tests;
