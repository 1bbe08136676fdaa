//! A database of its own for each test, and the programs beside it. The tests of every program share this file; each
//! says in its `main.rs` where the program under test is, and where `vigie` is, which prepares databases.

use std::{
    env, fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::UNIX_EPOCH,
};

use serde_json::Value;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// `vigie`, with nothing configured, in a directory without a configuration.
pub(crate) fn vigie(directory: &Path) -> Command {
    bare(&crate::vigie(), directory)
}

/// A program with nothing configured, in a directory without a configuration.
fn bare(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    for name in [
        "VIGIE_CONFIG",
        "VIGIE_COPY_URL",
        "VIGIE_DATABASE_URL",
        "VIGIE_DATABASE_URL_FILE",
        "VIGIE_EVAL_URL",
        "VIGIE_EVAL_URL_FILE",
        "VIGIE_LOG_FORMAT",
        "APP_ENV",
        "APP_RELEASE",
        "APP_RELEASE_COMMIT",
        "SOURCE_DATE_EPOCH",
        "PGPASSFILE",
        "PGPASSWORD",
    ] {
        command.env_remove(name);
    }
    command.current_dir(directory).stdin(Stdio::null());
    command
}

fn server() -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the server for tests is, is configuration"
    )]
    env::var("DATABASE_URL").expect("DATABASE_URL names a server for tests; run `cargo xtask test`")
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output: Output = command.output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("the program speaks UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Insists on an exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }

    /// Insists on words on standard error.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "nothing of {words:?} in {self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }
}

/// A database, gone with the test.
pub(crate) struct World {
    server: String,
    name: String,
    /// Where the program runs.
    pub(crate) directory: TempDir,
    runtime: Runtime,
    logins: Vec<String>,
}

impl World {
    /// An empty database.
    pub(crate) fn empty() -> Self {
        Self::empty_on(server())
    }

    /// An empty database on another server than that of the tests.
    pub(crate) fn empty_on(server: String) -> Self {
        let world = Self::nowhere(server);
        world.run_on(&world.server, &format!("create database {}", world.name));
        world
    }

    /// A name for a database that is not there yet.
    fn nowhere(server: String) -> Self {
        Self {
            server,
            name: format!("vigie_cli_{}", Uuid::new_v4().simple()),
            directory: tempfile::tempdir().expect("a directory"),
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
            logins: Vec::new(),
        }
    }

    /// A database with Vigie's schema, roles, and people: amina (admin), didier (directeur), patricia (pca).
    pub(crate) fn migrated() -> Self {
        let world = Self::nowhere(server());
        let template = world.template();
        world.run_on(
            &world.server,
            &format!("create database {} template {template}", world.name),
        );
        // As if it were made now: how long nobody has looked counts from there.
        world.sql("update vigie.alerts_store_migrations set installed_on = now()");
        world
    }

    /// What [`Self::with_vigie`] makes, made once on the server of the tests by each build of `vigie`.
    fn template(&self) -> String {
        let made = fs::metadata(crate::vigie()).and_then(|program| program.modified());
        let age = made
            .expect("the program")
            .duration_since(UNIX_EPOCH)
            .expect("a time");
        let name = format!("vigie_template_{}", age.as_millis());
        self.runtime.block_on(async {
            let mut server = PgConnection::connect(&self.server).await.expect("the server");
            server
                .execute("select pg_advisory_lock(8206)")
                .await
                .expect("a lock");
            let known = raw(&format!("select from pg_database where datname = '{name}'"));
            if server.fetch_optional(known).await.expect("an answer").is_some() {
                return;
            }
            // It has its name once it is whole; on a thread of its own, since it waits for programs.
            let server_url = self.server.clone();
            let made = std::thread::spawn(move || Self::empty_on(server_url).with_vigie().kept());
            let made = made.join().expect("a template");
            let rename = format!("alter database {made} rename to {name}");
            server.execute(raw(&rename)).await.expect("a template");
        });
        name
    }

    /// Leaves the database where it is, and nothing to drop; gives its name.
    fn kept(mut self) -> String {
        std::mem::take(&mut self.name)
    }

    pub(crate) fn with_vigie(self) -> Self {
        self.vigie(&["migrate"]).exits(0);
        // Roles belong to the server: two tests must not make them at once.
        let roles = include_str!("../../../../sql/integrity-core/roles.sql");
        self.runtime.block_on(async {
            let mut server = PgConnection::connect(&self.server).await.expect("the server");
            server
                .execute("select pg_advisory_lock(8205)")
                .await
                .expect("a lock");
            let mut connection = PgConnection::connect(&self.url()).await.expect("the database");
            connection.execute(sqlx::raw_sql(roles)).await.expect("roles");
        });
        self.sql("insert into vigie.members values ('amina', 'admin'), ('didier', 'directeur'), ('patricia', 'pca')");
        self
    }

    /// A migrated database with the demo's depot in it.
    pub(crate) fn depot() -> Self {
        Self::migrated().with_depot()
    }

    pub(crate) fn with_depot(self) -> Self {
        self.sql(concat!(
            "begin;",
            include_str!("../../../../sql/packs/depot/schema.sql"),
            include_str!("../../../../sql/demo/data.sql"),
            include_str!("../../../../sql/demo/anomalies.sql"),
            "commit;"
        ));
        self
    }

    /// The database's URL, for its owner.
    pub(crate) fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// Makes a login that does the service's work and bypasses nothing; gives its URL.
    pub(crate) fn service(&mut self) -> String {
        self.login(
            "in role vigie_sync",
            "grant usage on schema public to {}; grant select on all tables in schema public to {}",
        )
    }

    /// Makes a login that may do nothing but become `authenticated` for a person; gives its URL.
    pub(crate) fn people(&mut self) -> String {
        self.login("in role vigie_api", "")
    }

    /// Makes a login that may nothing but connect; gives its URL.
    pub(crate) fn stranger(&mut self) -> String {
        self.login("", "")
    }

    pub(crate) fn login(&mut self, options: &str, grants: &str) -> String {
        let login = format!("vigie_{}", Uuid::new_v4().simple());
        self.sql(&format!(
            "create role {login} login inherit password 'x' {options}; {}",
            grants.replace("{}", &login)
        ));
        self.logins.push(login.clone());
        self.url_of(&login)
    }

    /// The database's URL for a login whose password is `x`.
    pub(crate) fn url_of(&self, login: &str) -> String {
        let (scheme, rest) = self.server.split_once("://").expect("a URL");
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        with_database(&format!("{scheme}://{login}:x@{host}"), &self.name)
    }

    /// The program under test with this database in its environment; services want to be told where they run.
    pub(crate) fn command(&self, url: &str, args: &[&str]) -> Command {
        let mut command = bare(&crate::tested(), self.directory.path());
        command
            .env("VIGIE_DATABASE_URL", url)
            .env("APP_ENV", "test")
            .args(args);
        command
    }

    pub(crate) fn vigie(&self, args: &[&str]) -> Answer {
        let mut command = vigie(self.directory.path());
        Answer::of(command.env("VIGIE_DATABASE_URL", self.url()).args(args))
    }

    /// What comes of a line that a person executes where the world is.
    pub(crate) fn executes(&self, line: &str) -> Answer {
        let here = self.directory.path();
        let mut probe = vigie(here);
        probe.env("VIGIE_DATABASE_URL", self.url());
        let bin = Path::new(probe.get_program()).parent().expect("a folder");
        let mut shell = Command::new("sh");
        shell
            .args(["-c", "PATH=\"$1:$PATH\" exec sh -ec \"$2\"", "sh"])
            .arg(bin)
            .arg(line)
            .current_dir(here);
        for (name, value) in probe.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.env("VIGIE_ACTOR", "amina");
        Answer::of(&mut shell)
    }

    /// Writes a file where the program runs.
    pub(crate) fn file(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.directory.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, contents).expect("a file");
    }

    /// Writes a pack `checks` of these files: name, contents.
    pub(crate) fn pack(&self, files: &[(&str, &str)]) {
        self.file("checks/pack.toml", "name = \"checks\"\nformat = 1\n");
        for (name, contents) in files {
            self.file(&format!("checks/{name}"), contents);
        }
    }

    /// Runs statements as the owner.
    #[track_caller]
    pub(crate) fn sql(&self, statements: &str) {
        self.run_on(&self.url(), statements);
    }

    /// Runs statements in another database of the same server.
    #[track_caller]
    pub(crate) fn sql_beside(&self, statements: &str) {
        self.run_on(&self.server, statements);
    }

    /// The one value that a query gives, as text.
    #[track_caller]
    pub(crate) fn value(&self, query: &str) -> String {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.url()).await.expect("the database");
            let row = connection.fetch_one(raw(query)).await.expect(query);
            row.try_get::<Option<String>, _>(0)
                .expect("text")
                .unwrap_or_default()
        })
    }

    /// Everything about alerts that a run could write, down to where each row lies on disk.
    pub(crate) fn traces(&self) -> String {
        self.value(
            "select (select string_agg(concat_ws(' ', id, xmin, ctid, version), ',' order by id) from vigie.alerts)
                    || '; events ' || (select count(*) from vigie.alert_events)",
        )
    }

    #[track_caller]
    fn run_on(&self, url: &str, statements: &str) {
        self.runtime.block_on(async {
            let mut connection = PgConnection::connect(url).await.expect("a connection");
            connection.execute(raw(statements)).await.expect(statements);
            connection.close().await.expect("closed");
        });
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let mut statements = vec![format!("drop database if exists {} with (force)", self.name)];
        statements.extend(
            self.logins
                .iter()
                .map(|login| format!("drop role if exists {login}")),
        );
        self.runtime.block_on(async {
            if let Ok(mut server) = PgConnection::connect(&self.server).await {
                for statement in statements {
                    // A database that stays hurts nobody: the server is a throw-away one.
                    let _ = server.execute(raw(&statement)).await;
                }
            }
        });
    }
}

/// Statements that a test has put together itself.
pub(crate) fn raw(statements: &str) -> sqlx::RawSql {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements))
}

fn with_database(url: &str, database: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    format!("{scheme}://{host}/{database}")
}

/// A check file: the usual front matter, more lines of it, and the SQL.
pub(crate) fn check(code: &str, severity: &str, more: &str, sql: &str) -> String {
    format!(
        "/*+++\ncode = \"{code}\"\nformat = 1\nseverity = \"{severity}\"\nentity = \"BAC\"\n\
         title = {{ en = \"{code}\" }}\nmessage = {{ en = \"{{{{ entity_id }}}} is wrong\" }}\n{more}\n+++*/\n{sql}\n"
    )
}

/// The row of a code in what `sync --json` prints.
#[track_caller]
pub(crate) fn row<'r>(report: &'r Value, code: &str) -> &'r Value {
    let rows = report["checks"].as_array().expect("checks");
    rows.iter()
        .find(|row| row["code"] == code)
        .unwrap_or_else(|| panic!("no {code} in {report:#}"))
}
