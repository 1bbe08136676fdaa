//! What sources say of themselves. Our own programs find it out when they are compiled (`release-info/build.rs`).

use std::path::Path;

use chrono::{DateTime, Utc};
use release_info::{BuildInfo, Code, Problem, Variables, add_release};
use wiring::stop::Stop;

use super::{super::variables, git, package};
use crate::{cli::NamedArgs, output};

/// What is built.
pub(super) struct Sources {
    pub(super) build: BuildInfo,
    /// The whole commit, where it is known.
    pub(super) commit: Option<String>,
}

impl Sources {
    /// Looks in a folder. Git says what they are, and whether they are whole. Where there is none, whoever sets
    /// `APP_RELEASE_COMMIT` in the environment gives his word that the sources are that commit, whole.
    pub(super) fn look(dir: &Path, named: &NamedArgs) -> Result<Self, Stop> {
        let (package, version) = package::named(dir, named)?;
        let variables = variables::read(None)?;
        let set = |name| {
            variables
                .get(name)
                .map(String::as_str)
                .filter(|value| !value.is_empty())
        };
        let told = set("APP_RELEASE_COMMIT").map(whole_commit).transpose()?;
        let (commit, dirty) = match (git::head(dir), told) {
            (Ok(commit), Some(told)) if !commit.starts_with(&told) => {
                return Err(Stop::usage(other_commit(&told, &commit).to_string()));
            }
            (Ok(commit), _) => (Some(commit), !git::is_clean(dir)),
            (Err(_), Some(told)) => (Some(told), false),
            (Err(why), None) => {
                output::note(&format!(
                    "nobody knows of which commit this is: {why}; without git, set APP_RELEASE_COMMIT"
                ));
                (None, true)
            }
        };
        let built_at = match set("SOURCE_DATE_EPOCH") {
            Some(told) => Some(epoch(told)?),
            None => commit.as_deref().and_then(|commit| git::time_of(dir, commit)),
        };
        let build = BuildInfo {
            package,
            version,
            commit: commit.as_deref().map(|commit| commit[..12].to_owned()),
            dirty,
            built_at,
        };
        Ok(Self { build, commit })
    }

    /// Adds to variables which release this is.
    pub(super) fn added_to(&self, variables: &mut Variables) -> Vec<Problem> {
        let added = self.build.release().and_then(|release| {
            add_release(variables, &release, self.commit.as_deref()).map_err(|problem| vec![problem])
        });
        added.err().unwrap_or_default()
    }
}

fn other_commit(told: &str, checked_out: &str) -> Problem {
    Problem {
        code: Code::OtherCommit,
        what: format!("APP_RELEASE_COMMIT is {told}, and git has {checked_out} checked out"),
        remedy: "take APP_RELEASE_COMMIT away, or check out what it names".to_owned(),
    }
}

fn whole_commit(told: &str) -> Result<String, Stop> {
    let is_hex = told.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_hex && (12..=64).contains(&told.len()) {
        return Ok(told.to_owned());
    }
    Err(Stop::usage(
        "APP_RELEASE_COMMIT is no commit; right are 12 to 64 lower-case hexadecimal digits",
    ))
}

fn epoch(told: &str) -> Result<DateTime<Utc>, Stop> {
    let seconds = told.parse::<u32>().ok().map(i64::from);
    let time = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.ok_or_else(|| Stop::usage("SOURCE_DATE_EPOCH is no number of seconds since 1970"))
}
