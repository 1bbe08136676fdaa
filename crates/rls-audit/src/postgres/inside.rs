//! Looking from inside a transaction that has changed something and will be undone.

use sqlx::PgConnection;

use super::{Kept, catalog, inspect, look::Look};
use crate::{Catalog, Error, Inspection, Persona};

/// A transaction that has begun, and into which is looked now and then.
#[derive(Debug)]
pub(crate) struct Inside {
    look: Look,
}

impl Inside {
    /// That of this connection.
    pub(crate) fn new(connection: PgConnection) -> Self {
        Self {
            look: Look::over(connection),
        }
    }

    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        self.look.connection()
    }

    /// What decides who may do what by now. The transaction is left as it was.
    pub(crate) async fn catalog(&mut self) -> Result<Catalog, Error> {
        self.look.enter().await?;
        let catalog = catalog::load(&mut self.look).await?;
        self.look.leave().await?;
        Ok(catalog)
    }

    /// The same, and what it comes to.
    pub(crate) async fn inspect(&mut self, given: &[Persona]) -> Result<Inspection, Error> {
        self.look.enter().await?;
        let inspection = inspect(&mut self.look, given, (Kept::Passed, None)).await?;
        self.look.leave().await?;
        Ok(inspection)
    }
}
