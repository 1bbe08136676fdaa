//! Finds a service at a moment that chance would hardly ever hit, by holding what it needs then.

use std::{
    thread,
    time::{Duration, Instant},
};

use fastrand::Rng;

use super::{
    business::{self, Source},
    fault::Trouble,
    psql::Held,
    stand::Stand,
};

/// When a service is caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// Whatever it does.
    Any,
    /// Its snapshot is taken, and a check waits for its table.
    Evaluating,
    /// The checks are evaluated, and what one of them found is about to be applied.
    Applying,
}

impl Moment {
    pub(super) const ALL: [Self; 3] = [Self::Any, Self::Evaluating, Self::Applying];
}

/// A service at this moment, and what keeps it there.
pub(super) fn service(
    stand: &Stand,
    rng: &mut Rng,
    moment: Moment,
    source: Source,
) -> Result<(usize, Option<Held>), Trouble> {
    let Source { code, table } = source;
    let (script, waiting) = match moment {
        Moment::Any => {
            thread::sleep(Duration::from_millis(rng.u64(..1000)));
            let running = stand.running();
            let one = rng.choice(&running).copied();
            return one
                .map(|n| (n, None))
                .ok_or_else(|| Trouble::NotInjected("no service runs".to_owned()));
        }
        Moment::Evaluating => (
            format!("begin;\nlock table {table} in access exclusive mode;"),
            "usename = 'vigie_eval' and wait_event_type = 'Lock'",
        ),
        Moment::Applying => (
            format!(
                "do $$ begin perform pg_advisory_lock(hashtextextended('vigie.apply main {code}', 0)); end $$;"
            ),
            "usename = 'vigie_sync' and wait_event = 'advisory'",
        ),
    };
    let held = stand.psql.hold(&script)?;
    if moment == Moment::Applying {
        // Where nothing has changed, nothing is applied.
        business::write(&stand.psql, &business::turn_over(source))?;
    }
    let waiting = format!("select application_name from pg_stat_activity where {waiting} limit 1;");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        let name = stand.psql.run(&waiting)?;
        let caught = stand
            .running()
            .into_iter()
            .find(|n| stand.recipe(*n).name == name);
        if let Some(n) = caught {
            return Ok((n, Some(held)));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Err(Trouble::NotInjected(format!(
        "no service was {moment:?} within 30 s"
    )))
}
