//! One look at what the service depends on, shared by everybody who asks.
//!
//! It is told again for [`FRESH`]: a flood of anonymous callers costs the database one round of statements every two
//! seconds.

use std::{convert::Infallible, sync::Arc, time::Duration};

use access_journal::layer::{AccessJournalLayer, Counters};
use alerts_store::{AlertStore as _, PgAlertStore, Vitals};
use async_trait::async_trait;
use integrity_core::{Caller, postgres::SchemaState};
use tokio::time::Instant;
use wiring::{postgres::PgPool, session::ROOMS};

use crate::kept::Kept;

/// How long a look is told again.
pub(crate) const FRESH: Duration = Duration::from_secs(2);
/// How long each dependency may take.
const EACH: Duration = Duration::from_millis(900);

/// What is looked at.
#[async_trait]
pub(crate) trait Source: Send + Sync {
    /// Whether the database's schema is the one that this program knows.
    async fn schema(&self) -> Result<bool, Trouble>;
    /// How the checks stand.
    async fn vitals(&self) -> Result<Vitals, Trouble>;
    /// Connections in use, and how many there may be.
    fn connections(&self) -> (u32, u32);
    /// How the journal of accesses stands; nothing where it is switched off.
    fn accesses(&self) -> Option<Counters>;
}

/// Why something cannot be told: a word, never a text from inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Timeout,
    Refused,
}

impl Trouble {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Refused => "refused",
        }
    }
}

/// What a look has seen.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) schema: Result<bool, Trouble>,
    pub(crate) vitals: Result<Vitals, Trouble>,
    /// Connections in use, and how many there may be.
    pub(crate) connections: (u32, u32),
    /// How long the database took.
    pub(crate) took: Duration,
    /// How the journal of accesses stands; nothing where it is switched off.
    pub(crate) accesses: Option<Counters>,
}

/// Looks, at most every two seconds.
pub(crate) struct Health {
    source: Arc<dyn Source>,
    seen: Kept<Arc<Seen>, Infallible>,
}

impl Health {
    pub(crate) fn new(source: Arc<dyn Source>) -> Self {
        Self {
            source,
            seen: Kept::lasting(FRESH),
        }
    }

    /// What there is to see.
    pub(crate) async fn look(&self) -> Arc<Seen> {
        let source = Arc::clone(&self.source);
        let look = async move { Ok(Arc::new(look(&*source).await)) };
        let Ok(seen) = self.seen.or_find(look).await;
        seen
    }
}

async fn look(source: &dyn Source) -> Seen {
    let begun = Instant::now();
    let (schema, vitals) = tokio::join!(within(source.schema()), within(source.vitals()));
    Seen {
        schema,
        vitals,
        connections: source.connections(),
        took: begun.elapsed(),
        accesses: source.accesses(),
    }
}

async fn within<T>(look: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    tokio::time::timeout(EACH, look)
        .await
        .unwrap_or(Err(Trouble::Timeout))
}

/// The real database.
pub(crate) struct PgSource {
    pub(crate) pool: PgPool,
    pub(crate) store: PgAlertStore,
    /// What everybody else's requests go through.
    pub(crate) working: PgPool,
    pub(crate) database: String,
    pub(crate) accesses: Option<AccessJournalLayer>,
}

#[async_trait]
impl Source for PgSource {
    async fn schema(&self) -> Result<bool, Trouble> {
        for room in ROOMS {
            match room.state(&self.pool).await {
                Ok(SchemaState::Current) => {}
                Ok(_) => return Ok(false),
                Err(_) => return Err(Trouble::Refused),
            }
        }
        Ok(true)
    }

    async fn vitals(&self) -> Result<Vitals, Trouble> {
        let vitals = self.store.vitals(&Caller::Service, &self.database).await;
        vitals.map_err(|_| Trouble::Refused)
    }

    fn connections(&self) -> (u32, u32) {
        let idle = u32::try_from(self.working.num_idle()).unwrap_or(u32::MAX);
        let most = self.working.options().get_max_connections();
        (self.working.size().saturating_sub(idle), most)
    }

    fn accesses(&self) -> Option<Counters> {
        self.accesses.as_ref().map(AccessJournalLayer::counters)
    }
}

#[cfg(test)]
mod tests;
