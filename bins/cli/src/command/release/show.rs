//! `vigie release show`.

use integrity_core::Caller;
use release_info::{
    ReleaseId,
    ledger::{Error, PgReleaseLedger, Place, Release, ReleaseEvent, ReleaseLedger as _},
};
use serde_json::{Value, json};
use wiring::{
    postgres::Target,
    session::{reader, refused},
    stop::{Exit, Stop},
};

use super::list::told;
use crate::{cli::ShowArgs, output, show};

/// So many events are asked for at a time.
const AT_A_TIME: u32 = 200;

pub(super) async fn run(args: &ShowArgs, target: &Target, as_json: bool) -> Result<Exit, Stop> {
    let caller = reader(args.user.as_deref());
    let ledger = super::ledger(target).await?;
    let events = events(&ledger, &caller, &args.release)
        .await
        .map_err(refused(&caller))?;
    let releases = releases(&ledger, &caller, &args.release, &events)
        .await
        .map_err(refused(&caller))?;
    if releases.is_empty() {
        let message = format!(
            "nothing was recorded of {}; `vigie release list` tells what was",
            args.release
        );
        return Err(Stop::new(Exit::Negative, "not_found", message));
    }
    if as_json {
        let releases: Vec<Value> = releases.iter().map(told).collect();
        output::json(&json!({ "release": args.release, "releases": releases, "events": events }))?;
    } else {
        output::print(&show::ledger::whole(&args.release, &releases, &events))?;
    }
    Ok(Exit::Fine)
}

/// All of them, the first one first.
async fn events(
    ledger: &PgReleaseLedger,
    caller: &Caller,
    release: &ReleaseId,
) -> Result<Vec<ReleaseEvent>, Error> {
    let mut events: Vec<ReleaseEvent> = Vec::new();
    loop {
        let after = events.last().map(|event| event.id);
        let more = ledger.events(caller, release, after, AT_A_TIME).await?;
        if more.is_empty() {
            return Ok(events);
        }
        events.extend(more);
    }
}

/// How it stands at each place of which the events speak.
async fn releases(
    ledger: &PgReleaseLedger,
    caller: &Caller,
    release: &ReleaseId,
    events: &[ReleaseEvent],
) -> Result<Vec<Release>, Error> {
    let mut places: Vec<&Place> = Vec::new();
    for event in events {
        if !places.contains(&&event.entry.place) {
            places.push(&event.entry.place);
        }
    }
    let mut releases = Vec::new();
    for place in places {
        releases.extend(ledger.find(caller, place, release).await?);
    }
    Ok(releases)
}
