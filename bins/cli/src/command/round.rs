//! A run of the checks for somebody who sits before it: with progress, and Ctrl-C.

use indicatif::{ProgressBar, ProgressStyle};
use wiring::{
    access::AccessRules,
    audit::Auditor,
    chosen::Chosen,
    release::ReleaseRules,
    run::{Ending, Look, Report, Round, everything_in_turn, last_seen},
    session::Session,
    signals::Signals,
    stop::Stop,
};

/// Every chosen check, once, and the audit when its turn has come. Where it is asked to end, the check in hand is given
/// up; what was evaluated before is applied and recorded.
pub(crate) async fn make(
    session: &Session,
    chosen: &Chosen,
    (auditor, releases, access): (Option<&Auditor>, Option<&ReleaseRules>, Option<&AccessRules>),
    ending: &Ending,
) -> Result<Report, Stop> {
    let progress = progress(chosen.checks.len());
    let evaluated_by = session.evaluated_by().await?;
    let runner = session.runner(chosen);
    let seen = last_seen(&session.store, chosen).await?;
    let round = Round {
        store: &session.store,
        evaluated_by: &evaluated_by,
        look: Look {
            runner: &runner,
            chosen,
            due: &everything_in_turn(chosen, &seen),
            auditor,
            releases,
            access,
            ending,
            in_hand: &|code| {
                progress.set_message(code.to_string());
                progress.inc(1);
            },
        },
    };
    let made = round.make().await;
    progress.finish_and_clear();
    made
}

/// Asked to end by Ctrl-C or SIGTERM, at once; the second does not wait for anything.
pub(crate) fn ending_on_signal() -> Result<Ending, Stop> {
    let mut signals = Signals::listen()?;
    let ending = Ending::default();
    let told = ending.clone();
    tokio::spawn(async move {
        signals.next().await;
        told.now();
        signals.next().await;
        // A private server ends with this process, however that ends.
        std::process::exit(130);
    });
    Ok(ending)
}

/// Shown on a terminal only.
fn progress(checks: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} evaluating {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(checks as u64).with_style(style)
}
