//! E518: in production errors are reported, or somebody said that they are not.

use super::{Variables, trimmed};
use crate::{AppEnv, Code, Problem};

pub(super) fn is_on(variables: &Variables, env: AppEnv, problems: &mut Vec<Problem>) {
    let told = trimmed(variables, "ERROR_REPORTING", problems);
    let dsn = trimmed(variables, "SENTRY_DSN", problems);
    if env != AppEnv::Production || told == Some("off") || dsn.is_some_and(is_dsn) {
        return;
    }
    let what = match dsn {
        None => "SENTRY_DSN is not set",
        Some(_) => "SENTRY_DSN is no DSN",
    };
    problems.push(Problem::new(
        Code::ReportingOff,
        format!("APP_ENV is {env}, and errors are reported to nobody: {what}"),
        "set SENTRY_DSN, as https://KEY@HOST/PROJECT, or say that it is meant: ERROR_REPORTING=off",
    ));
}

/// `https://KEY@HOST/PROJECT`.
fn is_dsn(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let Some((key, place)) = rest.split_once('@') else {
        return false;
    };
    let Some((host, path)) = place.split_once('/') else {
        return false;
    };
    let project = path.rsplit('/').next().unwrap_or_default();
    matches!(scheme, "https" | "http") && [key, host, project].iter().all(|part| !part.is_empty())
}
