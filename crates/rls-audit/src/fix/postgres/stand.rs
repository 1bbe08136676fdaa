use sqlx::{Connection as _, Executor as _, PgConnection};

use super::compose;
use crate::{
    Audit, Catalog, Error, Inspection, Persona,
    fix::{Fix, decides_the_same},
    postgres::{Inside, failure},
    rules::Settings,
};

/// A copy as it stands after what was applied to it so far.
#[derive(Debug)]
pub(super) struct Stand<'a> {
    inside: Inside,
    given: &'a [Persona],
    settings: &'a Settings,
    /// How it is by now.
    pub(super) seen: Inspection,
    /// What the rules make of that.
    pub(super) audit: Audit,
}

impl<'a> Stand<'a> {
    pub(super) async fn begin(
        url: &str,
        given: &'a [Persona],
        settings: &'a Settings,
    ) -> Result<Self, Error> {
        let mut connection = PgConnection::connect(url).await.map_err(failure)?;
        connection
            .execute(sqlx::raw_sql(compose::BEGIN))
            .await
            .map_err(failure)?;
        let mut inside = Inside::new(connection);
        let seen = inside.inspect(given).await?;
        Ok(Self {
            audit: Audit::new(&seen, settings),
            inside,
            given,
            settings,
            seen,
        })
    }

    /// Applies it; the SQLSTATE where that fails, which changes nothing.
    pub(super) async fn apply(&mut self, fix: &Fix) -> Result<Result<(), String>, Error> {
        self.run("savepoint fix").await?;
        let done = self
            .inside
            .connection()
            .execute(sqlx::raw_sql(compose::apply(fix)))
            .await;
        match done {
            Ok(_) => Ok(Ok(())),
            Err(error) => {
                let Some(code) = integrity_core::postgres::error_code(&error) else {
                    return Err(failure(error));
                };
                self.undo().await?;
                Ok(Err(code))
            }
        }
    }

    /// How it is with what was applied last.
    pub(super) async fn look(&mut self) -> Result<(Inspection, Audit), Error> {
        let catalog = self.inside.catalog().await?;
        let seen = if decides_the_same(&self.seen.catalog, &catalog) {
            Inspection {
                catalog,
                ..self.seen.clone()
            }
        } else {
            self.inside.inspect(self.given).await?
        };
        let audit = Audit::new(&seen, self.settings);
        Ok((seen, audit))
    }

    pub(super) async fn catalog(&mut self) -> Result<Catalog, Error> {
        self.inside.catalog().await
    }

    /// What was applied last stays.
    pub(super) async fn keep(&mut self) -> Result<(), Error> {
        self.run("release savepoint fix").await
    }

    /// What was applied last goes.
    pub(super) async fn undo(&mut self) -> Result<(), Error> {
        self.run("rollback to savepoint fix; release savepoint fix").await
    }

    async fn run(&mut self, script: &'static str) -> Result<(), Error> {
        let connection = self.inside.connection();
        connection.execute(sqlx::raw_sql(script)).await.map_err(failure)?;
        Ok(())
    }
}
