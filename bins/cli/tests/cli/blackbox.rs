//! The blackbox exporter of Prometheus runs what `vigie monitors emit` writes for it.

use std::{
    fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use release_info::host::{Behaviour, Host};
use tempfile::TempDir;

use crate::{
    demo::Running,
    http,
    monitors::{Place, host, site},
};

/// How long anything may take that has to come.
const PATIENCE: Duration = Duration::from_mins(2);

const PROGRAM: &str = "prometheus-blackbox-exporter";

/// A running exporter; it ends with the test, however that ends.
struct Exporter {
    child: Child,
    address: SocketAddr,
    directory: TempDir,
}

impl Exporter {
    /// Starts one with this configuration.
    fn of(configuration: &str) -> Self {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::start_once(configuration) {
                Ok(exporter) => return exporter,
                // Somebody may take a free port before the exporter does.
                Err(log) => assert!(tries < 3, "the exporter does not start: {log}"),
            }
        }
    }

    fn start_once(configuration: &str) -> Result<Self, String> {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name);
        fs::write(at("blackbox.yml"), configuration).expect("a file");
        let address = http::free_address();
        let log = fs::File::create(at("log")).expect("a log");
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", PROGRAM])
            .arg(format!("--config.file={}", at("blackbox.yml").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("setpriv (of util-linux) runs");
        let mut exporter = Self {
            child,
            address,
            directory,
        };
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline && matches!(exporter.child.try_wait(), Ok(None)) {
            if http::get(address, "/-/healthy").is_ok_and(|reply| reply.status == 200) {
                return Ok(exporter);
            }
            sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(exporter.directory.path().join("log")).unwrap_or_default();
        Err(format!(
            "{log}\n(package {PROGRAM}; `cargo xtask setup` installs it)"
        ))
    }

    /// Whether a module is green on a URL.
    #[track_caller]
    fn is_green(&self, module: &str, url: &str) -> bool {
        let reply = http::get(self.address, &format!("/probe?module={module}&target={url}"));
        let text = reply.expect("the exporter answers").body;
        let green = text.lines().any(|line| line == "probe_success 1");
        assert!(
            green || text.lines().any(|line| line == "probe_success 0"),
            "{text}"
        );
        green
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        // It keeps nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn emitted(host: &Host) -> String {
    let place = Place::watching(host);
    place.monitors(&["emit", "--format", "blackbox"]).exits(0).stdout
}

#[test]
fn it_is_green_on_what_is_expected_and_red_on_a_page_of_html() {
    let host = host();
    let exporter = Exporter::of(&emitted(&host));
    let modules = [
        ("vigie_web", "/version.json"),
        ("vigie_api", "/health"),
        ("vigie_sync", "/readyz"),
    ];
    let green = || -> Vec<&str> {
        let asked = modules
            .iter()
            .filter(|(module, path)| exporter.is_green(module, &host.url(path)));
        asked.map(|(module, _)| *module).collect()
    };
    let all = ["vigie_web", "vigie_api", "vigie_sync"];
    assert_eq!(green(), all);
    host.deploy(site("VIGIE_HEALTH_WARN"));
    assert_eq!(green(), all);
    host.deploy(site("VIGIE_HEALTH_FAIL"));
    assert_eq!(green(), ["vigie_web", "vigie_sync"]);
    host.deploy(site("VIGIE_HEALTH_PASS"));
    let elsewhere = self::host();
    for behaviour in [
        Behaviour::Shell,
        Behaviour::Type("text/html".to_owned()),
        Behaviour::Status(503),
        // The exporter asks for nothing packed, and unpacks nothing.
        Behaviour::Gzip,
        Behaviour::Redirect(elsewhere.url("/health")),
    ] {
        let name = format!("{behaviour:?}");
        host.behave(behaviour);
        assert_eq!(green(), Vec::<&str>::new(), "{name}");
    }
    assert_eq!(elsewhere.asked(), 0, "no redirect is followed");
}

#[test]
fn it_is_green_on_the_demo_and_red_on_a_page_of_it() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    let (mut demo, ready) = Running::demo(elsewhere.path());
    let (screens, ops) = (&ready["screens"], &ready["ops"]);
    let (screens, ops) = (
        screens.as_str().expect("a URL"),
        ops.as_str().expect("an address"),
    );
    let (health, readyz) = (format!("{screens}health"), format!("http://{ops}/readyz"));
    let place = Place::with(&format!(
        "[[monitor]]\nname = \"api\"\nkind = \"health\"\nurl = \"{health}\"\nenvironment = \"development\"\n\
         [[monitor]]\nname = \"sync\"\nkind = \"heartbeat\"\nurl = \"{readyz}\"\n"
    ));
    let exporter = Exporter::of(&place.monitors(&["emit", "--format", "blackbox"]).exits(0).stdout);
    // vigie-sync is ready once it has done its first run.
    let deadline = Instant::now() + PATIENCE;
    while !exporter.is_green("vigie_sync", &readyz) {
        assert!(Instant::now() < deadline, "vigie-sync of the demo is not ready");
        sleep(Duration::from_millis(200));
    }
    assert!(exporter.is_green("vigie_api", &health));
    let page = format!("{screens}sign-in");
    let sign_in = page
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .expect("an address");
    let reply = http::get(sign_in.0.parse().expect("an address"), "/sign-in").expect("a page");
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("<html"), "{}", reply.body);
    for module in ["vigie_api", "vigie_sync"] {
        assert!(!exporter.is_green(module, &page), "{module}");
    }
    demo.ends();
    assert!(!exporter.is_green("vigie_api", &health));
    assert!(!exporter.is_green("vigie_sync", &readyz));
}

#[test]
fn what_only_looks_like_it_is_red() {
    let host = host();
    let exporter = Exporter::of(&emitted(&host));
    let page = "<html>\"keyword\": \"VIGIE_HEALTH_PASS\" \"environment\": \"production\"</html>";
    host.deploy(site("VIGIE_HEALTH_PASS").with("/health", "application/json", page));
    assert!(!exporter.is_green("vigie_api", &host.url("/health")));
    let half = r#"{"release":"mlpp-web@x","environment":"production"}"#;
    host.deploy(site("VIGIE_HEALTH_PASS").with("/version.json", "application/json", half));
    assert!(!exporter.is_green("vigie_web", &host.url("/version.json")));
}

#[test]
fn promtool_accepts_the_example_in_the_comments() {
    let text = emitted(&host());
    let example: Vec<_> = text
        .lines()
        .skip_while(|line| *line != "# scrape_configs:")
        .map_while(|line| line.strip_prefix("# ").or_else(|| line.strip_prefix('#')))
        .collect();
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("prometheus.yml");
    fs::write(&file, example.join("\n")).expect("a file");
    let output = Command::new("promtool")
        .args(["check", "config"])
        .arg(&file)
        .output();
    let output = output.expect("promtool runs (package prometheus; `cargo xtask setup` installs it)");
    assert!(output.status.success(), "{output:#?}");
}
