//! A private PostgreSQL, for commands that need one of their own.

use pg_sandbox::{Options, Sandbox};

use wiring::stop::Stop;

/// Starts one, which takes a second or two.
pub(crate) async fn start(options: Options) -> Result<Sandbox, Stop> {
    blocking(move || Sandbox::start(&options)).await
}

/// Stops it, and takes away what is not kept.
pub(crate) async fn stop(sandbox: Sandbox) -> Result<(), Stop> {
    blocking(move || sandbox.stop()).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, pg_sandbox::Error> + Send + 'static,
) -> Result<T, Stop> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(refusal),
        Err(_) => Err(Stop::unreachable("the private PostgreSQL: its keeper failed")),
    }
}

/// What the person can mend is a matter of configuration; what the server did not do is not.
pub(crate) fn refusal(error: pg_sandbox::Error) -> Stop {
    use pg_sandbox::Error;
    match error {
        Error::NoBinaries { .. }
        | Error::Setting { .. }
        | Error::Directory { .. }
        | Error::InUse { .. }
        | Error::NoPsql { .. } => Stop::usage(error.to_string()),
        other => Stop::unreachable(other.to_string()),
    }
}
