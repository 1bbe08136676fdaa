//! Many ask, one looks; and what a look has seen is judged.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::health::verdict::{Verdict, items, unready, worst};

struct Fake {
    looks: AtomicUsize,
    seen: Result<Vitals, Trouble>,
    schema: Result<bool, Trouble>,
    takes: Duration,
}

impl Fake {
    fn of(seen: Result<Vitals, Trouble>) -> Arc<Self> {
        Arc::new(Self {
            looks: AtomicUsize::new(0),
            seen,
            schema: Ok(true),
            takes: Duration::from_millis(100),
        })
    }
}

#[async_trait]
impl Source for Fake {
    async fn schema(&self) -> Result<bool, Trouble> {
        self.schema
    }

    async fn vitals(&self) -> Result<Vitals, Trouble> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(self.takes).await;
        self.seen
    }

    fn connections(&self) -> (u32, u32) {
        (1, 10)
    }

    fn accesses(&self) -> Option<Counters> {
        Some(Counters::default())
    }
}

fn fine() -> Vitals {
    Vitals {
        critical: 0,
        ..Vitals::sample()
    }
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_callers_is_one_look_in_two_seconds() {
    let source = Fake::of(Ok(fine()));
    let health = Arc::new(Health::new(source.clone()));
    for round in 1..=3 {
        let asking: Vec<_> = (0..500)
            .map(|_| {
                let health = Arc::clone(&health);
                tokio::spawn(async move { health.look().await })
            })
            .collect();
        for asked in asking {
            assert!(asked.await.expect("an answer").vitals.is_ok());
        }
        assert_eq!(source.looks.load(Ordering::SeqCst), round);
        tokio::time::advance(FRESH).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_leaves_the_look_to_the_others() {
    let source = Fake::of(Ok(fine()));
    let health = Health::new(source.clone());
    let gone = tokio::time::timeout(Duration::from_millis(10), health.look()).await;
    assert!(gone.is_err());
    assert!(health.look().await.vitals.is_ok());
    assert_eq!(source.looks.load(Ordering::SeqCst), 1, "the look went on");
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_told_as_that() {
    let source = Arc::new(Fake {
        looks: AtomicUsize::new(0),
        seen: Ok(fine()),
        schema: Ok(true),
        takes: Duration::from_mins(1),
    });
    let seen = Health::new(source).look().await;
    assert_eq!(seen.vitals.err(), Some(Trouble::Timeout));
    assert_eq!(unready(&seen), Some("timeout"));
    assert_eq!(worst(&items(&seen)), Verdict::Fail);
}

fn judged(schema: Result<bool, Trouble>, vitals: Result<Vitals, Trouble>) -> (Verdict, Option<&'static str>) {
    let seen = Seen {
        schema,
        vitals,
        connections: (1, 10),
        took: Duration::from_millis(3),
        accesses: Some(Counters::default()),
    };
    (worst(&items(&seen)), unready(&seen))
}

#[test]
fn nothing_but_everything_passes() {
    let of = |change: fn(&mut Vitals)| {
        let mut vitals = fine();
        change(&mut vitals);
        judged(Ok(true), Ok(vitals))
    };
    assert_eq!(of(|_| {}), (Verdict::Pass, None));
    assert_eq!(of(|v| v.critical = 1), (Verdict::Warn, None), "never a failure");
    assert_eq!(of(|v| v.failing = 1), (Verdict::Warn, None));
    assert_eq!(of(|v| v.suspect = 1), (Verdict::Warn, None));
    assert_eq!(of(|v| v.truncated = 1), (Verdict::Warn, None));
    assert_eq!(of(|v| v.frozen = 1), (Verdict::Warn, None));
    assert_eq!(of(|v| v.covered = 0), (Verdict::Warn, None));
    assert_eq!(
        of(|v| {
            v.enabled = 0;
            v.covered = 0;
        }),
        (Verdict::Warn, None),
        "no check says nothing"
    );
    assert_eq!(
        of(|v| v.silent = true),
        (Verdict::Fail, None),
        "it can answer, and nobody looks"
    );
    assert_eq!(judged(Ok(false), Ok(fine())), (Verdict::Fail, Some("schema")));
    assert_eq!(
        judged(Err(Trouble::Refused), Ok(fine())),
        (Verdict::Fail, Some("refused"))
    );
    assert_eq!(
        judged(Ok(true), Err(Trouble::Refused)),
        (Verdict::Fail, Some("refused"))
    );
}

#[test]
fn what_the_journal_of_accesses_lost_is_a_warning_for_a_day() {
    let of = |change: fn(&mut Counters)| {
        let mut accesses = Counters::default();
        change(&mut accesses);
        let seen = Seen {
            schema: Ok(true),
            vitals: Ok(fine()),
            connections: (1, 10),
            took: Duration::from_millis(3),
            accesses: Some(accesses),
        };
        worst(&items(&seen))
    };
    assert_eq!(of(|_| {}), Verdict::Pass);
    assert_eq!(
        of(|counters| counters.lag = Duration::from_mins(1)),
        Verdict::Warn
    );
    assert_eq!(
        of(|counters| {
            counters.dropped = 1;
            counters.last_dropped = Some(Duration::from_hours(23));
        }),
        Verdict::Warn
    );
    assert_eq!(
        of(|counters| {
            counters.dropped = 1;
            counters.last_dropped = Some(Duration::from_hours(25));
        }),
        Verdict::Pass,
        "that was yesterday"
    );
}
