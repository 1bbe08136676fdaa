//! `vigie audit`.

mod baseline;
mod copy;
mod explain;
mod fix;
mod looking;
mod rls;
mod shadow;

pub(crate) use self::explain::explain;
use super::Place;
use crate::{cli::AuditCommand, output, show};
use wiring::{
    result,
    stop::{Exit, Stop},
};

pub(crate) async fn run(command: AuditCommand, place: &Place<'_>) -> Result<Exit, Stop> {
    match command {
        AuditCommand::Rls(args) => rls::run(&args, place).await,
        AuditCommand::Matrix(args) if args.shadow => shadow::run(place).await,
        AuditCommand::Matrix(args) => matrix(args.source.from.as_deref(), args.save.as_deref(), place).await,
        AuditCommand::Baseline(args) => baseline::write(&args, place).await,
        AuditCommand::Diff(args) => baseline::diff(&args, place).await,
        AuditCommand::Suppress(args) => baseline::suppress(&args, place).await,
        AuditCommand::Explain(args) => explain(&args, place.json),
        AuditCommand::Schema => schema(),
    }
}

/// What programs read.
pub(crate) fn schema() -> Result<Exit, Stop> {
    output::json(&schemars::schema_for!(rls_audit::Audit))?;
    Ok(Exit::Fine)
}

async fn matrix(
    from: Option<&std::path::Path>,
    save: Option<&std::path::Path>,
    place: &Place<'_>,
) -> Result<Exit, Stop> {
    let inspected = looking::inspection(from, place).await?;
    if let Some(path) = save {
        looking::save(&inspected, path)?;
    }
    let audit = looking::judged(&inspected, place);
    if place.json {
        result::json(
            &serde_json::json!({ "looked": audit.looked, "skipped": audit.skipped, "access": audit.access }),
        )?;
    } else {
        output::print(&show::audit::matrix(&audit))?;
    }
    Ok(if audit.is_complete() {
        Exit::Fine
    } else {
        Exit::Incomplete
    })
}
