//! Pipes what `pg_dump` tells of one database into another, and says which statements failed there.

use std::process::Stdio;

use tokio::process::Command;

use super::{super::Loss, programs::Programs};
use crate::Error;

/// Loads the schema. A statement that fails is a loss; whatever hangs on it fails after it.
pub(super) async fn load(programs: &Programs, source: &str, target: &str) -> Result<Vec<Loss>, Error> {
    let (source, target) = (Address::of(source), Address::of(target));
    let mut dump = source
        .program(&programs.pg_dump)
        .args(["--format=custom", "--schema-only", "--no-subscriptions"])
        .args([
            "--no-security-labels",
            "--no-tablespaces",
            "--lock-wait-timeout=10s",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(unavailable)?;
    let told = dump.stdout.take().map(TryInto::<Stdio>::try_into);
    let told = told.transpose().map_err(unavailable)?.unwrap_or_else(Stdio::null);
    let restored = target
        .program(&programs.pg_restore)
        .args(["--format=custom", "--no-tablespaces", "--verbose"])
        .stdin(told)
        .stdout(Stdio::null())
        .output();
    let (dumped, restored) = tokio::join!(dump.wait_with_output(), restored);
    let (dumped, restored) = (dumped.map_err(unavailable)?, restored.map_err(unavailable)?);
    if !dumped.status.success() {
        return Err(Error::Forbidden {
            reason: first_error(&String::from_utf8_lossy(&dumped.stderr)),
        });
    }
    let said = String::from_utf8_lossy(&restored.stderr);
    let lost = losses(&said);
    if lost.is_empty() && !restored.status.success() {
        return Err(Error::Corrupt {
            reason: first_error(&said),
        });
    }
    Ok(lost)
}

/// A URL that may stand in the list of processes, and what may not.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    url: String,
    password: Option<String>,
}

/// What both the driver and PostgreSQL's own programs understand of a URL.
const PARAMETERS: [&str; 8] = [
    "application_name",
    "host",
    "options",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
];

impl Address {
    fn of(url: &str) -> Self {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = match user.split_once(':') {
            Some((user, password)) => (user, Some(decoded(password))),
            None => (user, None),
        };
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| {
                let name = pair.split('=').next().unwrap_or_default();
                PARAMETERS.contains(&name)
            })
            .collect();
        Self {
            url: format!("{scheme}://{user}@{host}/{database}?{}", kept.join("&")),
            password,
        }
    }

    fn program(&self, program: &std::path::Path) -> Command {
        let mut command = Command::new(program);
        command
            .arg("--no-password")
            .arg(format!("--dbname={}", self.url))
            .env("LC_ALL", "C")
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(password) = &self.password {
            command.env("PGPASSWORD", password);
        }
        command
    }
}

/// Text of a URL as it was meant: `%40` is `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).filter(|_| *first == b'%');
        let byte = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn first_error(said: &str) -> String {
    let error = said.lines().find_map(|line| line.split_once("error: "));
    error.map_or_else(|| "pg_dump failed".to_owned(), |(_, error)| error.to_owned())
}

/// What `pg_restore` says of statements that failed: what it was making, and what the server said.
fn losses(said: &str) -> Vec<Loss> {
    let mut lost = Vec::new();
    let mut making = "the dump".to_owned();
    for line in said.lines() {
        if let Some(what) = line.strip_prefix("pg_restore: creating ") {
            making = what.replace('"', "");
        } else if let Some((_, error)) = line.split_once("error: could not execute query: ") {
            lost.push(Loss::new(&making, error.trim_start_matches("ERROR:").trim()));
        }
    }
    lost
}

fn unavailable(error: std::io::Error) -> Error {
    Error::Unavailable(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_stand_in_the_list_of_processes() {
        let address = Address::of(
            "postgres://me:a%40b:c%25@h:1/d?sslmode=require&password=x&statement-cache-capacity=0",
        );
        assert_eq!(address.url, "postgres://me@h:1/d?sslmode=require");
        assert_eq!(address.password.as_deref(), Some("a@b:c%"));
        assert_eq!(Address::of("postgres://h/d").password, None);
    }

    #[test]
    fn each_statement_that_failed_is_a_loss() {
        let said = "pg_restore: creating EXTENSION \"pg_graphql\"\n\
            pg_restore: while PROCESSING TOC:\n\
            pg_restore: from TOC entry 2; 3079 16384 EXTENSION pg_graphql \n\
            pg_restore: error: could not execute query: ERROR:  extension \"pg_graphql\" is not available\n\
            DETAIL:  Could not open\nCommand was: CREATE EXTENSION x;\n\n\
            pg_restore: creating TABLE \"public.tanks\"\n\
            pg_restore: error: could not execute query: ERROR:  no\nCommand was: COMMENT\n\
            pg_restore: warning: errors ignored on restore: 2\n";
        let lost = losses(said);
        assert_eq!(lost.len(), 2, "{lost:?}");
        assert_eq!(lost[1].object, "TABLE public.tanks");
        assert_eq!(
            lost[0].to_string(),
            "EXTENSION pg_graphql: extension \"pg_graphql\" is not available"
        );
    }
}
