//! A database with the schema of a pack, new for each case that needs it.

use integrity_core::{
    Case, Check, Error, Fixture,
    postgres::{CaseRun, CaseRunner},
};
use pg_sandbox::{Sandbox, Script, Skipped};

use wiring::{
    postgres::{PgPool, Target},
    stop::Stop,
};

use crate::sandbox::refusal;

/// Where the cases of one pack run.
pub(super) struct Stage<'s> {
    sandbox: &'s Sandbox,
    /// The database that cases run on; `…_schema` is what it is copied from.
    name: String,
    pool: PgPool,
    runner: CaseRunner,
    /// What of the schema is not there.
    pub(super) skipped: Vec<Skipped>,
}

impl<'s> Stage<'s> {
    /// Loads the schema once; every database is then a copy.
    pub(super) async fn new(sandbox: &'s Sandbox, n: usize, schema: &str) -> Result<Self, Stop> {
        let name = format!("pack_{n}");
        let template = format!("{name}_schema");
        sandbox.create_database(&template).map_err(refusal)?;
        let skipped = sandbox
            .load_schema(&template, schema)
            .map_err(|error| match error {
                pg_sandbox::Error::Schema { .. } => Stop::usage(error.to_string()),
                other => refusal(other),
            })?;
        let pool = copied(sandbox, &name).await?;
        Ok(Self {
            sandbox,
            name,
            runner: CaseRunner::new(pool.clone()).await?,
            pool,
            skipped,
        })
    }

    /// Runs a case. What it wrote outside its transaction is gone before the next one.
    pub(super) async fn run(
        &mut self,
        checks: &[Check],
        fixture: &Fixture,
        case: &Case,
    ) -> Result<CaseRun, Stop> {
        let run = self.runner.run(checks, &fixture.check_file, case).await;
        let run = run.map_err(|error| match error {
            Error::Invalid { reason, .. } => {
                Stop::usage(format!("{}, case {:?}: {reason}", fixture.file, case.name))
            }
            other => other.into(),
        })?;
        if run.leaves_traces {
            self.pool.close().await;
            self.pool = copied(self.sandbox, &self.name).await?;
            self.runner.renew(self.pool.clone());
        }
        Ok(run)
    }
}

impl Stage<'_> {
    /// Lets the server go, which would wait for its connections.
    pub(super) async fn close(self) {
        self.pool.close().await;
    }
}

/// A new copy in place of the one that may be there.
async fn copied(sandbox: &Sandbox, name: &str) -> Result<PgPool, Stop> {
    let script = format!(
        "drop database if exists {name} with (force); create database {name} template {name}_schema;"
    );
    sandbox.psql("postgres", Script::Text(&script)).map_err(refusal)?;
    Target::parse("the private PostgreSQL", &sandbox.url(name))?
        .connect()
        .await
}
