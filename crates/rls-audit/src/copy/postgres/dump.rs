//! Pipes what `pg_dump` tells of one database into another, and says which statements failed there.

use std::process::Stdio;

use tokio::process::Command;

use super::{super::Loss, programs::Programs};
use crate::Error;

/// Loads the schema. A statement that fails is a loss; whatever hangs on it fails after it.
pub(super) async fn load(programs: &Programs, source: &str, target: &str) -> Result<Vec<Loss>, Error> {
    let (source, target) = (Address::of(source)?, Address::of(target)?);
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
        return Err(Error::forbidden(
            "pg_dump could not read the whole schema: this login may not read every table, or one stayed locked for 10 s",
        ));
    }
    let said = String::from_utf8_lossy(&restored.stderr);
    let lost = losses(&said);
    if lost.is_empty() && !restored.status.success() {
        return Err(Error::Corrupt {
            reason: "pg_restore could not load the schema".to_owned(),
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

/// What `pg_dump` calls a parameter that the driver understands too, or may leave; by other names the driver knows some.
fn parameter(name: &str) -> Option<&str> {
    match name {
        "application_name"
        | "channel_binding"
        | "connect_timeout"
        | "dbname"
        | "host"
        | "hostaddr"
        | "options"
        | "port"
        | "sslcert"
        | "sslkey"
        | "sslmode"
        | "sslrootcert"
        | "target_session_attrs"
        | "user" => Some(name),
        "ssl-ca" | "ssl-root-cert" => Some("sslrootcert"),
        "ssl-cert" => Some("sslcert"),
        "ssl-key" => Some("sslkey"),
        "ssl-mode" => Some("sslmode"),
        _ => None,
    }
}

impl Address {
    /// What cannot be handed on is refused: without it another database might be copied, or the same in clear text.
    fn of(url: &str) -> Result<Self, Error> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, mut password) = match user.split_once(':') {
            Some((user, password)) => (user, Some(decoded(password))),
            None => (user, None),
        };
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // To the driver a plus is a space, to `pg_dump` a plus.
            let value = value.replace('+', "%20");
            match (name, parameter(name)) {
                ("password", _) => password = Some(decoded(&value)),
                // How the driver works, not where it goes.
                ("statement-cache-capacity", _) => {}
                (_, Some(name)) => kept.push(format!("{name}={value}")),
                // It is not repeated: it may be part of a password.
                (_, None) => {
                    return Err(Error::invalid(
                        "url",
                        "pg_dump cannot be given one of its parameters; right are host, hostaddr, port, dbname, user, \
                         password, options, application_name, connect_timeout, target_session_attrs, channel_binding, \
                         sslmode, sslrootcert, sslcert and sslkey",
                    ));
                }
            }
        }
        Ok(Self {
            url: format!("{scheme}://{user}@{host}/{database}?{}", kept.join("&")),
            password,
        })
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

/// What a server means by its words, in ours: `pg_restore` gives no SQLSTATE, and the words may quote what others wrote.
const MEANINGS: [(&str, &str); 5] = [
    ("is not available", "the server there does not have it"),
    ("already exists", "it is there already"),
    ("does not exist", "something that it needs is missing there"),
    ("permission denied", "the login there may not make it"),
    ("must be ", "the login there may not make it"),
];

/// What `pg_restore` says of statements that failed: what it was making, and why it could not.
fn losses(said: &str) -> Vec<Loss> {
    let mut lost = Vec::new();
    let mut making = "the dump".to_owned();
    for line in said.lines() {
        if let Some(what) = line.strip_prefix("pg_restore: creating ") {
            making = what.replace('"', "");
        } else if let Some((_, error)) = line.split_once("error: could not execute query: ") {
            let meaning = MEANINGS.iter().find(|(words, _)| error.contains(words));
            let why = meaning.map_or("the server there refuses it", |(_, why)| why);
            lost.push(Loss::new(&making, why));
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

    fn address(url: &str) -> Address {
        Address::of(url).expect("a URL that pg_dump can be given")
    }

    #[test]
    fn a_password_does_not_stand_in_the_list_of_processes() {
        let given = address("postgres://me:a%40b:c%25@h:1/d?sslmode=require&statement-cache-capacity=0");
        assert_eq!(given.url, "postgres://me@h:1/d?sslmode=require");
        assert_eq!(given.password.as_deref(), Some("a@b:c%"));
        let given = address("postgres://h/d?user=me&password=a%26b+c");
        assert_eq!(given.url, "postgres://@h/d?user=me");
        assert_eq!(given.password.as_deref(), Some("a&b c"));
        assert_eq!(address("postgres://h/d").password, None);
    }

    #[test]
    fn where_the_driver_goes_pg_dump_goes() {
        let given =
            address("postgres://?hostaddr=10.0.0.1&dbname=d&user=me&options=-c+role%3Dx&ssl-mode=require");
        assert_eq!(
            given.url,
            "postgres://@/?hostaddr=10.0.0.1&dbname=d&user=me&options=-c%20role%3Dx&sslmode=require"
        );
        for url in [
            "postgres://h/d?options[role]=x",
            "postgres://h/d?password=a&secret=b",
            "postgres://h/d?p%61ssword=x",
        ] {
            let refused = Address::of(url).expect_err("refused").to_string();
            assert!(refused.starts_with("url: pg_dump cannot be given"), "{refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
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
        assert_eq!(
            lost[1].to_string(),
            "TABLE public.tanks: the server there refuses it"
        );
        assert_eq!(
            lost[0].to_string(),
            "EXTENSION pg_graphql: the server there does not have it"
        );
    }
}
