//! The service beside the demo: `vigie-sync`, found beside this program, as a process of its own.

use std::{
    fs, io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::process::{Child, Command};
use wiring::stop::Stop;

/// Ends it with this program, however that ends, where the kernel can be asked for it.
const SHELL: &str = "setpriv --pdeathsig TERM true 2>/dev/null && exec setpriv --pdeathsig TERM \"$0\" \"$@\"\nexec \"$0\" \"$@\"";

/// How long it may take to end; it says itself that 10 s are enough.
const PATIENCE: Duration = Duration::from_secs(12);

/// How it logs in.
pub(super) struct Logins {
    pub(super) database_url: String,
    pub(super) eval_url: String,
}

/// A service at work.
pub(super) struct Service {
    child: Child,
    /// Where operations look at it.
    pub(super) ops: SocketAddr,
}

impl Service {
    /// Starts it, with a configuration of its own in `directory`.
    pub(super) fn start(directory: &Path, packs: &[&str], logins: &Logins) -> Result<Self, Stop> {
        let wrong = |what: &str| {
            let what = what.to_owned();
            move |error: io::Error| Stop::usage(format!("the demo's service: {what}: {error}"))
        };
        let program = beside(&std::env::current_exe().map_err(wrong("where is this program?"))?)?;
        let ops = free_address().map_err(wrong("no free port"))?;
        let file = directory.join("vigie-sync.toml");
        let configuration = format!("packs = {packs:?}\n[ops]\nlisten = \"{ops}\"\n");
        fs::write(&file, configuration).map_err(wrong("its configuration"))?;
        let child = Command::new("sh")
            .args(["-c", SHELL])
            .arg(program)
            .arg("--config")
            .arg(file)
            .env("VIGIE_DATABASE_URL", &logins.database_url)
            .env("VIGIE_EVAL_URL", &logins.eval_url)
            // Ctrl-C on the terminal is for the demo, which then ends it in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(wrong("cannot be started"))?;
        Ok(Self { child, ops })
    }

    /// Waits until it ends by itself, which it should not.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
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

fn beside(program: &Path) -> Result<PathBuf, Stop> {
    let service = program.with_file_name("vigie-sync");
    if service.is_file() {
        return Ok(service);
    }
    Err(Stop::usage(format!(
        "{} is not there; build or install it beside this program, or use --once",
        service.display()
    )))
}

/// One that is free now; the service says so and ends if somebody else was faster.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}
