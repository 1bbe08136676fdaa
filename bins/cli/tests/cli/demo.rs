//! `vigie demo`, and that a second run of the checks writes nothing.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    path::Path,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use access_journal::rules::Rule;
use integrity_core::Pack;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

use crate::harness::{Answer, World, vigie};

#[test]
fn every_check_of_the_pack_fires_in_the_demo() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    let answer = Answer::of(vigie(elsewhere.path()).args(["demo", "--once", "--json"])).exits(0);
    assert_eq!(answer.stderr, "");
    let report = answer.json();
    let rows = report["checks"].as_array().expect("checks");
    let codes: Vec<_> = rows
        .iter()
        .map(|row| row["code"].as_str().expect("a code").to_owned())
        .collect();
    let of = |pack: &str| -> Vec<String> {
        let pack = Pack::builtin(pack).expect("the pack");
        pack.codes().map(ToString::to_string).collect()
    };
    let depot = of("depot");
    let accesses: Vec<String> = Rule::ALL.iter().map(ToString::to_string).collect();
    let mut all = [depot.clone(), of("postgres"), accesses.clone()].concat();
    all.sort();
    assert_eq!(codes, all);
    // as in earnest: by the login that is there for that alone
    assert_eq!(report["evaluated_by"]["login"], "vigie_eval");
    for row in rows {
        assert_eq!(row["outcome"], "Complete", "{row:#}");
        let told = u64::from(
            ["ACCESS_PASSWORD_SPRAY", "ANON_DATA_EXPOSED"]
                .iter()
                .any(|code| row["code"] == *code),
        );
        let is_access = accesses.iter().any(|code| row["code"] == code.as_str());
        assert!(!is_access || row["findings"] == told, "{row:#}");
        let is_depots = depot.iter().any(|code| row["code"] == code.as_str());
        assert!(!is_depots || row["findings"].as_u64() >= Some(1), "{row:#}");
        assert_eq!(row["opened"], row["findings"], "{row:#}");
        for key in ["reopened", "changed", "cleared", "refuted", "kept", "merged"] {
            assert_eq!(row[key], 0, "{key} in {row:#}");
        }
    }
    assert_eq!(report["status"], "OK");
    assert_eq!(report["coverage"]["enabled"], all.len());
    assert_eq!(report["coverage"]["fresh"], all.len());
    assert_eq!(
        report["coverage"]["covered"],
        all.len(),
        "fresh, and proved by fixtures"
    );
    let live: u64 = report["alerts"]
        .as_array()
        .expect("alerts")
        .iter()
        .filter_map(|n| n["count"].as_u64())
        .sum();
    let found: u64 = rows.iter().filter_map(|row| row["findings"].as_u64()).sum();
    assert_eq!(live, found);
    assert_eq!(report["alerts"][0]["severity"], "CRITICAL");
    assert_eq!(report["alerts"][0]["status"], "OPEN");
}

#[test]
fn a_second_run_writes_no_alert() {
    let world = World::depot();
    let first = world
        .vigie(&["sync", "--pack", "depot", "--json"])
        .exits(0)
        .json();
    assert!(
        first["checks"]
            .as_array()
            .expect("checks")
            .iter()
            .all(|row| row["opened"].as_u64() >= Some(1))
    );
    let before = world.traces();
    let second = world
        .vigie(&["sync", "--pack", "depot", "--json"])
        .exits(0)
        .json();
    for row in second["checks"].as_array().expect("checks") {
        for key in ["opened", "reopened", "changed", "cleared", "refuted"] {
            assert_eq!(row[key], 0, "{key} in {row:#}");
        }
        assert_eq!(row["stale"], false);
    }
    assert_eq!(world.traces(), before, "alerts were written");
    assert_eq!(
        world.value("select string_agg(status, ' ' order by id) from vigie.runs"),
        "OK OK"
    );
    let tolerance = "select parameters -> 'STOCK_LEDGER_MISMATCH' ->> 'tolerance_l' from vigie.runs limit 1";
    assert_eq!(world.value(tolerance), "1");
}

/// A program that does not outlive its test.
pub(crate) struct Running(Child);

impl Running {
    /// A demo that is ready, and what it says then.
    pub(crate) fn demo(directory: &Path) -> (Self, Value) {
        let mut demo = Self(
            vigie(directory)
                .args(["demo", "--port", "0", "--json"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the demo"),
        );
        let output = BufReader::new(demo.0.stdout.take().expect("its output"));
        let ready = output
            .lines()
            .map_while(Result::ok)
            .find(|line| line.contains("\"ready\":true"))
            .expect("the demo ended before it was ready");
        (demo, serde_json::from_str(&ready).expect("JSON"))
    }

    pub(crate) fn ends(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.0.id()).expect("a process id"));
        kill(pid, Signal::SIGTERM).expect("asked to end");
        assert_eq!(self.code_within(Duration::from_secs(30)), Some(0));
    }

    fn code_within(&mut self, limit: Duration) -> Option<i32> {
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline {
            if let Some(status) = self.0.try_wait().expect("it can be asked") {
                return status.code();
            }
            sleep(Duration::from_millis(20));
        }
        panic!("it does not end");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless the test has failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_demo_stays_until_it_is_told_to_end() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    let mut demo = Running(
        vigie(elsewhere.path())
            .args(["demo", "--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the demo"),
    );
    let mut lines = BufReader::new(demo.0.stdout.take().expect("its output"))
        .lines()
        .map_while(Result::ok);
    assert!(
        lines.any(|line| line.starts_with("ready")),
        "the demo ended before it was ready"
    );
    let export = lines
        .find(|line| line.contains("export VIGIE_DATABASE_URL="))
        .expect("what to type");
    let url = export.split('\'').nth(1).expect("a URL").to_owned();

    let second =
        |args: &[&str]| Answer::of(vigie(elsewhere.path()).env("VIGIE_DATABASE_URL", &url).args(args));
    let report = second(&["sync", "--pack", "depot", "--json"]).exits(0).json();
    assert!(
        report["checks"]
            .as_array()
            .expect("checks")
            .iter()
            .all(|row| row["opened"] == 0),
        "{report:#}"
    );
    let alerts = second(&["alerts", "list", "--json"]).exits(0).json();
    let id = alerts["alerts"][0]["id"].as_str().expect("an alert").to_owned();
    second(&["alerts", "ack", &id, "--as", "didier"]).exits(0);
    let history = second(&["alerts", "history", &id, "--json"]).exits(0).json();
    assert_eq!(
        history["events"][0]["login"], "vigie_sync",
        "the least login that suffices"
    );
    second(&["alerts", "ack", &id, "--as", "patricia"])
        .exits(1)
        .says("not allowed");

    let address = url
        .rsplit('@')
        .next()
        .and_then(|rest| rest.split('/').next())
        .expect("host and port")
        .to_owned();
    TcpStream::connect(&address).expect("the server listens");
    demo.ends();
    assert!(TcpStream::connect(&address).is_err(), "the server is still there");
}

#[test]
fn a_kept_demo_goes_on_where_it_ended() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    let run = || {
        Answer::of(vigie(elsewhere.path()).args(["demo", "--once", "--json", "--keep", "kept"]))
            .exits(0)
            .json()
    };
    let opened = |report: &serde_json::Value| -> u64 {
        report["checks"]
            .as_array()
            .expect("checks")
            .iter()
            .filter_map(|row| row["opened"].as_u64())
            .sum()
    };
    assert!(opened(&run()) > 0);
    assert_eq!(opened(&run()), 0);
}
