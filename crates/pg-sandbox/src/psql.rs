//! Runs SQL through `psql`, for set-up that needs no answer of a particular type.
//!
//! Refused: a PostgreSQL client of our own. Programs that want rows bring their driver and use
//! [`Sandbox::url`](crate::Sandbox::url).

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use crate::{Error, account::without_pg_variables};

/// What `psql` shall run.
#[derive(Debug, Clone, Copy)]
pub enum Script<'a> {
    /// SQL and psql's own commands, as text.
    Text(&'a str),
    /// A file of them.
    File(&'a Path),
}

/// Where and as whom.
pub(crate) struct Target<'a> {
    pub(crate) port: u16,
    pub(crate) password: &'a str,
    pub(crate) database: &'a str,
}

/// What `psql` wrote.
pub(crate) struct Printed {
    /// Results, unaligned and without headers.
    pub(crate) results: String,
    /// Everything else.
    pub(crate) warnings: String,
}

/// Runs a script, stopping at its first error unless the script says otherwise.
pub(crate) fn run(psql: &Path, target: &Target<'_>, script: Script<'_>) -> Result<Printed, Error> {
    let mut command = Command::new(psql);
    without_pg_variables(&mut command);
    command
        .args([
            "--no-psqlrc",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--no-password",
        ])
        .args(["--set", "ON_ERROR_STOP=1", "--file"])
        .arg(match script {
            Script::Text(_) => Path::new("-"),
            Script::File(path) => path,
        })
        // By environment: a name with `=` in it would be taken for a connection string, and a password on the
        // command line stands in the process list.
        .env("PGHOST", "127.0.0.1")
        .env("PGPORT", target.port.to_string())
        .env("PGUSER", "postgres")
        .env("PGPASSWORD", target.password)
        .env("PGDATABASE", target.database)
        .env("PGCLIENTENCODING", "UTF8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(Error::system(format!("run {}", psql.display())))?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // Beside the reading: a long script with a long answer would fill both pipes.
        if let (Script::Text(text), Some(mut stdin)) = (script, stdin) {
            scope.spawn(move || stdin.write_all(text.as_bytes()));
        }
        child.wait_with_output()
    })
    .map_err(Error::system("read what psql printed"))?;
    if output.status.success() {
        return Ok(Printed {
            results: String::from_utf8_lossy(&output.stdout).into_owned(),
            warnings: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    Err(Error::Psql {
        database: target.database.to_owned(),
        message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}
