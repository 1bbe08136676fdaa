//! A host's schema, as `pg_dump --schema-only` writes it, in a database of the sandbox.
//!
//! A dump is made for the server it came from: it names roles, settings and extensions that a private server does not
//! have, and commands that only `psql` knows. What cannot change what a query over the tables and views returns is left
//! out and told; whatever else fails is an error.
//! Refused: to rewrite statements until they pass, since then the schema would be another one.

mod cut;
mod leave_out;

use std::fmt::{self, Write as _};

use self::cut::{Kind, Piece};
use crate::{Error, Sandbox, Script};

/// A part of a schema that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// The line of the schema at which it begins, counted from 1.
    pub line: usize,
    /// What it is: the first words of it.
    pub what: String,
    /// Why it was left out.
    pub why: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}: {}", self.line, self.what, self.why)
    }
}

/// How many failures are told; after the first, many are its consequences.
const MOST_FAILURES: usize = 10;

impl Sandbox {
    /// Loads a schema into an empty database: first the roles `anon`, `authenticated`, `service_role` and `authenticator` and,
    /// where the schema does not bring its own, a schema `auth` with `uid()`, `role()`, `jwt()`, `email()` and `users`;
    /// then every statement. Gives what was left out: commands of `psql`, rows, and what names a role, a setting or an
    /// extension that is not here. An empty schema leaves the database as it is.
    ///
    /// # Errors
    /// [`Error::Schema`] naming every statement that failed (what came before it stays done), [`Error::Psql`],
    /// [`Error::NoPsql`].
    pub fn load_schema(&self, database: &str, schema: &str) -> Result<Vec<Skipped>, Error> {
        let pieces = cut::pieces(schema);
        if pieces.is_empty() {
            return Ok(Vec::new());
        }
        self.psql(
            database,
            Script::Text(include_str!("../../../../sql/pg-sandbox/load_schema_roles.sql")),
        )?;
        if !pieces.iter().any(Piece::creates_auth) {
            let auth = include_str!("../../../../sql/pg-sandbox/load_schema_auth.sql");
            self.psql(database, Script::Text(auth))?;
        }
        let mut skipped = Vec::new();
        let mut script = HEAD.to_owned();
        for (n, piece) in pieces.iter().enumerate() {
            if let Some(why) = leave_out::unseen(piece) {
                skipped.push(piece.skipped(why));
            } else {
                // A `String` takes everything.
                let _ = write!(script, "{}{}", piece.text, told(n));
            }
        }
        let mut failed = Vec::new();
        for (n, code, message) in failures(&self.psql_warnings(database, &script)?) {
            let Some(piece) = pieces.get(n) else { continue };
            match leave_out::refused(piece, &code) {
                Some(why) => skipped.push(piece.skipped(format!("{why} ({message})"))),
                None => failed.push(format!("line {}, {}: {message}", piece.line, piece.what())),
            }
        }
        if failed.is_empty() {
            skipped.sort_by_key(|skipped| skipped.line);
            return Ok(skipped);
        }
        let more = failed.len().saturating_sub(MOST_FAILURES);
        failed.truncate(MOST_FAILURES);
        if more > 0 {
            failed.push(format!("and {more} more"));
        }
        Err(Error::Schema { failed })
    }
}

/// The end of a statement, and what `psql` tells where it failed.
fn told(n: usize) -> String {
    format!("\n;\n\\if :ERROR\n\\warn {MARK} {n} :LAST_ERROR_SQLSTATE :LAST_ERROR_MESSAGE\n\\endif\n")
}

/// Stands before what `psql` tells about a statement.
const MARK: &str = "@vigie-statement@";

/// Goes on after an error, also within a transaction; notices are of no interest here.
const HEAD: &str = "\\set ON_ERROR_STOP off\n\\set ON_ERROR_ROLLBACK on\nset client_min_messages = error;\n";

/// Which statements failed: their numbers, the SQLSTATE, and what the server said.
fn failures(warnings: &str) -> Vec<(usize, String, String)> {
    warnings
        .lines()
        .filter_map(|line| {
            let mut words = line.strip_prefix(MARK)?.trim_start().splitn(3, ' ');
            let n = words.next()?.parse().ok()?;
            Some((
                n,
                words.next()?.to_owned(),
                words.next().unwrap_or_default().to_owned(),
            ))
        })
        .collect()
}

impl Piece<'_> {
    fn skipped(&self, why: impl Into<String>) -> Skipped {
        Skipped {
            line: self.line,
            what: self.what(),
            why: why.into(),
        }
    }

    /// What it is, in a few words.
    fn what(&self) -> String {
        if self.kind == Kind::Command {
            return self.text.split_whitespace().next().unwrap_or_default().to_owned();
        }
        let upper: Vec<&str> = self.words.iter().take(3).map(String::as_str).collect();
        let words = match upper.as_slice() {
            ["CREATE", "OR", "REPLACE"] => self.words.iter().take(4),
            ["COMMENT", "ON", _] | ["ALTER", "DEFAULT", _] | ["CREATE" | "ALTER", "EVENT", _] => {
                self.words.iter().take(3)
            }
            ["CREATE" | "ALTER" | "DROP", ..] => self.words.iter().take(2),
            _ => self.words.iter().take(1),
        };
        words.map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Whether it makes the schema `auth`, come what may.
    fn creates_auth(&self) -> bool {
        self.begins(&["CREATE", "SCHEMA", "AUTH"])
            || (self.begins(&["CREATE", "SCHEMA"]) && self.text.trim_end().ends_with("\"auth\""))
    }

    fn begins(&self, words: &[&str]) -> bool {
        self.kind == Kind::Statement
            && self.words.len() >= words.len()
            && self.words.iter().zip(words).all(|(one, other)| one == other)
    }
}
