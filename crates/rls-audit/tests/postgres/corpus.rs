//! A server with every schema of the corpus in a database of its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use pg_sandbox::{Options, Sandbox, Script};
use rls_audit::{
    DatabaseInspector as _, Inspection, Persona, PgDatabaseInspector,
    postgres::sqlx::{Connection as _, PgConnection, PgPool},
};

use crate::expected::Expected;

/// A private server with the corpus.
pub(crate) struct Corpus {
    pub(crate) server: Sandbox,
    cases: Vec<Case>,
}

/// A schema of the corpus.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    folder: PathBuf,
}

impl Case {
    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What makes it, after the file beside the cases that its first line asks for: `-- Begins with auth.sql.`
    fn schema(&self) -> String {
        let own = fs::read_to_string(self.folder.join("schema.sql")).expect("a schema");
        let first = own
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("-- Begins with "));
        let Some(file) = first.and_then(|rest| rest.strip_suffix('.')) else {
            return own;
        };
        let shared = self.folder.with_file_name(file);
        let shared =
            fs::read_to_string(&shared).unwrap_or_else(|error| panic!("{}: {error}", shared.display()));
        shared + &own
    }

    /// What it is expected to show.
    pub(crate) fn expected(&self) -> Expected {
        Expected::read(&self.folder)
    }

    /// Who is tried there besides those who are found.
    pub(crate) fn personas(&self) -> Vec<Persona> {
        [vec![amina()], self.expected().personas()].concat()
    }
}

/// Cases that together have every kind of object.
pub(crate) const EVERY_KIND: &str = concat!(
    "clinic,columns_of_every_shape,depot,functions_in_policies,kinds,marketplace,names,numbered_by_itself,",
    "partitions,saas,stored_and_foreign,types_with_checks,views,writable_views"
);

impl Corpus {
    /// All of it, or the cases of these names: `one,another`.
    pub(crate) fn load(only: Option<&str>) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
        let options = Options::from_env()
            .setting("autovacuum", "off")
            .setting("fsync", "off");
        let server = Sandbox::start(&options).expect("a private server");
        let roles = fs::read_to_string(folder.join("roles.sql")).expect("the roles");
        server
            .psql("postgres", Script::Text(&roles))
            .expect("the roles are made");
        let entries = fs::read_dir(folder)
            .expect("the corpus")
            .map(|entry| entry.expect("an entry").path());
        let mut cases: Vec<Case> = entries
            .filter(|path| path.is_dir())
            .map(|folder| Case {
                name: folder.file_name().expect("a name").to_string_lossy().into_owned(),
                folder,
            })
            .filter(|case| only.is_none_or(|only| only.split(',').any(|only| only == case.name)))
            .collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        for name in only.into_iter().flat_map(|only| only.split(',')) {
            assert!(cases.iter().any(|case| case.name == name), "there is no {name:?}");
        }
        for case in &cases {
            server.create_database(&case.name).expect("a database");
            server
                .psql(&case.name, Script::Text(&case.schema()))
                .expect("the schema loads");
        }
        Self { server, cases }
    }

    pub(crate) fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The database of a case, as its superuser.
    pub(crate) async fn connect(&self, case: &Case) -> PgConnection {
        PgConnection::connect(&self.server.url(&case.name))
            .await
            .expect("connected")
    }

    /// An empty database more; its URL.
    pub(crate) fn database(&self, name: &str) -> String {
        self.server.create_database(name).expect("a database");
        self.server.url(name)
    }

    /// The database of a case, as this login; any but the superuser's own has its name for a password.
    pub(crate) fn url(&self, case: &Case, login: &str) -> String {
        if login == "postgres" {
            return self.server.url(&case.name);
        }
        let port = self.server.port();
        format!("postgres://{login}:{login}@127.0.0.1:{port}/{}", case.name)
    }

    /// Runs SQL in the database of a case, as its superuser.
    pub(crate) fn run(&self, case: &Case, sql: &str) {
        self.run_in(&case.name, sql);
    }

    /// Runs SQL in a database, as its superuser.
    pub(crate) fn run_in(&self, database: &str, sql: &str) {
        self.server.psql(database, Script::Text(sql)).expect("it runs");
    }

    /// What the inspector sees there, as this login.
    pub(crate) async fn inspected(&self, case: &Case, login: &str) -> Inspection {
        inspected_at(&self.url(case, login), &case.personas()).await
    }
}

/// What the inspector sees there, with these personas and those that it finds.
pub(crate) async fn inspected_at(url: &str, personas: &[Persona]) -> Inspection {
    let pool = PgPool::connect(url).await.expect("connected");
    PgDatabaseInspector::new(pool)
        .inspect(personas)
        .await
        .expect("inspected")
}

/// Whose rows the corpus has.
pub(crate) fn amina() -> Persona {
    Persona::new("amina", "authenticated")
        .with_claim("sub", "11111111-1111-4111-8111-111111111111")
        .with_claim("role", "authenticated")
}
