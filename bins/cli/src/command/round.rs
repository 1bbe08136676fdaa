//! A run of the checks for somebody who sits before it: with progress, and Ctrl-C.

use indicatif::{ProgressBar, ProgressStyle};
use tokio::signal::unix::{Signal, SignalKind, signal};
use wiring::{
    chosen::Chosen,
    run::{Ending, Look, Report, Round, everything},
    session::Session,
    stop::Stop,
};

/// Every chosen check, once. Where it is asked to end, the check in hand is given up; what was evaluated before is
/// applied and recorded.
pub(crate) async fn make(session: &Session, chosen: &Chosen, ending: &Ending) -> Result<Report, Stop> {
    let progress = progress(chosen.checks.len());
    let evaluated_by = session.evaluated_by().await?;
    let runner = session.runner(chosen);
    let round = Round {
        store: &session.store,
        evaluated_by: &evaluated_by,
        look: Look {
            runner: &runner,
            chosen,
            due: &everything,
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
    let listen =
        |kind| signal(kind).map_err(|error| Stop::usage(format!("cannot listen for signals: {error}")));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let ending = Ending::default();
    let told = ending.clone();
    tokio::spawn(async move {
        either(&mut interrupt, &mut terminate).await;
        told.now();
        either(&mut interrupt, &mut terminate).await;
        // A private server ends with this process, however that ends.
        std::process::exit(130);
    });
    Ok(ending)
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Shown on a terminal only.
fn progress(checks: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} evaluating {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(checks as u64).with_style(style)
}
