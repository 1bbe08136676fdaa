//! `vigie status`.

use alerts_store::{AlertStore as _, Summary};
use integrity_core::Door;

use wiring::{
    config::Config,
    postgres::Target,
    session::{Session, reader, refused},
    stop::{Exit, Stop},
};

use crate::{cli::StatusArgs, output, show};

pub(crate) async fn run(
    args: &StatusArgs,
    config: &Config,
    target: &Target,
    json: bool,
) -> Result<Exit, Stop> {
    let session = Session::open(target, Door::Cli).await?;
    let caller = reader(args.user.as_deref());
    let summary = session
        .store
        .summary(&caller, &config.database)
        .await
        .map_err(refused(&caller))?;
    let times = session.store.times(&caller, &config.database, None).await?;
    let states = session.store.check_states(&caller, &config.database).await?;
    if json {
        let mut value = serde_json::json!(summary);
        value["acknowledge"] = serde_json::json!(times.acknowledge);
        value["resolve"] = serde_json::json!(times.resolve);
        value["database"] = config.database.clone().into();
        value["checks"] = serde_json::json!(states);
        output::json(&value)?;
    } else {
        output::print(&show::status::at_a_glance(&summary, &times, &states))?;
    }
    Ok(if is_believable(&summary) {
        Exit::Fine
    } else {
        Exit::Incomplete
    })
}

/// Whether silence proves something: somebody still looks, there are checks, each of them is fresh and neither failing nor
/// suspect, and every live alert has a check that is evaluated. Fixtures are left out: they are a promise of the pack, not of this run.
fn is_believable(summary: &Summary) -> bool {
    let coverage = summary.coverage;
    !summary.heartbeat.silent
        && coverage.enabled > 0
        && coverage.fresh == coverage.enabled
        && summary.failing.is_empty()
        && summary.suspect.is_empty()
        && summary.frozen.is_empty()
}
