//! A vigie-sync of a test's own.

use std::{
    net::SocketAddr,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{harness::World, http};

/// A running service; it ends with the test, however that ends.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Service {
    /// Starts one with this configuration, on a free port, and waits until it is ready.
    #[track_caller]
    pub(crate) fn start(world: &World, configuration: &str) -> Self {
        let address = http::free_address();
        world.file(
            "vigie.toml",
            format!("{configuration}[ops]\nlisten = \"{address}\"\n"),
        );
        let child = world.command(&world.url(), &[]).stderr(Stdio::null()).spawn();
        let mut service = Self {
            child: child.expect("the program runs"),
            address,
        };
        let deadline = Instant::now() + Duration::from_mins(1);
        while !http::get(address, "/readyz").is_ok_and(|reply| reply.status == 200) {
            assert!(
                matches!(service.child.try_wait(), Ok(None)),
                "the service has ended"
            );
            assert!(Instant::now() < deadline, "the service is not ready");
            sleep(Duration::from_millis(50));
        }
        service
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
