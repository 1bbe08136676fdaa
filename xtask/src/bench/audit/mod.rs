//! `bench audit`: how long an audit takes, how much memory it has, and what it sends, beside the least that it could be.

mod report;
mod wire;

use std::path::{Path, PathBuf};

use self::report::{Measured, Report};
use super::{
    circumstances::Circumstances,
    machine, measured, progress,
    stand::{Programs, Stand},
    targets,
};
use crate::{
    cli::AuditBench,
    failure::Failure,
    setup::{self, For},
    workspace,
};

/// How the audit may end: there are findings.
const EXITS: [i32; 2] = [0, 1];

pub(super) fn run(wanted: &AuditBench) -> Result<(), Failure> {
    setup::run(false, For::Server)?;
    let metadata = workspace::metadata()?;
    let programs = Programs::build(&metadata, !wanted.debug, &["vigie"], "vigie audit rls --json")?;
    let stand = Stand::start(programs, workspace::target(&metadata, "xtask/bench")?)?;
    let report = on(&stand, wanted)?;
    stand.stop()?;
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

fn on(stand: &Stand, wanted: &AuditBench) -> Result<Report, Failure> {
    let configuration = stand.write("audit.toml", include_str!("personas.toml"))?;
    stand.sql("postgres", include_str!("roles.sql"))?;
    stand.let_in("authenticator")?;
    let before = machine::load();
    let mut sizes = Vec::new();
    for tables in &wanted.tables {
        sizes.push((*tables, of_size(stand, *tables, wanted.runs, &configuration)?));
    }
    let data = sizes.iter().map(|(_, measured)| measured.data.clone());
    let data = data.collect::<Vec<_>>().join("; ");
    let circumstances = Circumstances::of(stand, data, [before, machine::load()])?;
    Ok(Report::new(circumstances, sizes, !wanted.debug))
}

fn of_size(stand: &Stand, tables: u32, runs: usize, configuration: &Path) -> Result<Measured, Failure> {
    progress(&format!("making {tables} tables"));
    let database = format!("audit_{tables}");
    stand.create(&database)?;
    let schema = include_str!("schema.sql");
    stand.sql(&database, &format!("\\set tables {tables}\n{schema}"))?;
    // What autovacuum would do after so many new rows.
    stand.sql(&database, "vacuum (analyze);")?;
    let audit = |port: u16| stand.audit(&database, configuration, port);
    let floor = floor(stand, &database)?;

    progress("what goes over the wire");
    let (port, counted) = wire::relay(stand.port())?;
    let first = measured::run(&audit(port), &EXITS)?;
    let [turns, sent, received] = counted.numbers();
    let mut measured = Measured {
        data: data(tables, &first.stdout)?,
        turns,
        sent,
        received,
        ..Measured::default()
    };
    for n in 0..runs {
        progress(&format!("{tables} tables, run {} of {runs}", n + 1));
        let run = measured::run(&audit(stand.port()), &EXITS)?;
        measured.milliseconds.push(run.milliseconds);
        measured.peak_kib.push(run.peak_kib);
        let mut least = stand.psql(&database, "authenticator");
        least.args(["--output", "/dev/null", "--file"]).arg(&floor);
        let least = measured::run(&least, &[0])?;
        measured.floor_milliseconds.push(least.milliseconds);
    }
    Ok(measured)
}

/// The script of the floor.
fn floor(stand: &Stand, database: &str) -> Result<PathBuf, Failure> {
    let script = stand.sql(database, include_str!("floor.sql"))?;
    stand.write(&format!("{database}.sql"), &script)
}

/// What was audited, as the audit tells it.
fn data(tables: u32, printed: &str) -> Result<String, Failure> {
    let told: serde_json::Value = serde_json::from_str(printed)?;
    let looked = &told["looked"];
    let findings = told["findings"].as_array().map_or(0, Vec::len);
    Ok(format!(
        "{tables} tables: {} relations, {} cells, {findings} findings",
        looked["relations"], looked["cells"]
    ))
}
