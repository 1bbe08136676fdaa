//! What the service knows of itself: written by the loop, read by whoever asks from outside.
//!
//! Ages are counted on from when they were learnt, so that a loop that hangs looks as old as it is.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alerts_store::{CheckInfo, CheckState, LastSeen, RunStatus, Summary};
use integrity_core::{CheckCode, Severity};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use tokio::time::Instant;
use wiring::{chosen::Chosen, run::Report};

use crate::schedule::Schedule;

/// How long an answer of the database may take before nobody should rely on what it said last: a lost database is often
/// not refused but waited for.
const SILENCE: Duration = Duration::from_secs(2);

/// How long a run may take beyond its look at the database before nobody should rely on it.
const LONG: Duration = Duration::from_secs(30);

/// What the service knows of itself.
#[derive(Debug)]
pub(crate) struct Board {
    state: Mutex<State>,
    /// The checks that ought to be evaluated.
    enabled: Arc<[CheckInfo]>,
    /// How long the last run may be ago; none where no check is enabled.
    pub(crate) silent_after: Option<Duration>,
    pub(crate) run_durations: Histogram,
}

#[derive(Debug)]
struct State {
    /// What the last look at the database came to: nothing wrong, or what is.
    trouble: Option<String>,
    /// Since when an answer of the database is waited for.
    asked: Option<Instant>,
    /// How old the last run was, and when that was learnt; none before the first look at the database.
    last_run: Option<(Instant, Duration)>,
    /// Why the last run came to nothing, until one comes to something.
    failed: Option<String>,
    /// When the run that is going on began, and how long it may take.
    run: Option<(Instant, Duration)>,
    holds_lease: bool,
    stopping: bool,
    numbers: Option<Numbers>,
    durations: BTreeMap<CheckCode, Duration>,
    runs: BTreeMap<&'static str, u64>,
    heartbeat_failures: u64,
}

/// What the database last said.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    pub(crate) summary: Summary,
    pub(crate) states: Vec<CheckState>,
    read_at: Instant,
}

/// How one check stands.
#[derive(Debug)]
pub(crate) struct CheckLine {
    pub(crate) code: CheckCode,
    pub(crate) severity: Severity,
    pub(crate) failing: bool,
    pub(crate) suspect: bool,
    pub(crate) fresh: bool,
    /// Seconds since it was last completely evaluated.
    pub(crate) complete_age: Option<f64>,
}

/// Everything at one instant.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// Why nobody should rely on this service just now; empty when it does its work.
    pub(crate) reasons: Vec<String>,
    pub(crate) database_up: bool,
    pub(crate) holds_lease: bool,
    /// None before the first look at the database.
    pub(crate) last_run_age: Option<Duration>,
    /// None while the database is not known to answer: old numbers are no numbers.
    pub(crate) numbers: Option<Numbers>,
    pub(crate) enabled: Arc<[CheckInfo]>,
    pub(crate) durations: BTreeMap<CheckCode, Duration>,
    pub(crate) runs: BTreeMap<&'static str, u64>,
    pub(crate) heartbeat_failures: u64,
}

impl State {
    /// Why what the database last said is no longer known to be so.
    fn trouble(&self) -> Option<String> {
        let silence = self.asked.map(|asked| asked.elapsed());
        self.trouble.clone().or_else(|| {
            let silence = silence.filter(|silence| *silence > SILENCE)?;
            Some(format!(
                "the database has not answered for {} s",
                silence.as_secs()
            ))
        })
    }
}

impl Snapshot {
    /// How each enabled check stands by now.
    pub(crate) fn checks(&self, numbers: &Numbers) -> Vec<CheckLine> {
        let now = numbers.summary.at + numbers.read_at.elapsed();
        let line = |check: &CheckInfo| {
            let state = numbers.states.iter().find(|state| state.code == check.code);
            let is = |outcome: &str| state.is_some_and(|state| state.outcome == outcome);
            let complete_at = state.and_then(|state| state.complete_at);
            CheckLine {
                code: check.code.clone(),
                severity: check.severity,
                failing: is("Failed"),
                suspect: is("Suspect"),
                fresh: complete_at.is_some_and(|at| check.is_fresh(at, now)),
                complete_age: complete_at.map(|at| (now - at).as_seconds_f64().max(0.0)),
            }
        };
        self.enabled.iter().map(line).collect()
    }
}

impl Board {
    pub(crate) fn new(chosen: &Chosen, schedule: &Schedule) -> Self {
        let enabled = chosen.known.iter().filter(|check| check.enabled);
        let statuses = [RunStatus::Ok, RunStatus::Partial, RunStatus::Failed];
        Self {
            state: Mutex::new(State {
                trouble: Some("not connected to the database yet".to_owned()),
                asked: None,
                last_run: None,
                run: None,
                failed: None,
                holds_lease: false,
                stopping: false,
                numbers: None,
                durations: BTreeMap::new(),
                runs: statuses.map(|status| (status.as_str(), 0)).into(),
                heartbeat_failures: 0,
            }),
            enabled: enabled.cloned().collect(),
            run_durations: Histogram::new(exponential_buckets(0.05, 2.0, 12)),
            silent_after: schedule.shortest().map(|shortest| 3 * shortest),
        }
    }

    /// The database is asked; until it answers, time passes.
    pub(crate) fn asks(&self) {
        self.state().asked.get_or_insert_with(Instant::now);
    }

    /// The database answered.
    pub(crate) fn answered(&self) {
        self.state().asked = None;
    }

    /// The database answered, and said this.
    pub(crate) fn looked(&self, seen: &LastSeen) {
        let mut state = self.state();
        state.trouble = None;
        state.asked = None;
        // By the same measure as vigie.sync_heartbeat(): without a run it counts from when there was anything to look at.
        state.last_run = Some((
            Instant::now(),
            Duration::try_from_secs_f64(seen.age_seconds).unwrap_or(Duration::MAX),
        ));
    }

    /// The database is lost.
    pub(crate) fn lost(&self, why: &str) {
        let mut state = self.state();
        state.trouble = Some(why.to_owned());
        state.asked = None;
        state.run = None;
        state.numbers = None;
        state.holds_lease = false;
    }

    pub(crate) fn holds_lease(&self, holds: bool) {
        self.state().holds_lease = holds;
    }

    pub(crate) fn stopping(&self) {
        self.state().stopping = true;
    }

    /// What the database says about checks and alerts.
    pub(crate) fn numbers(&self, summary: Summary, states: Vec<CheckState>) {
        self.state().numbers = Some(Numbers {
            summary,
            states,
            read_at: Instant::now(),
        });
    }

    /// A run is through.
    pub(crate) fn ran(&self, report: &Report) {
        self.run_durations.observe(report.elapsed().as_secs_f64());
        let mut state = self.state();
        state.asked = None;
        if report.status == RunStatus::Failed {
            state.failed = Some("no check could be evaluated".to_owned());
        } else {
            state.last_run = Some((Instant::now(), Duration::ZERO));
            state.failed = None;
        }
        state.run = None;
        *state.runs.entry(report.status.as_str()).or_default() += 1;
        for row in &report.checks {
            state.durations.insert(row.code.clone(), row.elapsed());
        }
    }

    pub(crate) fn heartbeat_failed(&self) {
        self.state().heartbeat_failures += 1;
    }

    /// A run begins, which may look at the database for so long.
    pub(crate) fn run_begins(&self, budget: Duration) {
        self.state().run = Some((Instant::now(), budget + LONG));
    }

    /// A run is given up, and nobody knows what it came to.
    pub(crate) fn run_failed(&self, why: &str) {
        let mut state = self.state();
        state.run = None;
        state.failed = Some(why.to_owned());
        *state.runs.entry(RunStatus::Failed.as_str()).or_default() += 1;
    }

    /// Whether the database ever answered.
    pub(crate) fn has_looked(&self) -> bool {
        self.state().last_run.is_some()
    }

    /// How many runs came to their end.
    pub(crate) fn runs(&self) -> u64 {
        let state = self.state();
        let failed = state.runs.get(RunStatus::Failed.as_str()).copied();
        state.runs.values().sum::<u64>() - failed.unwrap_or_default()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let state = self.state();
        let last_run_age = state.last_run.map(|(at, age)| age.saturating_add(at.elapsed()));
        let trouble = state.trouble();
        Snapshot {
            database_up: trouble.is_none(),
            numbers: state.numbers.clone().filter(|_| trouble.is_none()),
            reasons: self.reasons(&state, trouble, last_run_age),
            holds_lease: state.holds_lease,
            last_run_age,
            enabled: Arc::clone(&self.enabled),
            durations: state.durations.clone(),
            runs: state.runs.clone(),
            heartbeat_failures: state.heartbeat_failures,
        }
    }

    fn reasons(&self, state: &State, trouble: Option<String>, age: Option<Duration>) -> Vec<String> {
        let mut reasons = Vec::new();
        if let Some((began, limit)) = state.run
            && began.elapsed() > limit
        {
            let seconds = began.elapsed().as_secs();
            reasons.push(format!(
                "the run that is going on does not come to an end ({seconds} s)"
            ));
        }
        reasons.extend(
            state
                .failed
                .as_ref()
                .map(|why| format!("the last run failed: {why}")),
        );
        if state.stopping {
            reasons.push("it was asked to end".to_owned());
        }
        reasons.extend(trouble);
        match self.silent_after {
            None => reasons.push("no check is enabled".to_owned()),
            Some(limit) => reasons.extend(age.filter(|age| *age > limit).map(|age| {
                let (age, every) = (age.as_secs(), limit.as_secs() / 3);
                format!("no run has evaluated anything for {age} s; one is due every {every} s")
            })),
        }
        reasons
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
