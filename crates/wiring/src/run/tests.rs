//! Runs without a database: what is written when nothing follows, and what is left when a run is asked to end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use access_journal::{
    AccessEvent,
    journal::{AccessJournal as _, MemoryAccessJournal, SummaryRange},
    privacy::Month,
};
use alerts_store::{
    AlertFilter, LastSeen, MemoryAlertStore, MockAlertStore, PassedDates, RunStatus, Summary, Unchanged,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use integrity_core::{
    Check, CheckRunner, Clock as _, Finding, MemoryCheckRunner, Pack, Snapshot, SystemClock,
};

use super::*;
use crate::{access::AccessRules, config::Config};

/// The checks `A`, `B` and `C`, in this order.
fn chosen() -> Chosen {
    let file = |code: &str| {
        format!(
            "/*+++\ncode = \"{code}\"\nformat = 1\nseverity = \"WARN\"\nentity = \"BAC\"\n\
             title = {{ en = \"{code}\" }}\nmessage = {{ en = \"wrong\" }}\n+++*/\nselect 'B1' as entity_id\n"
        )
    };
    let files = ["AAA", "BBB", "CCC"].map(|code| (format!("{}.sql", code.to_lowercase()), file(code)));
    let manifest = [("pack.toml", "name = \"checks\"\nformat = 1\n".as_bytes())];
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
    let pack = Pack::from_files(manifest.into_iter().chain(files)).expect("a pack");
    assert!(pack.bad.is_empty(), "{:?}", pack.bad);
    Chosen {
        database: "main".to_owned(),
        checks: pack.checks,
        bad: Vec::new(),
        time_zone: None,
        budget: Duration::from_mins(1),
        known: Vec::new(),
        remarks: Vec::new(),
        only: Vec::new(),
    }
}

/// A runner that finds one thing by each check; in the middle of the second one, the run is asked to end.
struct Interrupted {
    inner: MemoryCheckRunner,
    ending: Ending,
    /// What is asked.
    word: fn(&Ending),
    abandoned: Arc<AtomicUsize>,
}

impl Interrupted {
    fn new(chosen: &Chosen, word: fn(&Ending)) -> Self {
        let inner = MemoryCheckRunner::new(Arc::new(SystemClock));
        for check in &chosen.checks {
            inner.finds(check.code(), vec![Finding::sample()]);
        }
        Self {
            inner,
            ending: Ending::default(),
            word,
            abandoned: Arc::default(),
        }
    }

    fn abandoned(&self) -> usize {
        self.abandoned.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl CheckRunner for Interrupted {
    async fn begin(&self) -> Result<Box<dyn Snapshot>, integrity_core::Error> {
        Ok(Box::new(InterruptedSnapshot {
            inner: self.inner.begin().await?,
            ending: self.ending.clone(),
            word: self.word,
            abandoned: Arc::clone(&self.abandoned),
        }))
    }
}

struct InterruptedSnapshot {
    inner: Box<dyn Snapshot>,
    ending: Ending,
    word: fn(&Ending),
    abandoned: Arc<AtomicUsize>,
}

#[async_trait]
impl Snapshot for InterruptedSnapshot {
    fn taken_at(&self) -> DateTime<Utc> {
        self.inner.taken_at()
    }

    fn left(&self) -> Duration {
        self.inner.left()
    }

    async fn evaluate(&mut self, check: &Check) -> Result<Evaluation, integrity_core::Error> {
        if check.code().as_str() == "BBB" {
            (self.word)(&self.ending);
            // Time for whoever heard it to drop this.
            tokio::task::yield_now().await;
        }
        self.inner.evaluate(check).await
    }

    async fn end(self: Box<Self>) {
        self.inner.end().await;
    }

    async fn abandon(self: Box<Self>) {
        self.abandoned.fetch_add(1, Ordering::SeqCst);
        self.inner.abandon().await;
    }
}

async fn make(store: &dyn AlertStore, runner: &Interrupted, chosen: &Chosen) -> Result<Report, Stop> {
    let round = Round {
        store,
        evaluated_by: &Evaluator {
            login: "vigie_eval".to_owned(),
            is_own: true,
        },
        look: Look {
            runner,
            chosen,
            due: &everything,
            auditor: None,
            releases: None,
            access: None,
            ending: &runner.ending,
            in_hand: &|_| {},
        },
    };
    round.make().await
}

async fn made(store: &dyn AlertStore, runner: &Interrupted, chosen: &Chosen) -> Report {
    make(store, runner, chosen).await.expect("made")
}

fn codes(report: &Report) -> Vec<&str> {
    report.checks.iter().map(|row| row.code.as_str()).collect()
}

/// Whose alerts there are.
async fn alerts(store: &dyn AlertStore) -> Vec<String> {
    let page = store.list(&SERVICE, &AlertFilter::all()).await.expect("read");
    let mut codes: Vec<_> = page.alerts.into_iter().map(|alert| alert.check_code).collect();
    codes.sort();
    codes
}

#[tokio::test]
async fn a_run_is_made_and_stands_in_the_book() {
    let (store, chosen) = (MemoryAlertStore::new(Arc::new(SystemClock)), chosen());
    let runner = Interrupted::new(&chosen, |_| {});
    let report = made(&store, &runner, &chosen).await;
    assert_eq!((report.status, report.left), (RunStatus::Ok, 0));
    assert_eq!(codes(&report), ["AAA", "BBB", "CCC"]);
    assert_eq!(alerts(&store).await.len(), 3);
    let [run] = &store.runs()[..] else {
        panic!("one run")
    };
    assert_eq!(run.status, RunStatus::Ok);
    assert_eq!(run.outcomes["BBB"]["opened"], 1);
    assert_eq!(run.parameters["evaluated_by"]["login"], "vigie_eval");
    assert_eq!(runner.abandoned(), 0);
}

#[tokio::test]
async fn a_run_of_some_checks_seals_the_journal_and_says_nothing_of_it() {
    let clock = Arc::new(SystemClock);
    let journal = Arc::new(MemoryAccessJournal::new(clock.clone()));
    let event = AccessEvent {
        occurred_at: clock.now(),
        ..AccessEvent::sample()
    };
    let month = Month::of(event.occurred_at);
    journal.salt(&SERVICE, month, None).await.expect("a key");
    journal.record(&SERVICE, &[event]).await.expect("recorded");
    let store = Arc::new(MemoryAlertStore::new(clock));
    let rules = AccessRules::new(journal.clone(), store.clone(), &Config::default());
    let mut chosen = chosen();
    chosen.only = vec!["AAA".to_owned()];
    let runner = Interrupted::new(&chosen, |_| {});
    let round = Round {
        store: &*store,
        evaluated_by: &Evaluator {
            login: "vigie_eval".to_owned(),
            is_own: true,
        },
        look: Look {
            runner: &runner,
            chosen: &chosen,
            due: &everything,
            auditor: None,
            releases: None,
            access: Some(&rules),
            ending: &runner.ending,
            in_hand: &|_| {},
        },
    };
    let report = round.make().await.expect("made");
    assert_eq!(codes(&report), ["AAA", "BBB", "CCC"]);
    let summary = journal
        .summary(&SERVICE, SummaryRange::DAY)
        .await
        .expect("numbers");
    assert_eq!(summary.seal.map(|seal| seal.rows), Some(1));
}

#[tokio::test]
async fn what_is_in_hand_is_finished_when_it_is_to_end_soon() {
    let (store, chosen) = (MemoryAlertStore::new(Arc::new(SystemClock)), chosen());
    let runner = Interrupted::new(&chosen, Ending::soon);
    let report = made(&store, &runner, &chosen).await;
    assert_eq!((report.status, report.left), (RunStatus::Partial, 1));
    assert_eq!(codes(&report), ["AAA", "BBB"]);
    assert_eq!(alerts(&store).await, ["AAA", "BBB"]);
    assert_eq!(runner.abandoned(), 0);
}

#[tokio::test]
async fn what_is_in_hand_is_abandoned_when_it_is_to_end_now_and_what_was_seen_is_kept() {
    let (store, chosen) = (MemoryAlertStore::new(Arc::new(SystemClock)), chosen());
    let runner = Interrupted::new(&chosen, Ending::now);
    let report = made(&store, &runner, &chosen).await;
    assert_eq!((report.status, report.left), (RunStatus::Partial, 2));
    assert_eq!(codes(&report), ["AAA"]);
    assert_eq!(alerts(&store).await, ["AAA"]);
    assert_eq!(runner.abandoned(), 1);
    let [run] = &store.runs()[..] else {
        panic!("one run")
    };
    assert_eq!(run.status, RunStatus::Partial);
    assert!(run.outcomes.get("BBB").is_none(), "{}", run.outcomes);
}

/// A store that says of every evaluation that nothing follows, and expects no alert to be touched.
fn unmoved(overtaken: &'static str, status: RunStatus) -> MockAlertStore {
    let mut store = MockAlertStore::new();
    store
        .expect_register_checks()
        .times(1)
        .returning(|_, _, _| Ok(()));
    store
        .expect_unchanged()
        .times(3)
        .returning(|_, _| Ok(Some(Unchanged::sample())));
    store.expect_apply().never();
    store
        .expect_advance()
        .withf(|_, unchanged| unchanged.len() == 3)
        .times(1)
        .returning(move |_, _| Ok(overtaken.parse().into_iter().collect()));
    store
        .expect_record_dates()
        .times(1)
        .returning(|_| Ok(PassedDates::default()));
    store
        .expect_record_run()
        .withf(move |_, run| run.status == status)
        .times(1)
        .returning(|_, _| Ok(()));
    store.expect_summary().returning(|_, _| Ok(Summary::sample()));
    store
}

#[tokio::test]
async fn where_nothing_follows_all_checks_move_on_at_once_and_nothing_is_applied() {
    let chosen = chosen();
    let runner = Interrupted::new(&chosen, |_| {});
    let report = made(&unmoved("", RunStatus::Ok), &runner, &chosen).await;
    assert_eq!(codes(&report), ["AAA", "BBB", "CCC"]);
    assert!(report.checks.iter().all(|row| row.findings == 1 && !row.stale));
}

#[tokio::test]
async fn a_check_that_somebody_else_has_evaluated_meanwhile_is_left_to_him() {
    let chosen = chosen();
    let runner = Interrupted::new(&chosen, |_| {});
    let mut store = unmoved("BBB", RunStatus::Ok);
    store.expect_last_seen().returning(|_, _| Ok(seen_after(1)));
    let report = made(&store, &runner, &chosen).await;
    let stale: Vec<_> = report.checks.iter().map(|row| row.stale).collect();
    assert_eq!(stale, [false, true, false]);
}

/// Where BBB was seen so many seconds after it was compared.
fn seen_after(seconds: i64) -> LastSeen {
    let code: CheckCode = "BBB".parse().expect("a code");
    let at = Unchanged::sample().seen_at() + chrono::TimeDelta::seconds(seconds);
    LastSeen {
        seen: [(code, at)].into(),
        ..LastSeen::sample()
    }
}

#[tokio::test]
async fn a_check_that_somebody_only_holds_was_looked_at_by_nobody() {
    let chosen = chosen();
    let runner = Interrupted::new(&chosen, |_| {});
    let mut store = unmoved("BBB", RunStatus::Partial);
    store.expect_last_seen().returning(|_, _| Ok(seen_after(0)));
    let report = made(&store, &runner, &chosen).await;
    let held: Vec<_> = report.checks.iter().map(|row| row.error.is_some()).collect();
    assert_eq!((held, report.checks[1].stale), (vec![false, true, false], false));
}

#[tokio::test]
async fn only_a_store_that_is_gone_ends_the_run_not_one_check_that_was_held_up() {
    let chosen = chosen();
    for is_gone in [false, true] {
        let mut store = MockAlertStore::new();
        store.expect_register_checks().returning(|_, _, _| Ok(()));
        store.expect_unchanged().returning(|_, _| Ok(None));
        store
            .expect_apply()
            .returning(|_, _| Err(Error::Unavailable("held up".into())));
        store.expect_check_states().returning(move |_, _| {
            if is_gone {
                Err(Error::Unavailable("gone".into()))
            } else {
                Ok(Vec::new())
            }
        });
        store
            .expect_record_dates()
            .returning(|_| Ok(PassedDates::default()));
        store
            .expect_record_run()
            .withf(|_, run| run.status == RunStatus::Failed)
            .returning(|_, _| Ok(()));
        store.expect_summary().returning(|_, _| Ok(Summary::sample()));
        let runner = Interrupted::new(&chosen, |_| {});
        match make(&store, &runner, &chosen).await {
            Ok(report) => {
                assert!(!is_gone);
                assert!(report.checks.iter().all(|row| row.error.is_some()));
            }
            Err(stop) => assert!(is_gone && stop.may_pass(), "{stop:?}"),
        }
    }
}
