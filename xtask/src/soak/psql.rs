//! SQL through `psql`, on a server that may not be there, or may go away in the middle.

use std::{
    fmt,
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use crate::failure::Failure;

/// Where and as whom.
#[derive(Debug, Clone)]
pub(super) struct Psql {
    pub(super) program: PathBuf,
    pub(super) port: u16,
    pub(super) user: &'static str,
    pub(super) password: String,
    pub(super) database: &'static str,
}

/// Why a script did not come through.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    message: String,
}

impl Broken {
    /// Whether the server answered that it did not do this. Of a connection that is cut, nobody knows.
    pub(super) fn is_refusal(&self) -> bool {
        // PT…: Vigie's own answers. 25006: the server is read-only.
        ["PT403", "PT404", "PT409", "PT422", "25006"]
            .iter()
            .any(|code| self.message.contains(&format!("ERROR:  {code}:")))
    }

    /// Whether the server takes nobody in any more.
    pub(super) fn is_full(&self) -> bool {
        self.message.contains("remaining connection slots") || self.message.contains("too many clients")
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        Self::new(broken.message)
    }
}

impl Psql {
    /// Runs a script up to its first error, and gives what was printed: columns divided by `|`.
    pub(super) fn run(&self, script: &str) -> Result<String, Broken> {
        self.run_with(&[], script)
    }

    /// The same, with values for the script's `:'name'`.
    pub(super) fn run_with(&self, values: &[(&str, &str)], script: &str) -> Result<String, Broken> {
        let broken = |message: String| Broken { message };
        let mut command = self.command();
        for (name, value) in values {
            command.arg("--set").arg(format!("{name}={value}"));
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| broken(format!("cannot run psql: {error}")))?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            if let Some(mut stdin) = stdin {
                // One that has ended takes nothing more, and says why.
                scope.spawn(move || stdin.write_all(script.as_bytes()));
            }
            child.wait_with_output()
        });
        let output = output.map_err(|error| broken(format!("cannot read what psql prints: {error}")))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(broken(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }

    /// A session that does this, and then stays as it is until it is dropped.
    pub(super) fn hold(&self, script: &str) -> Result<Held, Broken> {
        let broken = |error: std::io::Error| Broken {
            message: format!("a session that holds something: {error}"),
        };
        let mut child = self
            .command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(broken)?;
        let mut line = String::new();
        if let (Some(stdin), Some(stdout)) = (child.stdin.as_mut(), child.stdout.take()) {
            // It may have ended already, which the missing answer tells.
            let _ = writeln!(stdin, "{script}\n\\echo held");
            BufReader::new(stdout).read_line(&mut line).map_err(broken)?;
        }
        let held = Held(child);
        if line.trim() == "held" {
            return Ok(held);
        }
        Err(Broken {
            message: "a session that holds something was refused".to_owned(),
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command
            .args([
                "--no-psqlrc",
                "--quiet",
                "--no-align",
                "--tuples-only",
                "--no-password",
            ])
            .args([
                "--set",
                "ON_ERROR_STOP=1",
                "--set",
                "VERBOSITY=verbose",
                "--file",
                "-",
            ])
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", self.user)
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", self.database)
            .env("PGAPPNAME", "soak")
            .env("PGCONNECT_TIMEOUT", "20")
            .env("PGOPTIONS", "-c statement_timeout=60s");
        command
    }
}

/// A session that ends, and lets go of all it holds, when this is dropped.
#[derive(Debug)]
pub(super) struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
