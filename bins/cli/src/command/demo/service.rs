//! The services beside the demo, `vigie-sync` and `vigie-api`: found beside this program, each a process of its own.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::ExitStatus,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};
use wiring::stop::Stop;

/// Ends it with this program, however that ends, where the kernel can be asked for it.
const SHELL: &str = "setpriv --pdeathsig TERM true 2>/dev/null && exec setpriv --pdeathsig TERM \"$0\" \"$@\"\nexec \"$0\" \"$@\"";

/// How long it may take to begin, and to end; it says itself that 10 s are enough.
const PATIENCE: Duration = Duration::from_secs(12);

/// A service at work.
pub(super) struct Service {
    pub(super) name: &'static str,
    child: Child,
}

impl Service {
    /// Starts it, with a configuration of its own in `directory`, and what it is told by its environment.
    pub(super) fn start(
        name: &'static str,
        directory: &Path,
        configuration: &str,
        environment: &[(&str, &str)],
    ) -> Result<Self, Stop> {
        let wrong = |what: &str| {
            let what = what.to_owned();
            move |error: io::Error| Stop::usage(format!("the demo's {name}: {what}: {error}"))
        };
        let program = beside(&std::env::current_exe().map_err(wrong("where is this program?"))?, name)?;
        let file = directory.join(format!("{name}.toml"));
        fs::write(&file, configuration).map_err(wrong("its configuration"))?;
        let child = Command::new("sh")
            .args(["-c", SHELL])
            .arg(program)
            .arg("--config")
            .arg(file)
            .env("APP_ENV", "development")
            .env_remove("APP_RELEASE")
            .envs(environment.iter().copied())
            // Ctrl-C on the terminal is for the demo, which then ends it in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(wrong("cannot be started"))?;
        Ok(Self { name, child })
    }

    /// Waits until it answers there.
    pub(super) async fn answers(&mut self, address: SocketAddr) -> Result<(), Stop> {
        let begun = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            let ended = self.child.try_wait().ok().flatten();
            if let Some(status) = ended {
                return Err(Stop::usage(format!("the demo's {} has ended by itself ({status})", self.name)));
            }
            if begun.elapsed() > PATIENCE {
                return Err(Stop::usage(format!("the demo's {} does not answer on {address}", self.name)));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Waits until it ends by itself, which it should not.
    pub(super) async fn ended(&mut self) -> (&'static str, io::Result<ExitStatus>) {
        (self.name, self.child.wait().await)
    }

    /// Asks it to end, and waits for that.
    pub(super) async fn stop(mut self) {
        if let Some(pid) = self.child.id().and_then(|id| i32::try_from(id).ok()) {
            // It may be gone already.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        // Who does not end by then is killed when it is dropped.
        let _ = tokio::time::timeout(PATIENCE, self.child.wait()).await;
    }
}

fn beside(program: &Path, name: &str) -> Result<PathBuf, Stop> {
    let service = program.with_file_name(name);
    if service.is_file() {
        return Ok(service);
    }
    Err(Stop::usage(format!(
        "{} is not there; build or install it beside this program, or use --once",
        service.display()
    )))
}

/// This port of this machine; 0: one that is free now. The service says so and ends if somebody else was faster.
pub(super) fn address(port: u16) -> Result<SocketAddr, Stop> {
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let bound = TcpListener::bind(wanted).and_then(|listener| listener.local_addr());
    bound.map_err(|error| {
        Stop::usage(format!("the demo cannot have {wanted}: {error}; give another port with --port, 0 for any"))
    })
}
