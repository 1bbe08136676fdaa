//! A Prometheus of a test's own, with the shipped rules and example, made quick.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::http;

/// How long anything may take that has to come.
const PATIENCE: Duration = Duration::from_mins(2);

/// Where the rules and the example are.
pub(crate) fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/prometheus")
}

/// A running Prometheus; it ends with the test, however that ends.
#[derive(Debug)]
pub(crate) struct Monitor {
    child: Child,
    directory: TempDir,
    address: SocketAddr,
}

impl Monitor {
    /// Starts one that scrapes this service.
    pub(crate) fn of(service: SocketAddr) -> Self {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::start_once(service) {
                Ok(monitor) => return monitor,
                // Somebody may take a free port before Prometheus does.
                Err(log) => assert!(tries < 3, "Prometheus does not start: {log}"),
            }
        }
    }

    /// The alerts that fire now, as Prometheus describes them.
    pub(crate) fn firing(&self) -> Vec<Value> {
        let reply = http::get(self.address, "/api/v1/alerts").expect("Prometheus answers");
        let answer: Value = serde_json::from_str(&reply.body).expect("JSON");
        let alerts = answer["data"]["alerts"].as_array().expect("alerts");
        alerts
            .iter()
            .filter(|alert| alert["state"] == "firing")
            .cloned()
            .collect()
    }

    /// Waits until an alert with these labels fires, and gives it.
    #[track_caller]
    pub(crate) fn fires(&self, labels: &[(&str, &str)]) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let firing = self.firing();
            let is_it = |alert: &&Value| labels.iter().all(|(name, value)| alert["labels"][name] == *value);
            if let Some(alert) = firing.iter().find(is_it) {
                return alert.clone();
            }
            assert!(
                Instant::now() < deadline,
                "{labels:?} does not fire; what fires: {firing:#?}"
            );
            sleep(Duration::from_millis(100));
        }
    }

    fn start_once(service: SocketAddr) -> Result<Self, String> {
        let directory = tempfile::tempdir().expect("a directory");
        for name in ["prometheus.yml", "vigie.rules.yml"] {
            let text = fs::read_to_string(shipped().join(name)).expect(name);
            fs::write(directory.path().join(name), quick(&text, service)).expect(name);
        }
        let address = http::free_address();
        let at = |name: &str| directory.path().join(name);
        let log = fs::File::create(at("log")).expect("a log");
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "prometheus"])
            .arg(format!("--config.file={}", at("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", at("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("setpriv (of util-linux) runs");
        let mut monitor = Self {
            child,
            directory,
            address,
        };
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline && matches!(monitor.child.try_wait(), Ok(None)) {
            if http::get(address, "/-/ready").is_ok_and(|reply| reply.status == 200) {
                return Ok(monitor);
            }
            sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(monitor.directory.path().join("log")).unwrap_or_default();
        Err(format!(
            "{log}\n(package prometheus; `cargo xtask setup` installs it)"
        ))
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // What it has gathered is not kept.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The shipped text with every wait one second long, and the target in place of the example's.
fn quick(text: &str, service: SocketAddr) -> String {
    let line = |line: &str| match line.split_once(": ") {
        Some((key, _)) if key.ends_with("interval") || key.trim() == "for" => format!("{key}: 1s\n"),
        _ => format!("{}\n", line.replace("127.0.0.1:8081", &service.to_string())),
    };
    text.lines().map(line).collect()
}
