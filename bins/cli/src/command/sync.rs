//! `vigie sync`.

use alerts_store::RunStatus;
use integrity_core::{CheckCode, Door};

use wiring::{
    chosen::Chosen,
    run::Row,
    session::Session,
    source,
    stop::{Exit, Stop},
};

use crate::{
    cli::SyncArgs,
    command::{Place, round},
    output, show,
};

pub(crate) async fn run(args: &SyncArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let chosen = Chosen::new(place.config, &args.pack, &args.only)?;
    chosen.remarks.iter().for_each(|remark| output::say(remark));
    let session = Session::open(place.target, Door::Sync)
        .await?
        .evaluating_as(place.evaluator)
        .await?;
    let auditor = session
        .auditor(place.config, source::auditor(place.config)?.as_ref())
        .await?;
    match session.access_keeping(place.config).roll().await {
        Ok(rolled) if rolled.overdue > 0 => output::say(&format!(
            "warning: {} months of the journal of accesses are past their time and still kept: somebody reads them",
            rolled.overdue
        )),
        Ok(_) => {}
        Err(error) => output::say(&format!(
            "warning: the months of the journal of accesses could not be rolled: {error}"
        )),
    }
    let report = round::make(
        &session,
        &chosen,
        (
            auditor.as_ref(),
            Some(&session.release_rules(place.config)),
            Some(&session.access_rules(place.config).alone()),
        ),
        &round::ending_on_signal()?,
    )
    .await?;
    if !report.evaluated_by.is_own {
        output::say(&format!(
            "warning: the checks' SQL runs with the connecting login ({}), and may do whatever that may; set \
             VIGIE_EVAL_URL to a URL with the login vigie_eval, which `vigie install` makes",
            report.evaluated_by.login
        ));
    }
    if place.json {
        output::json(&report)?;
    } else {
        output::print(&show::sync::table(&report))?;
    }
    let exit = told(&report.checks, &chosen);
    if report.left == 0 {
        let is_blind = exit == Exit::Fine && report.status == RunStatus::Failed;
        if is_blind {
            output::say("nothing was evaluated: no check is enabled");
        }
        return Ok(if is_blind { Exit::Incomplete } else { exit });
    }
    output::say(&format!(
        "incomplete: asked to end; {} of {} checks were not looked at, the others are recorded",
        report.left,
        report.left + report.checks.len()
    ));
    Ok(Exit::Incomplete)
}

/// Says on standard error what could not be looked at whole, and gives the exit code.
pub(crate) fn told(rows: &[Row], chosen: &Chosen) -> Exit {
    let lines: Vec<(&CheckCode, String)> = rows
        .iter()
        .filter_map(|row| Some((&row.code, row.trouble()?)))
        .collect();
    for (code, why) in &lines {
        output::say(&format!("{code}: {why}"));
        // The first problem of a file is the reason already; whoever mends it wants them all.
        let problems = chosen
            .bad
            .iter()
            .filter(|bad| bad.code == **code)
            .flat_map(|bad| bad.problems.iter().skip(1));
        problems.for_each(|problem| output::note(&format!("  {problem}")));
    }
    if lines.is_empty() {
        return Exit::Fine;
    }
    output::say(&format!(
        "incomplete: {} of {} checks could not be looked at whole",
        lines.len(),
        rows.len()
    ));
    Exit::Incomplete
}
