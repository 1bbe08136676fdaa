//! `vigie audit rls --fix`: SQL that mends what is new, tried on a copy.

use rls_audit::{
    Audit,
    copy::{self, Rows, Servers},
    fix::{self, Simulation},
};
use wiring::{audit, postgres::Target, stop::Stop};

use super::{super::Place, copy::Copy};
use crate::{cli::FixArgs, output, show, whole_file};

/// Writes the file; whether all of it is proved.
pub(super) async fn write(args: &FixArgs, audit: &Audit, place: &Place<'_>) -> Result<bool, Stop> {
    let simulation = match &args.copy_url {
        Some(url) => on_given(url, audit, place).await?,
        None => on_private(args.sample_rows, audit, place).await?,
    };
    whole_file::write(&args.fix_file, &simulation.to_sql())?;
    output::note(&show::simulation::summary(&simulation, &args.fix_file));
    Ok(simulation.is_whole())
}

/// On the copy that was given, where nothing stays.
async fn on_given(url: &str, audit: &Audit, place: &Place<'_>) -> Result<Simulation, Stop> {
    let copy = Target::parse("--copy-url or VIGIE_COPY_URL", url)?;
    // Whether anybody answers, in words that say where.
    copy.connect().await.map_err(|stop| stop.at(copy.place()))?;
    let is_same = fix::is_same_database(&place.target.url(), &copy.url()).await;
    if is_same.map_err(audit::refused)? {
        return Err(Stop::usage(
            "--copy-url: that is the audited database itself; right is a copy of it, such as a staging branch",
        ));
    }
    let (audited, other) = (place.target.url(), copy.url());
    match copy::servers(&audited, &other).await.map_err(audit::refused)? {
        Servers::Apart => {}
        Servers::PerhapsApart => output::note(
            "--copy-url: whether the audited server follows that one is not known: a login may not execute \
             pg_control_system(); they do not run since the same instant",
        ),
        Servers::Together => {
            return Err(Stop::usage(
                "--copy-url: that is the audited server itself, or the one that it follows; right is a copy on another",
            ));
        }
        Servers::Standby => {
            return Err(Stop::usage(
                "--copy-url: that server only follows another, so that nothing can be tried there; right is a copy on one \
                 of its own",
            ));
        }
    }
    rehearsed(&copy.url(), audit, place).await
}

/// On a copy that is made for that.
async fn on_private(sample_rows: bool, audit: &Audit, place: &Place<'_>) -> Result<Simulation, Stop> {
    if fix::fixes(&audit.findings).is_empty() {
        return Ok(Simulation::without_a_copy(
            &audit.findings,
            "there is nothing to try",
        ));
    }
    let rows = if sample_rows {
        Rows::Sampled
    } else {
        Rows::Synthetic
    };
    let not_tried = |why: &str| {
        let why = format!("no copy could be made: {why}; --copy-url names one");
        Simulation::without_a_copy(&audit.findings, &why)
    };
    let copy = match Copy::make(place, rows).await {
        Ok(copy) => copy,
        Err(stop) => return Ok(not_tried(stop.message())),
    };
    let simulation = match copy.lost.as_slice() {
        [] => rehearsed(&copy.url(), audit, place).await,
        [first, others @ ..] => Ok(not_tried(&match others.len() {
            0 => format!("it would lack {first}"),
            more => format!("it would lack {first}, and {more} more"),
        })),
    };
    copy.gone().await?;
    simulation
}

async fn rehearsed(url: &str, audit: &Audit, place: &Place<'_>) -> Result<Simulation, Stop> {
    let config = &place.config.audit;
    fix::rehearse(url, audit, &config.personas()?, &config.settings())
        .await
        .map_err(audit::refused)
}
