//! E504 and E511 to E517: which release it is.

use super::{Variables, get, kept, trimmed};
use crate::{AppEnv, Code, Problem, ReleaseId, standing};

const REMEDY: &str = "set APP_RELEASE to what `vigie release id` says where everything is committed";

/// Adds to variables what sources say of themselves: `APP_RELEASE`, and `APP_RELEASE_COMMIT` where the commit is known.
///
/// # Errors
/// E504, when the variables name another release; it stays.
pub fn add_release(
    variables: &mut Variables,
    release: &ReleaseId,
    commit: Option<&str>,
) -> Result<(), Problem> {
    let name = release.to_string();
    let told = variables
        .entry("APP_RELEASE".to_owned())
        .or_insert_with(|| name.clone());
    // What is no release is judged by itself.
    let other = told.parse::<ReleaseId>().ok().filter(|told| told != release);
    if let Some(commit) = commit {
        let told = variables.entry("APP_RELEASE_COMMIT".to_owned());
        told.or_insert_with(|| commit.to_owned());
    }
    other.map_or(Ok(()), |told| {
        let what = format!("APP_RELEASE is {told}, and the sources are {release}");
        let remedy = "build what APP_RELEASE names, or take it away";
        Err(Problem::new(Code::Contradiction, what, remedy))
    })
}

/// The release that the variables name, where they do.
pub(super) fn told(
    variables: &Variables,
    env: Option<AppEnv>,
    problems: &mut Vec<Problem>,
) -> Option<ReleaseId> {
    let told = get(variables, "APP_RELEASE");
    let release = told.and_then(|text| kept(text.parse::<ReleaseId>(), problems));
    if let Some(env) = env {
        if told.is_none() && env.demands_a_clean_release() {
            let what = format!("APP_ENV is {env}, and APP_RELEASE is not set");
            problems.push(Problem::new(Code::ReleaseMissing, what, REMEDY));
        }
        let clean = |release| standing::not_clean(env, release, "the release", REMEDY);
        problems.extend(release.as_ref().and_then(clean));
    }
    of_its_commit(variables, release.as_ref(), problems);
    also_to_sentry(variables, release.as_ref(), problems);
    release
}

/// `APP_RELEASE_COMMIT` is a commit, and the release is of it.
fn of_its_commit(variables: &Variables, release: Option<&ReleaseId>, problems: &mut Vec<Problem>) {
    let Some(commit) = trimmed(variables, "APP_RELEASE_COMMIT", problems) else {
        return;
    };
    let is_hex = commit
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let remedy = "set it to what git rev-parse HEAD says: 12 to 64 digits, lower-case";
    if !is_hex || commit.len() > 64 {
        let what = "APP_RELEASE_COMMIT is no commit";
        problems.push(Problem::new(Code::ReleaseMalformed, what, remedy));
    } else if commit.len() < 12 {
        let what = "APP_RELEASE_COMMIT has fewer than twelve digits";
        problems.push(Problem::new(Code::CommitTooShort, what, remedy));
    } else if let Some(release) = release {
        problems.extend(release.must_be_of(commit).err());
    }
}

/// Where errors are collected the release has the same name.
fn also_to_sentry(variables: &Variables, release: Option<&ReleaseId>, problems: &mut Vec<Problem>) {
    let Some(other) = trimmed(variables, "SENTRY_RELEASE", problems) else {
        return;
    };
    if release.is_some_and(|release| release.to_string() == other) {
        return;
    }
    // A name in the grammar is nobody's secret.
    let said = match other.parse::<ReleaseId>() {
        Ok(other) => format!("SENTRY_RELEASE is {other}"),
        Err(_) => "SENTRY_RELEASE is set".to_owned(),
    };
    let what = match release {
        Some(release) => format!("{said}, and APP_RELEASE is {release}"),
        None => format!("{said}, and APP_RELEASE names no release"),
    };
    let remedy = "set both to the same release, or take SENTRY_RELEASE away";
    problems.push(Problem::new(Code::Contradiction, what, remedy));
}
