//! `vigie release list`.

use release_info::ledger::{Release, ReleaseFilter, ReleaseLedger as _};
use serde_json::{Value, json};
use wiring::{
    postgres::Target,
    session::{reader, refused},
    stop::{Exit, Stop},
};

use crate::{cli::ReleasesArgs, output, show};

pub(super) async fn run(args: &ReleasesArgs, target: &Target, as_json: bool) -> Result<Exit, Stop> {
    let filter = ReleaseFilter {
        environment: args.env,
        target: args.target.clone(),
        after: args.after,
        limit: args.limit,
    };
    let caller = reader(args.user.as_deref());
    let ledger = super::ledger(target).await?;
    let mut page = ledger.list(&caller, &filter).await.map_err(refused(&caller))?;
    // What is live or open may have been spoken of long ago. Read last, so that what becomes so meanwhile is among it.
    let mut current = ledger.current(&caller).await.map_err(refused(&caller))?;
    current.retain(|release| filter.is_of(&release.place));
    let is_it = |one: &Release, other: &Release| one.place == other.place && one.release == other.release;
    page.releases
        .retain(|release| !current.iter().any(|other| is_it(release, other)));
    let is_first = args.after.is_none();
    if is_first {
        page.releases.splice(0..0, current);
    }
    if as_json {
        let releases: Vec<Value> = page.releases.iter().map(told).collect();
        output::json(&json!({ "at": page.at, "releases": releases, "next": page.next }))?;
    } else {
        output::print(&show::ledger::list(&page, is_first))?;
    }
    Ok(Exit::Fine)
}

/// A release, and what follows from its stage.
pub(super) fn told(release: &Release) -> Value {
    let mut told = json!(release);
    told["live"] = release.stage.is_live().into();
    told["open"] = release.stage.is_open().into();
    told
}
