//! Judges a set of variables: everything that is wrong with it, at once. Where they come from is the caller's business.

mod backend;
mod environment;
mod keys;
mod release;
mod reporting;
mod rules;

use std::collections::BTreeMap;

use serde::Serialize;

pub(crate) use self::keys::not_for_everybody;
pub use self::release::add_release;
pub use self::rules::{Registered, Rules, Words};
use crate::{AppEnv, Code, Problem, ReleaseId};

/// Variables: name and value.
pub type Variables = BTreeMap<String, String>;

/// What a set of variables comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Where they say that a program runs; `None` when they do not say so.
    pub environment: Option<AppEnv>,
    /// As which release; `None` when they do not say so.
    pub release: Option<ReleaseId>,
    /// Everything that is wrong, by code.
    pub problems: Vec<Problem>,
    /// How many hosts are registered for environments; where there are none, none was compared.
    pub registered_hosts: usize,
    /// Variables with a URL whose host nobody has registered, so that it was not compared.
    pub unregistered: Vec<String>,
}

/// Judges variables, as a program would get them.
///
/// Values are quoted where they are known to be none of somebody's secrets, and nowhere else.
#[must_use]
pub fn check(variables: &Variables, rules: &Rules) -> Checked {
    let mut problems = Vec::new();
    let told = get(variables, "APP_ENV");
    let environment = kept(AppEnv::told(told), &mut problems)
        // White space around it is a problem, and hides none of the others.
        .or_else(|| told?.trim().parse().ok());
    let release = release::told(variables, environment, &mut problems);
    if let Some(env) = environment {
        environment::agree(variables, env, rules, &mut problems);
        backend::belongs(variables, env, rules, &mut problems);
        reporting::is_on(variables, env, &mut problems);
    }
    keys::are_where_they_belong(variables, &mut problems);
    problems.sort_by_key(|problem| problem.code);
    Checked {
        environment,
        release,
        problems,
        registered_hosts: rules.registered.iter().map(|of| of.hosts.len()).sum(),
        unregistered: backend::unregistered(variables, rules),
    }
}

/// E505 alone, for a service, whose database is configured: these name hosts of another environment.
#[must_use]
pub fn of_another_environment(variables: &Variables, env: AppEnv, rules: &Rules) -> Vec<Problem> {
    let mut problems = Vec::new();
    backend::belongs(variables, env, rules, &mut problems);
    problems
}

fn get<'v>(variables: &'v Variables, name: &str) -> Option<&'v str> {
    variables.get(name).map(String::as_str)
}

/// The value, or none and what is wrong with it.
fn kept<T>(value: Result<T, Vec<Problem>>, problems: &mut Vec<Problem>) -> Option<T> {
    value.map_err(|wrong| problems.extend(wrong)).ok()
}

/// A variable that may be unset, which it also is when empty; white space around it is a problem.
fn trimmed<'v>(variables: &'v Variables, name: &str, problems: &mut Vec<Problem>) -> Option<&'v str> {
    let value = get(variables, name)?;
    let inner = value.trim();
    if inner.is_empty() {
        return None;
    }
    if inner != value {
        problems.push(Problem::new(
            Code::WhiteSpace,
            format!("white space stands around {name}"),
            "take it away; an editor or `echo` may have put it there",
        ));
    }
    Some(inner)
}

#[cfg(test)]
mod tests;
