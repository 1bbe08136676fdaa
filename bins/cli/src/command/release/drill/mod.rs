//! `vigie release drill`: a rollback, rehearsed from end to end with the commands that people would execute.

mod script;
mod stage;

use std::time::Instant;

use integrity_core::{Caller, Door};
use pg_sandbox::Options;
use release_info::{
    AppEnv,
    ledger::{Entry, EventKind, PgReleaseLedger, Place, ReleaseLedger as _},
};
use serde::Serialize;
use serde_json::{Value, json};
use wiring::{
    release::Gathered,
    session::{Session, refused},
    stop::{Exit, Stop},
};

use self::stage::Stage;
use crate::{cli::DrillArgs, output, sandbox, show};

/// How a rehearsal went.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Whether everything went as planned.
    pub(crate) passed: bool,
    /// What was done, in this order; what went wrong is the last one.
    pub(crate) steps: Vec<Done>,
    /// From the decision to go back to the verified release: what people would have waited for.
    pub(crate) rollback_seconds: Option<f64>,
    /// The whole rehearsal.
    pub(crate) seconds: f64,
    /// What `decide` has said of the release that went back.
    pub(crate) decision: Option<Value>,
    /// What the ledger tells: the events with their times, the first one first.
    pub(crate) story: Vec<Value>,
}

impl Report {
    /// Nothing was done yet.
    fn new() -> Self {
        Self {
            passed: false,
            steps: Vec::new(),
            rollback_seconds: None,
            seconds: 0.0,
            decision: None,
            story: Vec::new(),
        }
    }

    fn and_failed(mut self, what: &str, stop: &Stop) -> Self {
        self.passed = false;
        self.steps.push(Done {
            what: what.to_owned(),
            seconds: 0.0,
            wrong: Some(stop.message().to_owned()),
        });
        self
    }
}

/// Something that was done.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    /// What.
    pub(crate) what: String,
    /// How long it took.
    pub(crate) seconds: f64,
    /// What went wrong, where something did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wrong: Option<String>,
}

/// Without the ledger that is configured.
pub(super) async fn alone(json: bool) -> Result<Exit, Stop> {
    let report = rehearse().await;
    told(&report, json)?;
    Ok(exit(&report))
}

/// And records how it went.
pub(super) async fn run(args: &DrillArgs, place: &super::Place<'_>) -> Result<Exit, Stop> {
    let (true, Some(env), Some(target)) = (args.record, args.env, &args.target) else {
        return alone(place.json).await;
    };
    // Whether it can be recorded is asked before anything is rehearsed.
    let session = Session::open(place.target, Door::Cli).await?;
    let ledger = PgReleaseLedger::new(session.pool.clone(), Door::Cli);
    let live = live(&ledger, env, target).await?;
    let report = rehearse().await;
    let kind = if report.passed {
        EventKind::DrillPassed
    } else {
        EventKind::DrillFailed
    };
    let entry = Entry {
        evidence: Some(json!({
            "seconds": report.seconds, "rollback_seconds": report.rollback_seconds, "steps": report.steps,
        })),
        ..Entry::new(live.place, live.release, kind)
    };
    let recorded = ledger.record(&Caller::Service, &entry).await;
    recorded.map_err(refused(&Caller::Service))?;
    told(&report, place.json)?;
    Ok(exit(&report))
}

async fn live(
    ledger: &PgReleaseLedger,
    env: AppEnv,
    target: &str,
) -> Result<release_info::ledger::Release, Stop> {
    let at = Place::new(env, target);
    let gathered = Gathered::of(ledger, &Caller::Service, &at).await?;
    gathered.live.ok_or_else(|| {
        let message =
            format!("nothing is recorded as live at {at}, so that a drill has nothing to be recorded with");
        Stop::new(Exit::Negative, "nothing_live", message)
    })
}

/// What keeps it from being played, or from being taken away, is a step that went wrong.
async fn rehearse() -> Report {
    let began = Instant::now();
    let mut report = match sandbox::start(Options::from_env()).await {
        Err(stop) => Report::new().and_failed("start a private PostgreSQL", &stop),
        Ok(server) => {
            // It waits for programs, and for the host, which answers from threads of its own.
            let played = tokio::task::block_in_place(|| match Stage::set(&server) {
                Ok(stage) => script::play(&stage),
                Err(stop) => Report::new().and_failed("set the stage", &stop),
            });
            match sandbox::stop(server).await {
                Ok(()) => played,
                Err(stop) => played.and_failed("stop the private PostgreSQL", &stop),
            }
        }
    };
    report.seconds = began.elapsed().as_secs_f64();
    report
}

fn told(report: &Report, json: bool) -> Result<(), Stop> {
    if json {
        output::json(report)
    } else {
        output::print(&show::drill::report(report))
    }
}

fn exit(report: &Report) -> Exit {
    if report.passed { Exit::Fine } else { Exit::Negative }
}
