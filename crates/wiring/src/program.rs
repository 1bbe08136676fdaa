//! How the main function of a service begins and ends.

use std::process::ExitCode;

use tokio::runtime::Builder;

use crate::{
    plain,
    stop::{Exit, Stop},
};

/// Runs it on `runtime` until it ends, and says why where it could not go on: in the log once there is one, before that on
/// standard error under the program's name.
#[must_use]
pub fn run(
    program: &str,
    runtime: &mut Builder,
    service: impl Future<Output = Result<Exit, Stop>>,
) -> ExitCode {
    let outcome = runtime
        .enable_all()
        .build()
        .map_err(|error| Stop::usage(format!("cannot start: {error}")))
        .and_then(|runtime| {
            let outcome = runtime.block_on(service);
            // What is still going on by now is not waited for.
            runtime.shutdown_background();
            outcome
        });
    match outcome {
        Ok(exit) => exit.into(),
        Err(stop) => {
            if tracing::dispatcher::has_been_set() {
                tracing::error!("{}", stop.message());
            } else {
                anstream::eprintln!("{program}: {}", plain::lines(stop.message()));
            }
            stop.exit().into()
        }
    }
}
