//! `vigie release rollback-plan`.

use integrity_core::{Caller, Door};
use release_info::{
    fetch,
    ledger::{PgReleaseLedger, Place, Release, ReleaseLedger as _, Stage},
    rollback::{self, Asked, Gate, Whose},
};
use serde_json::json;
use wiring::{
    config::{Config, HostConfig},
    release::Gathered,
    session::{Session, newest_migration, reader, refused},
    stop::{Exit, Stop},
};

use crate::{cli::RollbackPlanArgs, output, show};

pub(super) async fn run(args: &RollbackPlanArgs, place: &super::Place<'_>) -> Result<Exit, Stop> {
    let config = place.config;
    let at = Place::new(args.env, &args.target);
    let host = host(config, &at)?;
    let (url, key) = config.manifest_url(&at).ok_or_else(|| {
        Stop::usage(format!(
            "{}: where is the manifest served? give version_url in [[release.host]], or web.version_url",
            config.name()
        ))
    })?;
    // It is printed, and asked.
    fetch::url(url).map_err(|why| Stop::usage(format!("{}: {key}: {why}", config.name())))?;
    let caller = reader(args.user.as_deref());
    let session = Session::open(place.target, Door::Cli).await?;
    let ledger = PgReleaseLedger::new(session.pool.clone(), Door::Cli);
    let gathered = Gathered::of(&ledger, &caller, &at).await?;
    let target = target(&ledger, &caller, &at, gathered.live.as_ref()).await?;
    let planned = rollback::plan(&Asked {
        place: &at,
        at: gathered.at,
        live: gathered.live.as_ref(),
        opening: gathered.opening.as_ref(),
        target: target.as_ref(),
        // The session has made sure that this is what the database has.
        schema: args.schema.unwrap_or_else(newest_migration),
        whose: if args.schema.is_some() {
            Whose::Given
        } else {
            Whose::Vigie
        },
        host: &host.switch,
        version: args.provider_version.as_deref(),
        vigie: place.program,
        actor: args.actor.as_deref(),
        url,
        tell: &config.release.tell,
        incidents: &config.release.incidents,
    });
    match planned {
        Ok(plan) => {
            if place.json {
                output::json(&plan)?;
            } else {
                output::print(&show::rollback::plan(&plan))?;
            }
            Ok(match plan.gate {
                Gate::Unknown { .. } => Exit::Incomplete,
                Gate::Open { .. } | Gate::Shut { .. } => Exit::Fine,
            })
        }
        Err(refusal) if place.json => {
            output::json(&json!({
                "environment": at.environment, "target": at.target,
                "refused": refusal.code(), "why": refusal.to_string(),
            }))?;
            Ok(Exit::Negative)
        }
        Err(refusal) => Err(Stop::new(Exit::Negative, refusal.code(), refusal.to_string())),
    }
}

fn host<'a>(config: &'a Config, at: &Place) -> Result<&'a HostConfig, Stop> {
    config.release.host(at).ok_or_else(|| {
        Stop::usage(format!(
            "{}: no [[release.host]] says how {at} is told to serve another version: environment, target, and \
             firebase_site or switch",
            config.name()
        ))
    })
}

/// Where a rollback is under way, what it returns to; else what was verified last.
async fn target(
    ledger: &PgReleaseLedger,
    caller: &Caller,
    at: &Place,
    live: Option<&Release>,
) -> Result<Option<Release>, Stop> {
    let under_way = live.filter(|live| live.stage == Stage::RollingBack);
    let found = match under_way.and_then(|live| live.returns_to.as_ref()) {
        Some(release) => ledger.find(caller, at, release).await,
        None => ledger.last_verified(caller, at).await,
    };
    found.map_err(refused(caller))
}
