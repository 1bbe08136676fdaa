//! Hours of the service in an instant: stores in memory, and a clock that follows tokio's paused time.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use alerts_store::{MemoryAlertStore, MemoryLeases};
use async_trait::async_trait;
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use integrity_core::{Check, Clock, Error, Evaluation, MemoryCheckRunner, Snapshot};
use tokio::time::{Instant, sleep};
use wiring::config::Config;

use super::*;

/// The checks, and how often each has its turn.
const CHECKS: [(&str, &str, i64); 4] = [
    ("MINUTELY", "1m", 60),
    ("OFTEN", "5m", 300),
    ("QUARTERLY", "15m", 900),
    ("HOURLY", "1h", 3600),
];

/// How long each evaluation takes.
const TAKES: Duration = Duration::from_secs(4);

const LEASE: Duration = Duration::from_secs(30);

/// The time of the database: that of tokio, unless somebody sets it.
#[derive(Debug)]
struct PausedClock {
    begun: Instant,
    set_by: Mutex<TimeDelta>,
}

impl PausedClock {
    fn set(&self, by: TimeDelta) {
        *self.set_by.lock().expect("not poisoned") += by;
    }
}

impl Clock for PausedClock {
    fn now(&self) -> DateTime<Utc> {
        let elapsed = TimeDelta::from_std(self.begun.elapsed()).expect("not that long");
        (noon() + elapsed + *self.set_by.lock().expect("not poisoned")).trunc_subsecs(6)
    }
}

fn noon() -> DateTime<Utc> {
    "2026-11-30T12:00:00Z".parse().expect("an instant")
}

/// The check that a service has in hand: whose, and since when.
type InHand = Arc<Mutex<Option<(&'static str, DateTime<Utc>)>>>;

/// A runner whose checks take their time.
struct Slow {
    inner: MemoryCheckRunner,
    who: &'static str,
    clock: Arc<PausedClock>,
    in_hand: InHand,
}

struct SlowSnapshot {
    inner: Box<dyn Snapshot>,
    who: &'static str,
    clock: Arc<PausedClock>,
    in_hand: InHand,
}

#[async_trait]
impl CheckRunner for Slow {
    async fn begin(&self) -> Result<Box<dyn Snapshot>, Error> {
        Ok(Box::new(SlowSnapshot {
            inner: self.inner.begin().await?,
            who: self.who,
            clock: Arc::clone(&self.clock),
            in_hand: Arc::clone(&self.in_hand),
        }))
    }
}

#[async_trait]
impl Snapshot for SlowSnapshot {
    fn taken_at(&self) -> DateTime<Utc> {
        self.inner.taken_at()
    }

    fn left(&self) -> Duration {
        self.inner.left()
    }

    async fn evaluate(&mut self, check: &Check) -> Result<Evaluation, Error> {
        *self.in_hand.lock().expect("not poisoned") = Some((self.who, self.clock.now()));
        sleep(TAKES).await;
        *self.in_hand.lock().expect("not poisoned") = None;
        self.inner.evaluate(check).await
    }

    async fn end(self: Box<Self>) {}

    async fn abandon(self: Box<Self>) {}
}

/// A database in memory, and what is done with it.
struct World {
    clock: Arc<PausedClock>,
    store: MemoryAlertStore,
    leases: MemoryLeases,
    chosen: Chosen,
    schedule: Schedule,
    in_hand: InHand,
    evaluated_by: Evaluator,
    ending: Ending,
    beats: AtomicU64,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(PausedClock {
            begun: Instant::now(),
            set_by: Mutex::new(TimeDelta::zero()),
        });
        let chosen = chosen();
        Self {
            store: MemoryAlertStore::new(Arc::<PausedClock>::clone(&clock)),
            leases: MemoryLeases::new(Arc::<PausedClock>::clone(&clock)),
            schedule: Schedule::of(&chosen),
            chosen,
            clock,
            in_hand: InHand::default(),
            evaluated_by: Evaluator {
                login: "vigie_eval".to_owned(),
                is_own: true,
            },
            ending: Ending::default(),
            beats: AtomicU64::new(0),
        }
    }

    /// Works as one of the services until it is asked to end, or dropped.
    async fn serve(&self, who: &'static str) {
        let board = Board::new(&self.chosen, &self.schedule);
        self.serve_on(&board, who).await;
    }

    async fn serve_on(&self, board: &Board, who: &'static str) {
        let inner = MemoryCheckRunner::new(Arc::<PausedClock>::clone(&self.clock));
        for check in &self.chosen.checks {
            inner.finds(check.code(), Vec::new());
        }
        let runner = Slow {
            inner,
            who,
            clock: Arc::clone(&self.clock),
            in_hand: Arc::clone(&self.in_hand),
        };
        let service = Service {
            store: &self.store,
            leases: &self.leases,
            runner: &runner,
            auditor: None,
            releases: None,
            access: None,
            keeping: None,
            evaluated_by: &self.evaluated_by,
            chosen: &self.chosen,
            schedule: &self.schedule,
            board,
            ending: &self.ending,
            holder: who,
            lease: LEASE,
            beat: &|| {
                self.beats.fetch_add(1, Ordering::Relaxed);
            },
        };
        service
            .serve(&mut Tried::new())
            .await
            .expect("the store is there");
    }

    /// Waits until a service has a check in hand at this time of the database or later; says which.
    async fn in_the_middle(&self, at: DateTime<Utc>) -> &'static str {
        loop {
            if let Some((who, since)) = *self.in_hand.lock().expect("not poisoned")
                && since >= at
            {
                return who;
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// How often each check was evaluated in each of its intervals.
    fn evaluated(&self) -> BTreeMap<(&'static str, i64), u32> {
        let mut times = BTreeMap::new();
        for run in self.store.runs() {
            for (code, _, every) in CHECKS {
                if run.outcomes.get(code).is_some() {
                    let slot = (run.started_at - noon()).num_seconds().div_euclid(every);
                    *times.entry((code, slot)).or_default() += 1;
                }
            }
        }
        times
    }
}

fn chosen() -> Chosen {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).expect(name);
    write("pack.toml", "name = \"checks\"\nformat = 1\n".to_owned());
    for (code, every, _) in CHECKS {
        let text = format!(
            "/*+++\ncode = \"{code}\"\nformat = 1\nseverity = \"WARN\"\nentity = \"BAC\"\nevery = \"{every}\"\n\
             title = {{ en = \"{code}\" }}\nmessage = {{ en = \"wrong\" }}\n+++*/\nselect 'B1' as entity_id\n"
        );
        write(&format!("{}.sql", code.to_lowercase()), text);
    }
    let packs = [folder.path().to_string_lossy().into_owned()];
    let chosen = Chosen::new(&Config::default(), &packs, &[]).expect("well formed");
    assert_eq!((chosen.checks.len(), chosen.bad.len()), (CHECKS.len(), 0));
    chosen
}

/// Once in each interval of an hour.
fn once_each() -> BTreeMap<(&'static str, i64), u32> {
    let slots = |(code, _, every)| (0..3600 / every).map(move |slot| ((code, slot), 1));
    CHECKS.into_iter().flat_map(slots).collect()
}

const HOUR: Duration = Duration::from_secs(3599);

#[tokio::test(start_paused = true)]
async fn two_services_evaluate_each_check_once_per_interval() {
    let world = World::new();
    tokio::select! {
        () = async { tokio::join!(world.serve("one"), world.serve("other")); } => {}
        () = sleep(HOUR) => {}
    }
    assert_eq!(world.evaluated(), once_each());
    assert!(world.store.runs().iter().all(|run| run.status == RunStatus::Ok));
    assert_eq!(world.beats.load(Ordering::Relaxed), 60, "a run a minute");
}

#[tokio::test(start_paused = true)]
async fn the_one_that_is_left_takes_over_within_the_lease_s_time() {
    let world = World::new();
    // Whoever has a check in hand at half past dies with it; the other one goes on.
    let dead = Mutex::new(None);
    let mortal = async |who| {
        let death = async {
            while world.in_the_middle(noon() + TimeDelta::minutes(30)).await != who {
                sleep(Duration::from_millis(100)).await;
            }
        };
        let mut served = std::pin::pin!(world.serve(who));
        tokio::select! {
            () = &mut served => {}
            () = death => {
                let mut dead = dead.lock().expect("not poisoned");
                if dead.is_none() {
                    *dead = Some(world.clock.now());
                    return;
                }
            }
        }
        served.await;
    };
    tokio::select! {
        () = async { tokio::join!(mortal("one"), mortal("other")); } => {}
        () = sleep(HOUR) => {}
    }
    let died = dead.into_inner().expect("not poisoned").expect("one died");
    let next = world.store.runs().into_iter().find(|run| run.started_at >= died);
    let waited = next.expect("the other goes on").started_at - died;
    assert!(waited <= TimeDelta::from_std(LEASE).expect("short"), "{waited}");
    assert_eq!(world.evaluated(), once_each());
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_lease_is_lost_begins_no_further_check() {
    let world = World::new();
    let service = world.serve("one");
    let thief = async {
        assert_eq!(world.in_the_middle(noon()).await, "one");
        // As if it had stood still for longer than its lease.
        let name = "sync main";
        world
            .leases
            .release(&SERVICE, name, "one")
            .await
            .expect("released");
        let stolen = world
            .leases
            .acquire(&SERVICE, name, "thief", Duration::from_mins(5))
            .await;
        assert!(stolen.expect("answered").held);
        sleep(Duration::from_mins(4)).await;
        world.store.runs()
    };
    let runs = tokio::select! {
        () = service => Vec::new(),
        runs = thief => runs,
    };
    let [run] = &runs[..] else {
        panic!("while another has the lease, there is one run: {runs:#?}")
    };
    assert_eq!(run.status, RunStatus::Partial);
    let outcomes = run.outcomes.as_object().expect("by code").len();
    assert!((1..CHECKS.len()).contains(&outcomes), "{}", run.outcomes);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_waits_for_another_s_lease_knows_the_numbers() {
    let world = World::new();
    let taken = world
        .leases
        .acquire(&SERVICE, "sync main", "another", Duration::from_hours(1));
    assert!(taken.await.expect("answered").held);
    let board = Board::new(&world.chosen, &world.schedule);
    tokio::select! {
        () = world.serve_on(&board, "one") => {}
        () = sleep(Duration::from_mins(2)) => {}
    }
    assert_eq!(world.store.runs().len(), 0);
    let numbers = board.snapshot().numbers.expect("read from the database");
    let age = world.clock.now() - numbers.summary.at;
    assert!(
        age <= TimeDelta::from_std(LOOK + ASK_AGAIN).expect("short"),
        "{age}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_waits_for_its_time_ends_at_once() {
    let world = World::new();
    let asked = async {
        sleep(Duration::from_secs(50)).await;
        world.ending.soon();
        world.clock.now()
    };
    let ((), asked) = tokio::join!(world.serve("one"), asked);
    assert_eq!(world.clock.now(), asked);
    assert_eq!(world.store.runs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_back_is_no_health_and_passes() {
    let world = World::new();
    let board = Board::new(&world.chosen, &world.schedule);
    let story = async {
        sleep(Duration::from_secs(30 * 60 + 30)).await;
        assert_eq!(board.snapshot().reasons, Vec::<String>::new());
        let (runs, beats) = (world.store.runs().len(), world.beats.load(Ordering::Relaxed));

        world.clock.set(-TimeDelta::hours(2));
        sleep(Duration::from_mins(5)).await;
        let reasons = board.snapshot().reasons.join("; ");
        assert!(
            reasons.contains("no run has evaluated anything for "),
            "{reasons:?}"
        );
        let since = world.store.runs().split_off(runs);
        assert!(
            since.iter().all(|run| run.status == RunStatus::Failed),
            "{since:#?}"
        );
        assert!(
            (1..=6).contains(&since.len()),
            "one try a minute: {}",
            since.len()
        );
        assert_eq!(world.beats.load(Ordering::Relaxed), beats);

        sleep(Duration::from_hours(2)).await;
        assert_eq!(board.snapshot().reasons, Vec::<String>::new());
    };
    tokio::select! {
        () = world.serve_on(&board, "one") => {}
        () = story => {}
    }
}
