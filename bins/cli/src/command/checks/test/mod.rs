//! `vigie checks test`.

mod proofs;
pub(crate) mod report;
mod stage;
pub(crate) mod weaken;

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use integrity_core::{Case, Check, CheckCode, Fixture, Pack};
use pg_sandbox::{Options, Sandbox};

use self::{
    report::{CaseReport, FileReport, PackReport, Report},
    stage::Stage,
};
use wiring::{
    bounded, chosen,
    config::Config,
    stop::{Exit, Stop},
};

use crate::{
    cli::{TestArgs, TestFormat},
    output, sandbox, show,
};

/// The largest schema, in KiB.
const LARGEST_SCHEMA: u64 = 64 * 1024;

/// The files are judged as they stand: what the configuration changes about a check is no matter of its fixtures.
pub(crate) async fn run(args: &TestArgs, config: &Config, json: bool) -> Result<Exit, Stop> {
    let packs = chosen::open(config, &args.packs.pack)?;
    let schema = args.schema.as_deref().map(schema_of).transpose()?;
    let codes: Vec<&CheckCode> = packs.iter().flat_map(|(_, pack)| pack.codes()).collect();
    chosen::must_be_among(codes.into_iter(), &args.only)?;
    if args.weaken {
        if args.format == TestFormat::Junit {
            return Err(Stop::usage(
                "--weaken has no JUnit form; leave --format out, or use --json",
            ));
        }
        return weaken(&packs, schema.as_deref(), &args.only, json).await;
    }
    let report = tested(&packs, schema.as_deref(), &args.only).await?;
    match (json, args.format) {
        (true, _) => output::json(&report)?,
        (false, TestFormat::Human) => output::print(&show::cases::told(&report))?,
        (false, TestFormat::Junit) => output::print(show::junit::written(&report)?.trim_end())?,
    }
    Ok(if report.passed { Exit::Fine } else { Exit::Negative })
}

/// Only cases that pass can tell that something else does not.
async fn weaken(
    packs: &[(String, Pack)],
    schema: Option<&str>,
    only: &[String],
    json: bool,
) -> Result<Exit, Stop> {
    let report = tested(packs, schema, only).await?;
    if report.failed_cases > 0 {
        output::say("a check whose own cases fail cannot be weakened; first these have to pass:");
        output::print(&show::cases::told(&report))?;
        return Ok(Exit::Negative);
    }
    let progress = progress(report.cases);
    let weakened = weaken::weakened(packs, schema, only, &progress).await;
    progress.finish_and_clear();
    let weakened = weakened?;
    if json {
        output::json(&weakened)?;
    } else {
        output::print(&show::weakened::told(&weakened))?;
    }
    Ok(if weakened.passed {
        Exit::Fine
    } else {
        Exit::Negative
    })
}

/// The schema on which the cases of a pack run; without one, they make what they need.
fn schema_script<'s>(pack: &'s Pack, given: Option<&'s str>) -> &'s str {
    given.or(pack.schema_sql.as_deref()).unwrap_or_default()
}

fn schema_of(file: &Path) -> Result<String, Stop> {
    bounded::read(file, LARGEST_SCHEMA)
        .map_err(|error| Stop::usage(format!("the schema {}: {error}", file.display())))
}

/// The checks of a pack that a run is about.
fn chosen_of<'p>(pack: &'p Pack, only: &'p [String]) -> impl Iterator<Item = &'p Check> {
    pack.checks
        .iter()
        .filter(|check| only.is_empty() || only.iter().any(|code| code == check.code().as_str()))
}

async fn tested(packs: &[(String, Pack)], schema: Option<&str>, only: &[String]) -> Result<Report, Stop> {
    let cases = packs
        .iter()
        .flat_map(|(_, pack)| chosen_of(pack, only))
        .flat_map(Check::fixtures)
        .map(|fixture| fixture.cases.len())
        .sum::<usize>();
    let progress = progress(cases);
    let sandbox = match cases {
        0 => None,
        _ => Some(started(&progress).await?),
    };
    let mut reports = Vec::new();
    for (n, (place, pack)) in packs.iter().enumerate() {
        let report = in_pack(sandbox.as_ref(), n, place, pack, schema, only, &progress).await;
        match report {
            Ok(report) => reports.push(report),
            Err(stop) => {
                progress.finish_and_clear();
                return Err(stop);
            }
        }
    }
    progress.finish_and_clear();
    if let Some(sandbox) = sandbox {
        sandbox::stop(sandbox).await?;
    }
    Ok(Report::new(reports))
}

/// A server on which cases can do what a transaction cannot hold.
async fn started(progress: &ProgressBar) -> Result<Sandbox, Stop> {
    progress.set_message("starting a private PostgreSQL");
    let options = Options::from_env().setting("wal_level", "logical");
    sandbox::start(options).await
}

async fn in_pack(
    sandbox: Option<&Sandbox>,
    n: usize,
    place: &str,
    pack: &Pack,
    schema: Option<&str>,
    only: &[String],
    progress: &ProgressBar,
) -> Result<PackReport, Stop> {
    let mut report = PackReport::new(pack, only);
    let mut stage = match sandbox {
        Some(sandbox) => Some(Stage::new(sandbox, n, schema_script(pack, schema)).await?),
        None => None,
    };
    for check in chosen_of(pack, only) {
        for fixture in check.fixtures() {
            let mut cases = Vec::new();
            for case in &fixture.cases {
                progress.set_message(format!("{}: {}", check.code(), case.name));
                if let Some(stage) = &mut stage {
                    cases.push(one(stage, check, fixture, case).await?);
                }
                progress.inc(1);
            }
            report.files.push(FileReport::new(pack, check, fixture, cases));
        }
    }
    if let Some(stage) = stage {
        for skipped in &stage.skipped {
            output::note(&format!("{place}: the schema without its {skipped}"));
        }
        report.skipped = stage.skipped.iter().map(ToString::to_string).collect();
        stage.close().await;
    }
    let same_schema = schema.is_none() || schema == pack.schema_sql.as_deref();
    proofs::settle(place, pack, &mut report, same_schema);
    Ok(report)
}

async fn one(
    stage: &mut Stage<'_>,
    check: &Check,
    fixture: &Fixture,
    case: &Case,
) -> Result<CaseReport, Stop> {
    let run = stage.run(std::slice::from_ref(check), fixture, case).await?;
    let objections = run.results.into_iter().flat_map(|result| result.objections);
    Ok(CaseReport {
        name: case.name.clone(),
        line: case.line,
        objections: objections.collect(),
        elapsed_ms: u64::try_from(run.elapsed.as_millis()).unwrap_or(u64::MAX),
    })
}

/// Shown on a terminal only.
fn progress(cases: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} testing {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(cases as u64).with_style(style)
}
