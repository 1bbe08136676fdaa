//! The days behind the list, kept for a while: they are counted from the events, and change once a day but for the last.

use std::time::Duration;

use alerts_store::{AlertStore, Error, TrendDay};
use chrono_tz::Tz;
use integrity_core::Caller;
use tokio::{sync::Mutex, time::Instant};

/// How long they are shown again.
const LASTING: Duration = Duration::from_mins(1);
/// How many days the picture shows.
const DAYS: u32 = 30;

/// The days that were counted last.
#[derive(Debug, Default)]
pub(crate) struct Trends(Mutex<Option<(Instant, Vec<TrendDay>)>>);

impl Trends {
    /// The last days. For somebody who has a role: whoever has one sees the same alerts, so that what was counted for one
    /// of them may be shown to all.
    pub(crate) async fn days(
        &self,
        store: &dyn AlertStore,
        caller: &Caller,
        database: &str,
        zone: Tz,
    ) -> Result<Vec<TrendDay>, Error> {
        // Held while counting: who comes meanwhile wants the same.
        let mut last = self.0.lock().await;
        if let Some((at, days)) = &*last
            && at.elapsed() < LASTING
        {
            return Ok(days.clone());
        }
        let days = store.trend(caller, database, DAYS, zone).await?;
        *last = Some((Instant::now(), days.clone()));
        Ok(days)
    }
}
