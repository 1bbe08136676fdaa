//! A `vigie-sync` of a test's own: started, looked at, signalled. What it said is searched for secrets at its end.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

use crate::{
    harness::{Answer, World},
    http, secrets,
};

/// How long anything may take that has to come. Never what is measured: only when to give up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until something is there.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(there) = look() {
            return there;
        }
        assert!(Instant::now() < deadline, "in vain: {what}");
        sleep(Duration::from_millis(50));
    }
}

impl World {
    /// Waits until a query says `true`.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, query: &str) {
        until(what, || (self.value(query) == "true").then_some(()));
    }

    /// Runs the service for as long as it lasts by itself.
    #[track_caller]
    pub(crate) fn sync(&self, args: &[&str]) -> Answer {
        let answer = Answer::of(&mut self.command(&secrets::url(self), args));
        secrets::none_in(self, &answer.stdout);
        secrets::none_in(self, &answer.stderr);
        answer
    }
}

/// A running service; it ends with the test, however that ends.
pub(crate) struct Running<'w> {
    world: &'w World,
    child: Child,
    log: PathBuf,
    pub(crate) address: SocketAddr,
}

impl<'w> Running<'w> {
    /// Starts one with this configuration on a free port.
    pub(crate) fn start(world: &'w World, configuration: &str) -> Self {
        Self::start_as(world, configuration, &secrets::url(world), None)
    }

    /// Starts one that connects with this URL, and evaluates with another.
    pub(crate) fn start_as(
        world: &'w World,
        configuration: &str,
        url: &str,
        evaluating: Option<&str>,
    ) -> Self {
        let address = http::free_address();
        let name = format!("at-{}", address.port());
        world.file(
            &format!("{name}.toml"),
            format!("{configuration}[ops]\nlisten = \"{address}\"\n"),
        );
        let log = world.directory.path().join(format!("{name}.log"));
        let mut command = world.command(url, &["--config", &format!("{name}.toml")]);
        command
            .stdout(File::create(&log).expect("a log"))
            .stderr(File::options().append(true).open(&log).expect("a log"))
            .stdin(Stdio::null());
        if let Some(url) = evaluating {
            command.env("VIGIE_EVAL_URL", url);
        }
        Self {
            world,
            child: command.spawn().expect("the program runs"),
            log,
            address,
        }
    }

    /// Waits until it does its work.
    #[track_caller]
    pub(crate) fn ready(self) -> Self {
        self.answers(200);
        self
    }

    /// Waits until `/readyz` answers with this status, and gives what it says.
    #[track_caller]
    pub(crate) fn answers(&self, status: u16) -> Value {
        until(&format!("{status} of /readyz"), || {
            let reply = http::get(self.address, "/readyz").ok();
            assert!(self.lives(), "it ended: {}", self.said());
            let reply = reply.filter(|reply| reply.status == status)?;
            Some(serde_json::from_str(&reply.body).expect("JSON"))
        })
    }

    /// Whether it says nothing within so long.
    pub(crate) fn is_mute(&self, patience: Duration) -> bool {
        let Ok(mut stream) = TcpStream::connect(self.address) else {
            return true;
        };
        stream.set_read_timeout(Some(patience)).expect("a time");
        // Written or not, what counts is the answer.
        let _ = stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n");
        stream.read(&mut [0]).is_err()
    }

    /// Everything it says in numbers.
    #[track_caller]
    pub(crate) fn metrics(&self) -> String {
        let reply = http::get(self.address, "/metrics").expect("it answers");
        assert_eq!(reply.status, 200);
        reply.body
    }

    /// The number of this name and these labels, if it says one.
    #[track_caller]
    pub(crate) fn number(&self, name: &str, labels: &str) -> Option<f64> {
        let metrics = self.metrics();
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!(",{labels}")
        };
        let start = format!("{name}{{database=\"main\"{labels}}} ");
        let value = metrics.lines().find_map(|line| line.strip_prefix(&start))?;
        Some(value.parse().unwrap_or_else(|_| panic!("{value} of {start}")))
    }

    /// What it has logged so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).expect("its log")
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("it is there to be signalled");
    }

    /// Its exit, once it ended by itself.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of this test")
    }

    fn lives(&self) -> bool {
        // Without waiting for it, which needs more than a look.
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
        let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
        !state.is_empty() && !state.starts_with('Z')
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !std::thread::panicking() {
            let said = self.said();
            assert!(!said.contains("panicked"), "{said}");
            secrets::none_in(self.world, &said);
        }
    }
}
