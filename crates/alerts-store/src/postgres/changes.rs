//! Hearing that something changed, over `LISTEN` on the channel of `vigie.notify_change()`.

use std::time::Duration;

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::time::{sleep, timeout};

const CHANNEL: &str = "vigie_changes";
/// How long a connection may take, and a server that is asked whether it is still there.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two tries to connect.
const PAUSE: Duration = Duration::from_secs(1);
/// After so long without a word the server is asked whether it is still there: a network can die in silence.
const SILENCE: Duration = Duration::from_secs(30);

/// What was heard. Never what changed: whoever may see it asks the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// An alert, or a run.
    Something,
    /// Anything: from now on changes are heard, and those before were not.
    Resync,
}

/// Hears that something changed. Needs a direct connection or a pooler in session mode: one in transaction mode lets
/// everybody listen and nobody hear.
#[derive(Debug)]
pub struct PgChanges {
    options: PgConnectOptions,
    listener: Option<PgListener>,
}

impl PgChanges {
    /// Listens to the database of `pool` with its login, over a connection of its own that is made when first waited for.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "as every adapter is made")]
    pub fn listen(pool: PgPool) -> Self {
        Self {
            options: (*pool.connect_options()).clone(),
            listener: None,
        }
    }

    /// Waits until something changes, for as long as it takes: at first, and whenever the connection was lost, until
    /// there is one, which is a [`Change::Resync`].
    ///
    /// Cancel safe.
    pub async fn next(&mut self) -> Change {
        loop {
            let Some(listener) = &mut self.listener else {
                if let Ok(Ok(listener)) = timeout(2 * PATIENCE, connected(self.options.clone())).await {
                    self.listener = Some(listener);
                    return Change::Resync;
                }
                sleep(PAUSE).await;
                continue;
            };
            let is_there = match timeout(SILENCE, listener.try_recv()).await {
                Ok(Ok(Some(_))) => return Change::Something,
                Ok(Ok(None) | Err(_)) => false,
                // listening to nothing besides is the least that can be asked
                Err(_) => matches!(timeout(PATIENCE, listener.listen_all([])).await, Ok(Ok(()))),
            };
            if !is_there {
                self.listener = None;
            }
        }
    }
}

/// A pool for each connection: one that hangs may hold its own for as long as it likes.
async fn connected(options: PgConnectOptions) -> Result<PgListener, sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
