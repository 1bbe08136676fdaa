//! `vigie sync`.

mod plan;
pub(crate) mod report;
pub(crate) mod run;

use integrity_core::{CheckCode, Door};

pub(crate) use plan::Plan;

use crate::{
    cli::SyncArgs,
    config::Config,
    exit::{Exit, Stop},
    output,
    postgres::Target,
    session::Session,
    show,
};

pub(crate) async fn run(args: &SyncArgs, config: &Config, target: &Target, json: bool) -> Result<Exit, Stop> {
    let plan = Plan::new(config, &args.pack, &args.only)?;
    let session = Session::open(target, Door::Sync).await?;
    let report = run::once(&session, &plan).await?;
    if json {
        output::json(&report)?;
    } else {
        output::print(&show::sync::table(&report))?;
    }
    Ok(told(&report, &plan))
}

/// Says on standard error what could not be looked at whole, and gives the exit code.
pub(crate) fn told(report: &report::Report, plan: &Plan) -> Exit {
    let lines: Vec<(&CheckCode, String)> = report.not_whole().collect();
    for (code, why) in &lines {
        output::say(&format!("{code}: {why}"));
        // The first problem of a file is the reason already; whoever mends it wants them all.
        let problems = plan
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
        report.checks.len()
    ));
    Exit::Incomplete
}
