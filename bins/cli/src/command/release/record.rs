//! `vigie release record`.

use std::path::Path;

use integrity_core::Caller;
use release_info::ledger::{Entry, EventKind, Facts, Place, ReleaseLedger as _};
use serde::Deserialize;
use serde_json::Value;
use wiring::{
    bounded,
    postgres::Target,
    session::refused,
    stop::{Exit, Stop},
};

use crate::{cli::RecordArgs, output, show};

/// The most of a file that is read.
const KIBIBYTES: u64 = 64;

pub(super) async fn run(args: &RecordArgs, target: &Target, json: bool) -> Result<Exit, Stop> {
    // Whoever may not even ask is told before the database is.
    let caller = caller(args.actor.as_deref(), args.kind)?;
    let entry = Entry {
        returns_to: args.to.clone(),
        provider_version: args.provider_version.clone(),
        facts: facts(args)?,
        reason: args.reason.clone(),
        evidence: args.evidence.as_deref().map(evidence).transpose()?,
        key: args.key.clone(),
        ..Entry::new(
            Place::new(args.env, &args.target),
            args.release.clone(),
            args.kind,
        )
    };
    let ledger = super::ledger(target).await?;
    let recorded = ledger.record(&caller, &entry).await.map_err(refused(&caller))?;
    if json {
        output::json(&recorded)?;
    } else {
        output::print(&show::ledger::recorded(&recorded))?;
    }
    Ok(Exit::Fine)
}

/// Who records it.
pub(super) fn caller(actor: Option<&str>, kind: EventKind) -> Result<Caller, Stop> {
    match actor {
        Some(actor) if !actor.trim().is_empty() => Ok(Caller::person(actor)),
        None if kind.is_found_by_looking() => Ok(Caller::Service),
        _ => Err(Stop::usage(
            "say who you are with --actor USER_ID: what is done to a release is recorded under a person's name",
        )),
    }
}

/// What the manifest says, which has to be that of this release.
fn facts(args: &RecordArgs) -> Result<Facts, Stop> {
    /// What the ledger keeps of it.
    #[derive(Deserialize)]
    struct Manifest {
        release: String,
        environment: String,
        min_schema: i64,
        max_schema: i64,
        content_sha256: Option<String>,
    }
    let Some(path) = &args.manifest else {
        return Ok(Facts::default());
    };
    let wrong = |why: &str| Stop::usage(format!("--manifest: {}: {why}", path.display()));
    let manifest: Manifest =
        serde_json::from_value(file(path).map_err(|why| wrong(&why))?).map_err(|_| {
            wrong("not a manifest: it holds release, environment, min_schema, max_schema and content_sha256")
        })?;
    if manifest.release != args.release.to_string() {
        return Err(wrong("it is that of another release"));
    }
    if manifest.environment != args.env.as_str() {
        return Err(wrong("it is that of another environment"));
    }
    Ok(Facts {
        min_schema: Some(manifest.min_schema),
        max_schema: Some(manifest.max_schema),
        manifest_sha256: manifest.content_sha256,
    })
}

fn evidence(given: &str) -> Result<Value, Stop> {
    let read = if given.trim_start().starts_with(['{', '[']) {
        serde_json::from_str(given).map_err(|_| "not JSON".to_owned())
    } else {
        file(Path::new(given)).map_err(|why| format!("{given}: {why}"))
    };
    read.map_err(|why| Stop::usage(format!("--evidence: {why}")))
}

/// The JSON in a file, or why there is none; what stands in it is not repeated.
fn file(path: &Path) -> Result<Value, String> {
    let text = bounded::read(path, KIBIBYTES).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|_| "not JSON".to_owned())
}
