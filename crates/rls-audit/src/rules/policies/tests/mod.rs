//! Each rule fires on its subject, and is silent on what only looks like it.

mod authority;
mod meaning;
mod open;

use crate::{Command, catalog::Policy, rules::sample::policy};

/// A policy for this command and role.
fn of(command: Command, role: &str, using: Option<&str>, check: Option<&str>) -> Policy {
    Policy {
        command: Some(command),
        roles: (role != "public").then(|| role.to_owned()).into_iter().collect(),
        using: using.map(str::to_owned),
        check: check.map(str::to_owned),
        ..policy("p", "")
    }
}

/// A policy for reading.
fn reading(role: &str, using: &str) -> Policy {
    of(Command::Select, role, Some(using), None)
}

fn named(name: &str, policy: Policy) -> Policy {
    Policy {
        name: name.to_owned(),
        ..policy
    }
}
