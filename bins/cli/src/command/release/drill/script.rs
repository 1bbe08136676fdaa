//! What is played.

use std::time::Instant;

use release_info::{ReleaseId, host::Behaviour};
use serde_json::Value;

use super::{
    Done, Report,
    stage::{Said, Stage},
};

const A: &str = "drill-web@1.0.0+aaaaaaaaaaaa";
const B: &str = "drill-web@1.1.0+bbbbbbbbbbbb";

/// Where it plays.
pub(super) const ENV: &str = "test";

const PREPARE: &str = include_str!("../../../../../../sql/drill/prepare.sql");
const BREAK: &str = include_str!("../../../../../../sql/drill/break.sql");

/// How long a look at the host takes, where the plan does not say it.
const QUICKLY: &str = "--times 2 --over 1";

/// Plays it, to the end or to where it goes wrong.
pub(super) fn play(stage: &Stage<'_>) -> Report {
    let mut play = Play {
        stage,
        report: Report::new(),
    };
    play.report.passed = play.all().is_some();
    play.report
}

struct Play<'a> {
    stage: &'a Stage<'a>,
    report: Report,
}

impl Play<'_> {
    /// None where something went wrong, which the last step says.
    fn all(&mut self) -> Option<()> {
        let told = |error: std::io::Error| error.to_string();
        self.does(
            "prepare a database, and build two versions of a web front",
            |stage| {
                exits(stage, "vigie migrate", 0)?;
                stage.sql(PREPARE)?;
                exits(stage, "vigie install", 0)?;
                for (version, release) in [("a", A), ("b", B)] {
                    let release: ReleaseId = release.parse().map_err(|_| "no release".to_owned())?;
                    stage.build(version, &release).map_err(told)?;
                }
                Ok(())
            },
        )?;
        self.deploys("a", A)?;
        self.is_decided("PASS", 0)?;
        self.deploys("b", B)?;
        self.is_not_fooled()?;
        self.does("B spoils the data, and the checks find it", |stage| {
            stage.sql(BREAK)?;
            exits(stage, "vigie sync", 0).map(drop)
        })?;
        let began = Instant::now();
        self.is_decided("ROLLBACK", 1)?;
        self.goes_back()?;
        self.report.rollback_seconds = Some(began.elapsed().as_secs_f64());
        self.is_told()
    }

    fn deploys(&mut self, version: &str, release: &str) -> Option<()> {
        let what = format!("deploy {release}, look at what is served, and run the checks");
        self.does(&what, |stage| {
            let record = |kind: &str, more: &str| {
                let place = format!("--env {ENV} --target web --release {release} --actor rehearsal");
                exits(stage, &format!("vigie release record {kind} {place} {more}"), 0)
            };
            record("started", &format!("--manifest versions/{version}/version.json"))?;
            exits(
                stage,
                &format!("ln -sfn versions/{version} next && mv -T next current"),
                0,
            )?;
            stage.serve().map_err(|error| error.to_string())?;
            record("deployed", &format!("--provider-version {version}"))?;
            let look = format!("{} --record --target web --actor rehearsal", verify(release));
            exits(stage, &look, 0)?;
            exits(stage, "vigie sync", 0).map(drop)
        })
    }

    /// What misbehaves is seen to: each time the answer is the right one.
    fn is_not_fooled(&mut self) -> Option<()> {
        let cases = [
            ("a stale cache", 1, (|a| Behaviour::Stale(a)) as fn(_) -> _),
            ("two versions by turns", 1, |a| Behaviour::Flapping(a)),
            ("a single-page app's shell", 3, |_| Behaviour::Shell),
        ];
        for (name, code, behaviour) in cases {
            self.does(&format!("the host misbehaves: {name}"), |stage| {
                let before = stage.site("a").map_err(|error| error.to_string())?;
                stage.behave(behaviour(before));
                let looked = exits(stage, &verify(B), code);
                stage.behave(Behaviour::Right);
                looked.map(drop)
            })?;
        }
        Some(())
    }

    fn is_decided(&mut self, wanted: &str, code: i32) -> Option<()> {
        let mut decision = None;
        self.does(&format!("decide: {wanted}"), |stage| {
            let line = format!("vigie release decide --env {ENV} --target web --json");
            let told = exits(stage, &line, code)?.json()?;
            if told["decision"] != wanted {
                return Err(format!("{} in place of {wanted}", told["decision"]));
            }
            decision = Some(told);
            Ok(())
        })?;
        self.report.decision = decision;
        Some(())
    }

    /// Every command of the plan, as it is printed.
    fn goes_back(&mut self) -> Option<()> {
        let mut steps = Vec::new();
        self.does("plan the rollback", |stage| {
            let line =
                format!("vigie release rollback-plan --env {ENV} --target web --actor rehearsal --json");
            let plan = exits(stage, &line, 0)?.json()?;
            if plan["to"] != A {
                return Err(format!("back to {}", plan["to"]));
            }
            steps = plan["steps"].as_array().cloned().unwrap_or_default();
            Ok(())
        })?;
        for step in &steps {
            let text = |key: &str| step[key].as_str().unwrap_or_default();
            self.does(text("what"), |stage| {
                exits(stage, text("command"), 0)?;
                stage.serve().map_err(|error| error.to_string())
            })?;
        }
        Some(())
    }

    /// The ledger knows what has happened.
    fn is_told(&mut self) -> Option<()> {
        let mut story = Vec::new();
        self.does("read the ledger", |stage| {
            let list = exits(stage, "vigie release list --json", 0)?.json()?;
            let releases = list["releases"].as_array().cloned().unwrap_or_default();
            let is_live = |release: &&Value| release["live"] == true;
            let live: Vec<_> = releases
                .iter()
                .filter(is_live)
                .map(|live| (&live["release"], &live["stage"]))
                .collect();
            if live != [(&A.into(), &"verified".into())] {
                return Err(format!("not {A} alone is live and verified: {live:?}"));
            }
            let shown = exits(stage, &format!("vigie release show {B} --json"), 0)?.json()?;
            let events = shown["events"].as_array().cloned().unwrap_or_default();
            let kinds: Vec<_> = events.iter().filter_map(|event| event["kind"].as_str()).collect();
            let wanted = [
                "started",
                "deployed",
                "verify_passed",
                "rollback_started",
                "rolled_back",
                "rollback_verified",
            ];
            if kinds != wanted {
                return Err(format!("the ledger tells another story: {}", kinds.join(", ")));
            }
            let told = events.iter().map(|event| {
                serde_json::json!({ "at": event["at"], "kind": event["kind"], "release": event["release"] })
            });
            story = told.collect();
            Ok(())
        })?;
        self.report.story = story;
        Some(())
    }

    fn does(&mut self, what: &str, work: impl FnOnce(&Stage<'_>) -> Result<(), String>) -> Option<()> {
        let began = Instant::now();
        let wrong = work(self.stage).err();
        let went = wrong.is_none().then_some(());
        self.report.steps.push(Done {
            what: what.to_owned(),
            seconds: began.elapsed().as_secs_f64(),
            wrong,
        });
        went
    }
}

fn verify(release: &str) -> String {
    format!("vigie release verify --expect {release} --env {ENV} {QUICKLY}")
}

/// Executes a line, and insists on its exit code.
fn exits(stage: &Stage<'_>, line: &str, code: i32) -> Result<Said, String> {
    let said = stage.execute(line).map_err(|error| format!("{line}: {error}"))?;
    if said.code == Some(code) {
        return Ok(said);
    }
    let got = said
        .code
        .map_or_else(|| "a signal".to_owned(), |code| code.to_string());
    Err(format!(
        "{line}: ended with {got} in place of {code}: {}{}",
        said.stderr.trim(),
        said.stdout.trim()
    ))
}
