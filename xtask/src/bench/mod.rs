//! `cargo xtask bench`: how long a run takes, beside the least that it could take and beside what was there before.
//!
//! Refused: a framework for benchmarks. A run takes seconds, keeps state, and has to be steady to be compared; what is
//! wanted of the numbers is a median.

mod access;
mod ack;
mod api;
mod arms;
mod audit;
mod checks;
mod circumstances;
mod flood;
mod gate;
mod machine;
mod measure;
mod measured;
mod naive;
mod numbers;
mod report;
mod script;
mod stand;
mod steady;
mod targets;

use std::path::PathBuf;

use cargo_metadata::Metadata;

use self::{
    arms::{Arm, Field},
    circumstances::Circumstances,
    measure::Measured,
    report::Report,
    stand::{Programs, Stand},
};
use crate::{
    cli::{BenchTask, Size, SyncBench},
    failure::Failure,
    setup::{self, For},
    workspace,
};

/// The database that is watched.
const DATABASE: &str = "depot";

/// So many rows a check may keep at most.
const MAX_ROWS: u64 = 50_000;

/// The packages of what makes runs.
const SERVICE: [&str; 2] = ["vigie", "vigie-sync"];

/// What makes one run, as a person would type it.
const RUN: &str = "vigie-sync --once --json";

/// How many rounds are run and not measured: in the first one the first version inserts, from then on it updates.
const WARM_UP: usize = 2;

pub(crate) fn run(task: &BenchTask) -> Result<(), Failure> {
    match task {
        BenchTask::Sync(wanted) => sync(wanted),
        BenchTask::Ack(wanted) => ack::run(wanted),
        BenchTask::Api(wanted) => api::run(wanted),
        BenchTask::Audit(wanted) => audit::run(wanted),
        BenchTask::Access(wanted) => access::run(wanted),
        BenchTask::AccessFlood(wanted) => flood::run(wanted),
        BenchTask::Measured { command } => measured::parent(command),
    }
}

/// With `--check`: a debug build, of which no time is told.
fn sync(wanted: &SyncBench) -> Result<(), Failure> {
    setup::run(false, For::Server)?;
    let metadata = workspace::metadata()?;
    let programs = Programs::build(&metadata, !wanted.check, &SERVICE, RUN)?;
    let report = measure(&metadata, programs, wanted)?;
    if wanted.json {
        println!("{:#}", report.json());
    } else {
        println!("{}", report.text());
    }
    if wanted.check {
        targets::insist(&report.answers)?;
    }
    Ok(())
}

/// `bench sync --size s --check` with the programs that are built already, for `cargo xtask test`.
pub(crate) fn check(metadata: &Metadata) -> Result<(), Failure> {
    let wanted = SyncBench {
        size: Size::S,
        rate: 0.1,
        runs: 3,
        seed: 42,
        json: false,
        check: true,
    };
    let report = measure(metadata, Programs::built(metadata, false, RUN), &wanted)?;
    for answer in &report.answers {
        progress(&answer.line());
    }
    targets::insist(&report.answers)
}

fn measure(metadata: &Metadata, programs: Programs, wanted: &SyncBench) -> Result<Report, Failure> {
    let stand = Stand::start(programs, workspace::target(metadata, "xtask/bench")?)?;
    let report = on(&stand, wanted)?;
    stand.stop()?;
    Ok(report)
}

fn on(stand: &Stand, wanted: &SyncBench) -> Result<Report, Failure> {
    progress("the gate: small stories, in which the first version was wrong");
    let gate = gate::play(stand)?;
    let configuration = fill(stand, wanted.size, wanted.rate, wanted.seed)?;
    let field = Field::prepare(stand, DATABASE, &configuration)?;

    progress("warming up");
    // Opens the alerts, which every later run finds as they are. The second opens what the first one could not.
    for _ in 0..2 {
        for told in field.settle()? {
            progress(&told);
        }
        // What autovacuum would do after so many new rows.
        stand.sql(DATABASE, "vacuum (analyze);")?;
    }
    // The first change of a page after a checkpoint writes the page as a whole: that belongs to the warming up.
    stand.sql(DATABASE, "checkpoint;")?;
    for round in 0..WARM_UP {
        for arm in Arm::rotated(round) {
            field.run(arm)?;
        }
    }

    let before = machine::load();
    let mut measured = Measured::default();
    for round in 0..wanted.runs {
        progress(&format!("round {} of {}", round + 1, wanted.runs));
        for arm in Arm::rotated(round) {
            measured.add(field.run(arm)?);
        }
    }
    let load = [before, machine::load()];
    let too_many = field.rows.iter().filter(|(_, rows)| **rows > MAX_ROWS);
    Ok(Report {
        circumstances: Circumstances::of(stand, data(stand, wanted, &field)?, load)?,
        gate,
        truncated: too_many.map(|(code, rows)| format!("{code} ({rows})")).collect(),
        plan: naive::plan(stand, DATABASE)?,
        answers: targets::answers(&measured, !wanted.check),
        measured,
        with_times: !wanted.check,
    })
}

/// Makes the depot and installs Vigie beside it; gives the configuration.
fn fill(stand: &Stand, size: Size, rate: f64, number: u32) -> Result<PathBuf, Failure> {
    let (movements, tanks) = (size.movements(), size.tanks());
    progress(&format!("filling the depot: {movements} movements"));
    stand.create(DATABASE)?;
    let schema = workspace::root().join("sql/packs/depot/schema.sql");
    stand.sql_file(DATABASE, &schema)?;
    let seed = include_str!("seed.sql");
    stand.sql(
        DATABASE,
        &format!(
            "\\set movements {movements}\n\\set tanks {tanks}\n\\set rate {rate}\n\\set seed {number}\n{seed}"
        ),
    )?;

    // Large depots take long: what is measured is not to be cut off.
    let packs = "packs = [\"depot\", \"postgres\"]\n[sync]\nbudget = \"1h\"\n";
    let plain = stand.write("plain.toml", packs)?;
    let listed = stand.vigie_json(DATABASE, &plain, &["checks", "list", "--json"])?;
    let codes = listed["checks"].as_array().into_iter().flatten();
    // Nothing is cut off, and nothing ends early: the arms have no limits either.
    let limits = codes
        .filter_map(|check| check["code"].as_str())
        .map(|code| format!("[checks.{code}]\nmax_rows = {MAX_ROWS}\ntimeout = \"10m\"\n"));
    let configuration = stand.write("vigie.toml", &format!("{packs}{}", limits.collect::<String>()))?;
    stand.install(DATABASE, &configuration)?;
    Ok(configuration)
}

/// What is measured on, in words.
fn data(stand: &Stand, wanted: &SyncBench, field: &Field<'_>) -> Result<String, Failure> {
    let counts = "select (select count(*) from receptions) + (select count(*) from sorties_produit),
                         pg_size_pretty(pg_database_size(current_database()));";
    let counts = stand.sql(DATABASE, counts)?;
    let (movements, size) = counts.trim().split_once('|').unwrap_or_default();
    Ok(format!(
        "{movements} movements, {} findings of {} checks, rate {} %, seed {}; {size} in all",
        field.findings(),
        field.rows.len(),
        wanted.rate,
        wanted.seed
    ))
}

fn progress(what: &str) {
    eprintln!("bench: {what}");
}
