//! One look at what the service depends on, shared by everybody who asks.
//!
//! Whoever asks first looks; who asks meanwhile waits for the same look, and for [`FRESH`] afterwards it is what everybody is
//! told. So a flood of anonymous callers costs the database one round of statements every two seconds.

use std::{sync::Arc, time::Duration};

use alerts_store::{AlertStore, Vitals};
use async_trait::async_trait;
use integrity_core::{Caller, postgres::SchemaState};
use tokio::{sync::Mutex, time::Instant};
use wiring::{postgres::PgPool, session::ROOMS};

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
    /// How long the database took.
    pub(crate) took: Duration,
}

/// Looks, at most every two seconds.
pub(crate) struct Health(Arc<Looking>);

struct Looking {
    source: Arc<dyn Source>,
    last: Mutex<Option<(Instant, Arc<Seen>)>>,
}

impl Health {
    pub(crate) fn new(source: Arc<dyn Source>) -> Self {
        Self(Arc::new(Looking {
            source,
            last: Mutex::new(None),
        }))
    }

    /// What there is to see. The look goes on also where whoever asked goes away: the next one does not begin another.
    pub(crate) async fn look(&self) -> Arc<Seen> {
        let looking = Arc::clone(&self.0);
        let look = tokio::spawn(async move { looking.look().await });
        look.await.unwrap_or_else(|_| {
            Arc::new(Seen {
                schema: Err(Trouble::Refused),
                vitals: Err(Trouble::Refused),
                took: Duration::ZERO,
            })
        })
    }
}

impl Looking {
    async fn look(&self) -> Arc<Seen> {
        // Held while looking: who comes meanwhile gets the same answer.
        let mut last = self.last.lock().await;
        if let Some((at, seen)) = &*last
            && at.elapsed() < FRESH
        {
            return Arc::clone(seen);
        }
        let begun = Instant::now();
        let (schema, vitals) = tokio::join!(within(self.source.schema()), within(self.source.vitals()));
        let seen = Arc::new(Seen {
            schema,
            vitals,
            took: begun.elapsed(),
        });
        *last = Some((Instant::now(), Arc::clone(&seen)));
        seen
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
    pub(crate) store: Arc<dyn AlertStore>,
    pub(crate) database: String,
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
}

#[cfg(test)]
mod tests;
