//! The days behind the list, kept for a while: they are counted from the events, and change once a day but for the last.

use std::{sync::Arc, time::Duration};

use alerts_store::TrendDay;
use integrity_core::Caller;

use crate::{app::App, kept::Kept};

/// How long they are shown again.
const LASTING: Duration = Duration::from_mins(1);
/// How long a page waits for them. They go on being counted, for the next one.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many days the picture shows.
const DAYS: u32 = 30;

/// The days that were counted last.
#[derive(Debug)]
pub(crate) struct Trends(Kept<Arc<[TrendDay]>, ()>);

impl Default for Trends {
    fn default() -> Self {
        Self(Kept::lasting(LASTING))
    }
}

impl Trends {
    /// The last days; none while nobody knows. For somebody who has a role: whoever has one sees the same alerts, so that
    /// what was counted for one of them may be shown to all.
    pub(crate) async fn days(&self, app: &App, caller: &Caller) -> Arc<[TrendDay]> {
        let (store, database, zone) = (Arc::clone(&app.store), app.database.clone(), app.zone);
        let caller = caller.clone();
        let count = async move {
            let days = store.trend(&caller, &database, DAYS, zone).await;
            days.map(Arc::from)
                .map_err(|error| tracing::warn!(code = error.code(), "the days cannot be counted: {error}"))
        };
        let counted = tokio::time::timeout(PATIENCE, self.0.or_find(count)).await;
        counted.unwrap_or(Err(())).unwrap_or_default()
    }
}
