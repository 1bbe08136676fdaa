//! `bench ack`: how long a person's act waits while a run applies what it found.
//!
//! The act is one statement in one transaction, as PostgREST sends it. During a run the person acts without a pause,
//! so that whatever the run holds is met; what was met is asked of the server.

mod case;
mod person;
mod report;
mod session;
mod watcher;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Instant,
};

use self::{
    case::Case,
    person::{Book, Person},
    report::{Report, Waits},
};
use super::{
    RUN, SERVICE,
    circumstances::Circumstances,
    machine, progress,
    stand::{Programs, Stand},
};
use crate::{
    cli::AckBench,
    failure::Failure,
    setup::{self, For},
    workspace,
};

/// What every round begins with: the few are known, the many are not there.
const TEMPLATE: &str = "ack";

/// On how many alerts a person acts at most before beginning again.
const CHOSEN: usize = 1000;

/// How many acts tell what an act takes without a run.
const FLOOR: usize = 300;

pub(super) fn run(wanted: &AckBench) -> Result<(), Failure> {
    setup::run(false, For::Server)?;
    let metadata = workspace::metadata()?;
    let programs = Programs::build(&metadata, !wanted.debug, &SERVICE, RUN)?;
    let stand = Stand::start(programs, workspace::target(&metadata, "xtask/bench")?)?;
    let report = on(&stand, wanted)?;
    stand.stop()?;
    if wanted.json {
        println!("{:#}", report.json());
    } else {
        println!("{}", report.text());
    }
    Ok(())
}

fn on(stand: &Stand, wanted: &AckBench) -> Result<Report, Failure> {
    let configuration = prepare(stand, wanted.findings)?;
    let before = machine::load();
    let mut waits: BTreeMap<Case, Waits> = BTreeMap::new();
    let mut acts = 0;
    for n in 0..wanted.runs {
        let database = format!("{TEMPLATE}_{n}");
        stand.sql(
            "postgres",
            &format!("create database {database} template {TEMPLATE};"),
        )?;
        let mut round = Round {
            stand,
            database: &database,
            configuration: &configuration,
            findings: wanted.findings,
            book: Book::default(),
        };
        for case in Case::ALL {
            progress(&format!("round {} of {}: {}", n + 1, wanted.runs, case.words().1));
            waits.entry(case).or_default().merge(round.play(case)?);
        }
        progress("comparing the acts with the events, and verifying the chains");
        acts += round.close()?;
    }
    let data = format!("{} findings of one check, 20 of another", wanted.findings);
    Ok(Report {
        circumstances: Circumstances::of(stand, data, [before, machine::load()])?,
        waits,
        acts,
    })
}

/// Makes the database that every round is a copy of; gives the configuration.
fn prepare(stand: &Stand, findings: u32) -> Result<PathBuf, Failure> {
    let pack = workspace::root().join("xtask/src/bench/ack/pack");
    let configuration = stand.write(
        "ack.toml",
        &format!(
            "packs = [\"{}\"]\n[sync]\nbudget = \"1h\"\n[checks.MANY_BAD]\nmax_rows = {findings}\ntimeout = \"10m\"\n",
            pack.display()
        ),
    )?;
    stand.create(TEMPLATE)?;
    stand.sql(TEMPLATE, include_str!("tables.sql"))?;
    stand.install(TEMPLATE, &configuration)?;
    for role in ["vigie_api", watcher::ROLE] {
        stand.let_in(role)?;
    }
    sync(stand, TEMPLATE, &configuration)?;
    stand.wait_until_alone(TEMPLATE)?;
    Ok(configuration)
}

/// One run, in which everything has to be evaluated and applied; gives its report.
fn sync(stand: &Stand, database: &str, configuration: &Path) -> Result<String, Failure> {
    let output = stand.run(database, configuration).output()?;
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(report);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!(
        "a run ended with {}: {stderr}{report}",
        output.status
    )))
}

/// All cases once, in a database of their own.
struct Round<'s> {
    stand: &'s Stand,
    database: &'s str,
    configuration: &'s Path,
    findings: u32,
    book: Book,
}

impl Round<'_> {
    fn play(&mut self, case: Case) -> Result<Waits, Failure> {
        self.stand.sql(self.database, &case.before(self.findings))?;
        // What autovacuum would have done since the last run, and nothing that is still to be written.
        self.stand.sql(self.database, "vacuum (analyze);\ncheckpoint;")?;
        let alerts = self.choose(case)?;
        let mut person = Person::sign_in(self.stand, self.database, alerts, &mut self.book)?;
        let floor = person.act_times(FLOOR)?;

        let enough = AtomicBool::new(false);
        let (stand, database, enough) = (self.stand, self.database, &enough);
        let (begun, ended, run, acts, seen) = thread::scope(|scope| {
            let acts = scope.spawn(|| person.act_until(enough));
            let seen = scope.spawn(|| watcher::watch(stand, database, enough));
            let begun = Instant::now();
            let run = sync(stand, database, self.configuration);
            let ended = Instant::now();
            enough.store(true, Ordering::Relaxed);
            (begun, ended, run, acts.join(), seen.join())
        });
        let died = |_| Failure::new("who acts or watches has panicked");
        let (acts, seen) = (acts.map_err(died)??, seen.map_err(died)??);
        let during: Vec<f64> = acts
            .iter()
            .filter(|act| act.begun < ended && act.ended > begun)
            .map(|act| act.milliseconds)
            .collect();
        case.judge(&run?, self.findings, during.len())
            .map_err(Failure::new)?;
        Ok(Waits {
            floor: floor.iter().map(|act| act.milliseconds).collect(),
            during,
            runs: vec![ended.duration_since(begun).as_secs_f64() * 1000.0],
            seen,
        })
    }

    /// The alerts to act on, in an order that nothing else has.
    fn choose(&self, case: Case) -> Result<Vec<String>, Failure> {
        let ids = self.stand.sql(
            self.database,
            &format!(
                "select a.id from vigie.alerts a where {} order by md5(a.id::text) limit {CHOSEN};",
                case.alerts()
            ),
        )?;
        Ok(ids.lines().map(str::to_owned).collect())
    }

    /// Insists that nothing was lost, doubled or undone; gives how many acts there were.
    fn close(self) -> Result<usize, Failure> {
        self.book.compare(self.stand, self.database)?;
        self.stand
            .vigie(self.database, self.configuration, &["alerts", "verify"])?;
        self.stand.wait_until_alone(self.database)?;
        self.stand
            .sql("postgres", &format!("drop database {};", self.database))?;
        Ok(self.book.len())
    }
}
