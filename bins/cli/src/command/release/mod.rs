//! `vigie release`.

mod dart_defines;
mod decide;
pub(crate) mod drill;
mod git;
mod list;
mod manifest;
mod package;
mod record;
mod rollback_plan;
mod show;
mod sources;
mod verify;

use integrity_core::Door;
use release_info::ledger::PgReleaseLedger;
use serde_json::json;
use wiring::{
    config::Config,
    postgres::Target,
    session::Session,
    stop::{Exit, Stop},
};

use self::sources::Sources;
use super::{Place, variables};
use crate::{
    cli::{IdArgs, ReleaseCommand},
    output,
};

impl ReleaseCommand {
    /// Whether it looks at the database that is configured.
    pub(crate) fn needs_database(&self) -> bool {
        match self {
            Self::Id(_) | Self::DartDefines(_) | Self::Manifest(_) | Self::Schema => false,
            Self::Record(_) | Self::List(_) | Self::Show(_) | Self::Decide(_) | Self::RollbackPlan(_) => true,
            Self::Verify(args) => args.record,
            Self::Drill(args) => args.record,
        }
    }
}

/// What looks at sources, files and web hosts.
pub(crate) async fn without_database(
    command: ReleaseCommand,
    config: &Config,
    json: bool,
) -> Result<Exit, Stop> {
    match command {
        ReleaseCommand::Id(args) => id(&args, json),
        ReleaseCommand::DartDefines(args) => dart_defines::run(&args, config, json),
        ReleaseCommand::Manifest(args) => manifest::run(&args, config, json),
        ReleaseCommand::Schema => {
            output::json(&schemars::schema_for!(release_info::Manifest))?;
            Ok(Exit::Fine)
        }
        ReleaseCommand::Verify(args) => verify::run(&args, config, json).await,
        ReleaseCommand::Drill(_) => drill::alone(json).await,
        _ => Err(Stop::usage("this command needs a database")),
    }
}

/// What looks at the ledger.
pub(crate) async fn on_database(command: ReleaseCommand, place: &Place<'_>) -> Result<Exit, Stop> {
    let Place { target, json, .. } = *place;
    match command {
        ReleaseCommand::Record(args) => record::run(&args, target, json).await,
        ReleaseCommand::List(args) => list::run(&args, target, json).await,
        ReleaseCommand::Show(args) => show::run(&args, target, json).await,
        ReleaseCommand::Verify(args) => verify::and_record(&args, place).await,
        ReleaseCommand::Drill(args) => drill::run(&args, place).await,
        ReleaseCommand::Decide(args) => decide::run(&args, place).await,
        ReleaseCommand::RollbackPlan(args) => rollback_plan::run(&args, place).await,
        other => without_database(other, place.config, json).await,
    }
}

/// The ledger of that database.
async fn ledger(target: &Target) -> Result<PgReleaseLedger, Stop> {
    let session = Session::open(target, Door::Cli).await?;
    Ok(PgReleaseLedger::new(session.pool, Door::Cli))
}

/// What the sources are called.
fn id(args: &IdArgs, as_json: bool) -> Result<Exit, Stop> {
    let sources = Sources::look(&args.dir, &args.named)?;
    let release = match sources.build.release() {
        Ok(release) => release,
        Err(problems) => return variables::refused(&problems, as_json),
    };
    if as_json {
        output::json(&json!({
            "release": release,
            "package": release.package(),
            "version": release.version(),
            "commit": sources.commit,
            "dirty": release.is_dirty(),
            "built_at": sources.build.built_at,
        }))?;
    } else {
        output::print(&release.to_string())?;
    }
    Ok(Exit::Fine)
}
