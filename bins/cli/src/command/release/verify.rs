//! `vigie release verify`.

use std::time::Duration;

use release_info::{
    fetch,
    ledger::{Entry, EventKind, Place, Recorded, ReleaseLedger as _},
    verification::{self, Expected, Plan, Report, Series, Verdict},
};
use serde_json::{Value, json};
use wiring::{
    config::Config,
    session::refused,
    stop::{Exit, Stop},
};

use super::record;
use crate::{cli::VerifyArgs, output, show};

/// How many seconds unless told otherwise.
const OVER: u16 = 10;

/// Whether a release is served.
pub(super) async fn run(args: &VerifyArgs, config: &Config, json: bool) -> Result<Exit, Stop> {
    let report = look(args, None, config, json).await?;
    told(&report, None, json)?;
    Ok(exit(report.verdict))
}

/// And records the verdict. What was seen is told even where it may not be recorded.
pub(super) async fn and_record(args: &VerifyArgs, place: &super::Place<'_>) -> Result<Exit, Stop> {
    let (true, Some(env), Some(target)) = (args.record, args.env, &args.target) else {
        return run(args, place.config, place.json).await;
    };
    let caller = record::caller(args.actor.as_deref(), EventKind::VerifyPassed)?;
    let at = Place::new(env, target);
    // Whether there is a ledger is asked before anything is looked at.
    let ledger = super::ledger(place.target).await?;
    let report = look(args, Some(&at), place.config, place.json).await?;
    let entry = Entry {
        evidence: Some(evidence(&report)),
        ..Entry::new(at, args.expect.clone(), kind(report.verdict))
    };
    let recorded = ledger.record(&caller, &entry).await.map_err(refused(&caller));
    told(&report, Some(&recorded), place.json)?;
    Ok(match recorded {
        Ok(_) => exit(report.verdict),
        Err(stop) => {
            // Not handed on: what was printed is the only document.
            output::say(stop.message());
            stop.exit()
        }
    })
}

/// Of a place, what is served there is asked; of none, what `web` says.
async fn look(args: &VerifyArgs, at: Option<&Place>, config: &Config, json: bool) -> Result<Report, Stop> {
    let plan = plan(args, at, config)?;
    let told = |series: &Series| {
        if !json {
            output::note(&progress(series));
        }
    };
    Ok(verification::verify(&plan, told).await)
}

fn told(report: &Report, recorded: Option<&Result<Recorded, Stop>>, json: bool) -> Result<(), Stop> {
    if json {
        let mut told = report.to_json();
        match recorded {
            Some(Ok(recorded)) => told["recorded"] = json!(recorded),
            Some(Err(stop)) => told["error"] = stop.to_json()["error"].take(),
            None => {}
        }
        return output::json(&told);
    }
    output::print(&show::web_host::verified(report))?;
    match recorded {
        Some(Ok(recorded)) => output::print(&show::ledger::recorded(recorded)),
        Some(Err(_)) | None => Ok(()),
    }
}

fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Passed => Exit::Fine,
        Verdict::Failed(_) => Exit::Negative,
        Verdict::Inconclusive(_) => Exit::Incomplete,
    }
}

fn kind(verdict: Verdict) -> EventKind {
    match verdict {
        Verdict::Passed => EventKind::VerifyPassed,
        Verdict::Failed(_) => EventKind::VerifyFailed,
        Verdict::Inconclusive(_) => EventKind::VerifyInconclusive,
    }
}

/// What the ledger keeps of it. A list of files has no end: the message counts them, and names the first that differ.
fn evidence(report: &Report) -> Value {
    let mut evidence = report.to_json();
    evidence["content"].take();
    evidence
}

fn plan(args: &VerifyArgs, at: Option<&Place>, config: &Config) -> Result<Plan, Stop> {
    let of_web = || Some((config.web.version_url.as_deref()?, "web.version_url"));
    let known = at.map_or_else(of_web, |at| config.manifest_url(at));
    let (text, whence) = match (&args.url, known) {
        (Some(url), _) => (url.as_str(), "--url".to_owned()),
        (None, Some((url, key))) => (url, format!("{}: {key}", config.name())),
        (None, None) => {
            let why = "where is the manifest? give --url, or web.version_url in the configuration";
            return Err(Stop::usage(why));
        }
    };
    Ok(Plan {
        url: fetch::url(text).map_err(|why| Stop::usage(format!("{whence}: {why}")))?,
        expected: Expected {
            release: args.expect.clone(),
            environment: args.env,
        },
        times: args.times.get().into(),
        over: Duration::from_secs(over(args)?.into()),
        patience: Duration::from_secs(args.timeout.get().into()),
        every_address: args.all_addresses,
        deep: args.deep,
    })
}

/// How much time lies between the first round and the last. Between one and itself there is none.
fn over(args: &VerifyArgs) -> Result<u16, Stop> {
    match (args.times.get(), args.over) {
        (1, None | Some(0)) => Ok(0),
        (1, Some(over)) => Err(Stop::usage(format!(
            "--over {over} with --times 1: one round takes no time, and proves nothing for later; give --times 2 or more"
        ))),
        (_, over) => Ok(over.unwrap_or(OVER)),
    }
}

fn progress(series: &Series) -> String {
    let (round, most) = (series.rounds(), series.most_rounds());
    match series.streak() {
        0 => format!("round {round} of at most {most}: not as expected"),
        streak => format!(
            "round {round} of at most {most}: {streak} of {} agree",
            series.times()
        ),
    }
}
