//! The server on which everything is measured, with one set of settings, and the programs that run against it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use cargo_metadata::Metadata;
use pg_sandbox::{Installation, Options, Sandbox, Script};
use serde_json::Value;

use crate::{command, failure::Failure, test};

/// The same for every arm. The private server would not wait for its disk; one that keeps alerts does.
pub(super) const SETTINGS: &[(&str, &str)] = &[
    ("shared_buffers", "1GB"),
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    // Nothing works beside what is measured, and no page is written whole a second time.
    ("autovacuum", "off"),
    ("checkpoint_timeout", "1d"),
    ("max_wal_size", "64GB"),
];

/// How long connections that were closed may take to be gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// The programs that are measured.
#[derive(Debug)]
pub(super) struct Programs {
    vigie: PathBuf,
    service: PathBuf,
    door: PathBuf,
    /// What is measured, and how it was built.
    line: String,
}

impl Programs {
    /// Builds these packages, of which `what` is measured; in release mode where its times are to be told, else as the
    /// tests have them.
    pub(super) fn build(
        metadata: &Metadata,
        release: bool,
        packages: &[&str],
        what: &str,
    ) -> Result<Self, Failure> {
        if release {
            let packages = packages.iter().flat_map(|name| ["--package", name]);
            command::run(command::cargo(&["build", "--locked", "--release"]).args(packages))?;
        } else {
            test::build()?;
        }
        Ok(Self::built(metadata, release, what))
    }

    /// Those that are built already.
    pub(super) fn built(metadata: &Metadata, release: bool, what: &str) -> Self {
        let profile = if release { "release" } else { "debug" };
        let directory = metadata.target_directory.join(profile).into_std_path_buf();
        Self {
            vigie: directory.join("vigie"),
            service: directory.join("vigie-sync"),
            door: directory.join("vigie-api"),
            line: format!("{what}, {profile} build"),
        }
    }

    pub(super) fn line(&self) -> &str {
        &self.line
    }
}

/// The server, the programs, and a directory for what they read.
#[derive(Debug)]
pub(super) struct Stand {
    sandbox: Sandbox,
    psql: PathBuf,
    pub(super) programs: Programs,
    /// Of the service's logins.
    password: String,
    directory: PathBuf,
}

impl Stand {
    /// Starts the server.
    pub(super) fn start(programs: Programs, directory: PathBuf) -> Result<Self, Failure> {
        let mut options = Options::from_env();
        for (name, value) in SETTINGS {
            options = options.setting(*name, *value);
        }
        let psql = Installation::find(&options)?.psql()?;
        let sandbox = Sandbox::start(&options)?;
        let password = sandbox.psql("postgres", Script::Text("select gen_random_uuid();"))?;
        Ok(Self {
            sandbox,
            psql,
            programs,
            password: password.trim().to_owned(),
            directory,
        })
    }

    pub(super) fn stop(self) -> Result<(), Failure> {
        Ok(self.sandbox.stop()?)
    }

    pub(super) fn version(&self) -> String {
        self.sandbox.version().to_string()
    }

    /// Creates an empty database.
    pub(super) fn create(&self, database: &str) -> Result<(), Failure> {
        Ok(self.sandbox.create_database(database)?)
    }

    /// Runs SQL as the owner, and gives what psql printed.
    pub(super) fn sql(&self, database: &str, text: &str) -> Result<String, Failure> {
        Ok(self.sandbox.psql(database, Script::Text(text))?)
    }

    /// Runs a file of SQL as the owner.
    pub(super) fn sql_file(&self, database: &str, file: &Path) -> Result<(), Failure> {
        Ok(self.sandbox.psql(database, Script::File(file)).map(drop)?)
    }

    /// Gives a database Vigie's schema, its logins with their password, and the people of the demo.
    pub(super) fn install(&self, database: &str, configuration: &Path) -> Result<(), Failure> {
        self.vigie(database, configuration, &["migrate"])?;
        self.vigie(database, configuration, &["install"])?;
        let people = include_str!("../../../sql/demo/access.sql");
        let password = &self.password;
        self.sql(
            database,
            &format!(
                "begin;\nselect set_config('vigie.demo_password', '{password}', true);\n{people}\ncommit;\n"
            ),
        )
        .map(drop)
    }

    /// A file for the programs to read.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let path = self.directory.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// A directory for what a program writes.
    pub(super) fn empty_directory(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.directory.join(name);
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir(&path)?;
        Ok(path)
    }

    /// Runs `vigie` as the owner, and gives what it printed.
    pub(super) fn vigie(
        &self,
        database: &str,
        configuration: &Path,
        words: &[&str],
    ) -> Result<String, Failure> {
        let mut vigie = Command::new(&self.programs.vigie);
        configured(&mut vigie, configuration)
            .args(words)
            .env("VIGIE_DATABASE_URL", self.sandbox.url(database));
        let output = vigie.output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(format!("vigie {}: {stderr}", words.join(" "))))
    }

    /// What `vigie` prints as JSON.
    pub(super) fn vigie_json(
        &self,
        database: &str,
        configuration: &Path,
        words: &[&str],
    ) -> Result<Value, Failure> {
        Ok(serde_json::from_str(&self.vigie(
            database,
            configuration,
            words,
        )?)?)
    }

    /// One run of the checks with the logins of the service.
    pub(super) fn run(&self, database: &str, configuration: &Path) -> Command {
        let mut run = Command::new(&self.programs.service);
        configured(&mut run, configuration)
            .args(["--once", "--json"])
            .env("APP_ENV", "test")
            .env_remove("APP_RELEASE")
            .env("VIGIE_DATABASE_URL", self.login("vigie_sync", database))
            .env("VIGIE_EVAL_URL", self.login("vigie_eval", database));
        run
    }

    /// An audit by the owner of the server, which is reached on this port.
    pub(super) fn audit(&self, database: &str, configuration: &Path, port: u16) -> Command {
        let url = self.sandbox.url(database);
        let url = url.replace(&format!(":{}/", self.port()), &format!(":{port}/"));
        let mut audit = Command::new(&self.programs.vigie);
        configured(&mut audit, configuration)
            .args(["audit", "rls", "--json"])
            .env("VIGIE_DATABASE_URL", url);
        audit
    }

    /// `vigie` with a login that has the service's password.
    pub(super) fn vigie_as(
        &self,
        user: &str,
        database: &str,
        configuration: &Path,
        words: &[&str],
    ) -> Command {
        let mut vigie = Command::new(&self.programs.vigie);
        configured(&mut vigie, configuration)
            .args(words)
            .env("VIGIE_DATABASE_URL", self.login(user, database));
        vigie
    }

    /// Where the server is reached.
    pub(super) fn port(&self) -> u16 {
        self.sandbox.port()
    }

    /// The service that shows alerts, with its login.
    pub(super) fn serve(&self, database: &str, configuration: &Path) -> Command {
        let mut serve = Command::new(&self.programs.door);
        configured(&mut serve, configuration)
            .env("VIGIE_DATABASE_URL", self.login("vigie_api", database))
            .env("APP_ENV", "test")
            .env_remove("APP_RELEASE");
        serve
    }

    /// `psql` with the login that evaluates checks, running a script.
    pub(super) fn client(&self, database: &str, script: &Path) -> Command {
        let mut psql = self.psql(database, "vigie_eval");
        psql.arg("--file").arg(script);
        psql
    }

    /// `psql` with a login that has the service's password, running what it is told.
    pub(super) fn psql(&self, database: &str, user: &str) -> Command {
        let mut psql = self.connecting(&self.psql, database, user);
        psql.args([
            "--no-psqlrc",
            "--quiet",
            "--no-align",
            "--tuples-only",
            "--no-password",
        ])
        .args(["--set", "ON_ERROR_STOP=1"]);
        psql
    }

    /// `pgbench`, the same.
    pub(super) fn pgbench(&self, database: &str, user: &str) -> Result<Command, Failure> {
        let pgbench = self.sandbox.bin_dir().join("pgbench");
        if pgbench.is_file() {
            return Ok(self.connecting(&pgbench, database, user));
        }
        let missing = pgbench.display();
        Err(Failure::usage(format!(
            "no {missing}; Debian has it in the server's package, Fedora in postgresql-contrib"
        )))
    }

    /// A client of the server, with a login that has the service's password.
    fn connecting(&self, client: &Path, database: &str, user: &str) -> Command {
        let mut client = Command::new(client);
        without(&mut client, "PG");
        client
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.sandbox.port().to_string())
            .env("PGUSER", user)
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", database)
            .env("PGCLIENTENCODING", "UTF8");
        client
    }

    /// Lets a role log in with the service's password.
    pub(super) fn let_in(&self, role: &str) -> Result<(), Failure> {
        let password = &self.password;
        self.sql(
            "postgres",
            &format!("alter role {role} login password '{password}';"),
        )
        .map(drop)
    }

    /// Waits until nobody is connected to a database: what a connection has done is counted when it ends.
    pub(super) fn wait_until_alone(&self, database: &str) -> Result<(), Failure> {
        let others = format!("select count(*) from pg_stat_activity where datname = '{database}';");
        let begun = Instant::now();
        while self.sql("postgres", &others)?.trim() != "0" {
            if begun.elapsed() > PATIENCE {
                return Err(Failure::new(format!(
                    "somebody stays connected to the database {database}"
                )));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn login(&self, user: &str, database: &str) -> String {
        let (password, port) = (&self.password, self.sandbox.port());
        format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}")
    }
}

/// With this configuration and nothing else.
fn configured<'c>(program: &'c mut Command, configuration: &Path) -> &'c mut Command {
    without(program, "VIGIE_");
    program.arg("--config").arg(configuration)
}

/// Takes away what the environment would change.
fn without(program: &mut Command, prefix: &str) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with(prefix) {
            program.env_remove(name);
        }
    }
}
