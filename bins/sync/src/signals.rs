//! SIGTERM and Ctrl-C: the first asks to end, and says when at the latest; the second does not wait.

use std::{sync::Arc, time::Duration};

use tracing::info;
use wiring::{run::Ending, signals::Signals, stop::Stop};

use crate::board::Board;

/// How long the check in hand may still take.
const GRACE: Duration = Duration::from_millis(7_500);
/// When the program ends, whatever is still going on: below the 10 s that supervisors are told.
const AT_THE_LATEST: Duration = Duration::from_millis(9_500);

/// Hears the signals from now on.
pub(crate) fn listen(ending: &Ending, board: &Arc<Board>) -> Result<(), Stop> {
    let mut signals = Signals::listen()?;
    let (ending, board) = (ending.clone(), Arc::clone(board));
    tokio::spawn(async move {
        signals.next().await;
        board.stopping();
        info!("asked to end: finishing the check in hand, within {GRACE:?}");
        tokio::select! {
            () = ending.within(GRACE) => {}
            () = signals.next() => std::process::exit(130),
        }
        signals.next().await;
        std::process::exit(130);
    });
    Ok(())
}

/// Passes when the program has to end whatever is still going on.
pub(crate) async fn at_the_latest(ending: &Ending) {
    ending.asked().await;
    tokio::time::sleep(AT_THE_LATEST).await;
}
