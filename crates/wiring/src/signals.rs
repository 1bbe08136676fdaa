//! The signals that ask a program to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::stop::Stop;

/// Ctrl-C and SIGTERM, heard from the moment this is made; from then on neither ends the program by itself.
#[derive(Debug)]
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Hears them from now on.
    ///
    /// # Errors
    /// When the system does not let the program listen.
    pub fn listen() -> Result<Self, Stop> {
        let hear =
            |kind| signal(kind).map_err(|error| Stop::usage(format!("cannot listen for signals: {error}")));
        Ok(Self {
            interrupt: hear(SignalKind::interrupt())?,
            terminate: hear(SignalKind::terminate())?,
        })
    }

    /// Waits for the next of either.
    ///
    /// Cancel safe.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
