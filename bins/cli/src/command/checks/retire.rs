//! `vigie checks retire`.

use alerts_store::{CheckCommand, Verb};
use integrity_core::{CheckCode, Door};

use wiring::{
    chosen::Chosen,
    session::Session,
    stop::{Exit, Stop},
};

use crate::{
    cli::PersonArgs,
    command::{Place, alerts::person, whole_check},
    output,
};

pub(crate) async fn run(args: &PersonArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    if CheckCode::RESERVED.contains(&args.code.as_str()) {
        return Err(Stop::usage(format!(
            "{} is Vigie's own check on checks; it cannot be retired",
            args.code
        )));
    }
    let caller = person(args.user.as_deref())?;
    let command = CheckCommand {
        comment: args.reason.clone(),
        ..CheckCommand::new(&place.config.database, &args.code, Verb::Retire)
    };
    let session = Session::open(place.target, Door::Cli).await?;
    let exit = whole_check::act(&session, &caller, &command, place.json).await?;
    warn_if_it_still_runs(&args.code, place);
    Ok(exit)
}

/// Alerts of a check that goes on finding them do not stay retired.
fn warn_if_it_still_runs(code: &str, place: &Place<'_>) {
    match Chosen::new(place.config, &[], &[]) {
        Ok(chosen) => {
            let runs = |check: &integrity_core::Check| check.code().as_str() == code && check.is_enabled();
            if chosen.checks.iter().any(runs) {
                output::say(&format!(
                    "a chosen pack still has {code}: the next sync would open what it finds again; take its file out of \
                     the pack, or set enabled = false under [checks.{code}] in the configuration"
                ));
            }
        }
        Err(stop) => output::note(&format!(
            "Whether a chosen pack still has {code}, so that the next sync would open them again, cannot be told: {}",
            stop.message()
        )),
    }
}
