//! PostgreSQL behind [`DatabaseInspector`]. The only place of this crate that knows sqlx.

mod catalog;
mod compose;
mod inside;
mod look;
mod measure;
mod store;

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
pub(crate) use integrity_core::postgres::failure;
pub use sqlx;
use sqlx::PgPool;

pub(crate) use self::inside::Inside;
use self::look::Look;
pub use self::store::{PgAuditStore, ROOM};
use crate::{AccessMatrix, Authority, Catalog, DatabaseInspector, Error, Inspection, Persona, persona};

/// Looks at a PostgreSQL database with the login of a pool, which should be a member of the roles that it is to try, and
/// needs no privilege of its own.
#[derive(Debug, Clone)]
pub struct PgDatabaseInspector {
    pool: PgPool,
    patience: Duration,
    kept: Kept,
}

/// What is kept of each trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// All that was tried.
    Tried,
    /// What went through.
    Passed,
}

/// So long a statement may take unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

impl PgDatabaseInspector {
    /// Looks through this pool.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            patience: PATIENCE,
            kept: Kept::Tried,
        }
    }

    /// The same, and no statement takes longer than this; what would is unknown.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, and of what was tried only what went through is kept: all that the rules ask about, in a fraction of the
    /// memory. A shadow has to be told the rest too.
    #[must_use]
    pub fn for_rules(self) -> Self {
        Self {
            kept: Kept::Passed,
            ..self
        }
    }
}

#[async_trait]
impl DatabaseInspector for PgDatabaseInspector {
    async fn catalog(&self) -> Result<Catalog, Error> {
        let mut look = Look::begin(&self.pool, self.patience).await?;
        let catalog = catalog::load(&mut look).await;
        look.end().await;
        catalog
    }

    async fn inspect(&self, given: &[Persona]) -> Result<Inspection, Error> {
        let mut look = Look::begin(&self.pool, self.patience).await?;
        let inspected = inspect(&mut look, given, (self.kept, Some(self))).await;
        look.end().await;
        inspected
    }
}

/// Looks at everything; `second` says where a second connection to the same snapshot may come from.
async fn inspect(
    look: &mut Look,
    given: &[Persona],
    (kept, second): (Kept, Option<&PgDatabaseInspector>),
) -> Result<Inspection, Error> {
    let at = sqlx::query_file_scalar!("../../sql/rls-audit/at.sql")
        .fetch_one(look.connection())
        .await
        .map_err(failure)?;
    let catalog = catalog::load(look).await?;
    look.search(&catalog.callers_path()).await?;
    let mut holders = Vec::new();
    let authorities = persona::authorities(&catalog);
    let readable = measure::readable(look, &catalog).await?;
    let unread = authorities.iter().filter(|own| !readable.contains(&own.relation));
    let untried = unread.cloned().collect();
    for authority in &authorities {
        for (rank, subject) in look.holders(authority).await? {
            holders.push((authority.clone(), rank, subject));
        }
    }
    let mut personas = given.to_vec();
    let known: BTreeSet<String> = given.iter().map(|persona| persona.name.clone()).collect();
    personas.extend(
        persona::automatic(&catalog, &holders)
            .into_iter()
            .filter(|persona| !known.contains(&persona.name)),
    );
    let by = measure::By {
        catalog: &catalog,
        readable: &readable,
        authorities: &authorities,
        personas: &personas,
        kept,
        second,
    };
    let (cells, trials) = measure::cells(look, &by).await?;
    Ok(Inspection {
        at,
        catalog,
        matrix: AccessMatrix { personas, cells },
        trials,
        untried,
    })
}

impl Look {
    /// Some ranks of that column, each with somebody who has it; none where this login may not read them.
    async fn holders(&mut self, authority: &Authority) -> Result<Vec<(String, String)>, Error> {
        let sql = compose::holders(authority);
        Ok(self.tried(sql).await?.unwrap_or_default())
    }
}
