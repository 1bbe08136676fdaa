//! Whether a release stays, and the way back: `vigie release decide`, `rollback-plan` and `drill`, and the runbook.

use std::{fs, os::unix::fs::symlink};

use chrono::TimeDelta;
use integrity_core::{Clock as _, SystemClock};
use release_info::host::{Host, Site};
use serde_json::{Value, json};

use crate::harness::{Answer, World};

const A: &str = "depot-web@1.3.2+0c5a77d91e42";
const B: &str = "depot-web@1.4.0+4110b38a1b2c";

/// How the front is told to serve another version, in a folder that the host reads.
const SWITCH: &str = "ln -sfn versions/{version} next && mv -T next current";

struct Front {
    world: World,
    host: Host,
}

impl Front {
    fn new() -> Self {
        let (world, host) = (World::migrated(), Host::start(Site::default()).expect("a port"));
        world.sql(
            "create table public.tanks (name text, litres int); insert into public.tanks values ('T1', 1)",
        );
        let here = world.directory.path();
        fs::create_dir(here.join("checks")).expect("a folder");
        fs::write(here.join("checks/pack.toml"), "name = \"checks\"\nformat = 1\n").expect("written");
        let check = "/*+++\ncode = \"TANK_NEGATIVE\"\nformat = 1\nseverity = \"CRITICAL\"\nentity = \"TANK\"\n\
                     title = { en = \"Below zero\" }\nmessage = { en = \"below zero\" }\nresolve_after = 1\n+++*/\n\
                     select name as entity_id from public.tanks where litres < 0\n";
        fs::write(here.join("checks/tank_negative.sql"), check).expect("written");
        let configuration = format!(
            "packs = [\"./checks\"]\nweb.version_url = \"{}\"\n[release]\ntell = [\"the depot's manager\"]\n\
             [[release.host]]\nenvironment = \"production\"\ntarget = \"web\"\nswitch = \"{SWITCH}\"\n",
            host.url("/version.json")
        );
        fs::write(here.join("vigie.toml"), configuration).expect("written");
        Self { world, host }
    }

    #[track_caller]
    fn release(&self, args: &str) -> Answer {
        let args: Vec<&str> = args.split(' ').collect();
        self.world.vigie(&[&["release"], &args[..]].concat())
    }

    /// Records an event of the web front in production.
    #[track_caller]
    fn record(&self, kind: &str, release: &str, more: &str) {
        let place = format!("--env production --target web --release {release} --actor amina");
        self.release(format!("record {kind} {place} {more}").trim_end())
            .exits(0);
    }

    /// Deploys a version whose manifest names these versions of the schema, and sees it served.
    #[track_caller]
    fn deploys(&self, version: &str, release: &str, schemas: [i64; 2]) {
        let folder = self.world.directory.path().join("versions").join(version);
        fs::create_dir_all(&folder).expect("a folder");
        let manifest = json!({
            "schema": 1, "package": "depot-web", "release": release, "commit": release.split_once('+').expect("+").1,
            "environment": "production", "built_at": null, "min_schema": schemas[0], "max_schema": schemas[1],
        });
        fs::write(folder.join("version.json"), manifest.to_string()).expect("written");
        self.record(
            "started",
            release,
            &format!("--manifest versions/{version}/version.json"),
        );
        let current = self.world.directory.path().join("current");
        let _ = fs::remove_file(&current);
        symlink(format!("versions/{version}"), current).expect("a link");
        self.serve();
        self.record("deployed", release, &format!("--provider-version {version}"));
        self.record("verify_passed", release, r#"--evidence {"seen":"here"}"#);
    }

    /// The host reads what the link names.
    fn serve(&self) {
        let text = fs::read_to_string(self.world.directory.path().join("current/version.json"));
        let manifest: Value = serde_json::from_str(&text.expect("a manifest")).expect("JSON");
        self.host.deploy(Site::of(&manifest));
    }

    #[track_caller]
    fn decides(&self, decision: &str, code: i32) -> Value {
        let told = self.release("decide --env production --json").exits(code).json();
        assert_eq!(told["decision"], decision, "{told:#}");
        told
    }

    fn executes(&self, line: &str) -> Answer {
        self.world.executes(line)
    }
}

const ANY: [i64; 2] = [0, i64::MAX];

fn rule<'a>(told: &'a Value, name: &str) -> &'a Value {
    let rules = told["rules"].as_array().expect("rules");
    rules.iter().find(|rule| rule["rule"] == name).expect("the rule")
}

#[test]
fn what_nobody_has_looked_at_since_never_passes() {
    let front = Front::new();
    front
        .release("decide --env production")
        .exits(3)
        .says("nothing is recorded as live");
    front.deploys("a", A, ANY);
    let told = front.decides("INCONCLUSIVE", 3);
    assert_eq!(rule(&told, "integrity_job")["outcome"], "INCONCLUSIVE");
    front.world.vigie(&["sync"]).exits(0);
    let told = front.decides("PASS", 0);
    for name in ["anonymous_exposure", "refused_requests"] {
        assert_eq!(rule(&told, name)["outcome"], "not installed");
    }
    assert_eq!(rule(&told, "readiness")["outcome"], "not configured");

    // It was open before B, and does not count.
    front.world.sql("update public.tanks set litres = -1");
    front.world.vigie(&["sync"]).exits(0);
    front.deploys("b", B, ANY);
    front.decides("INCONCLUSIVE", 3);
    front.world.vigie(&["sync"]).exits(0);
    front.decides("PASS", 0);
    front.world.sql("insert into public.tanks values ('T2', -5)");
    front.world.vigie(&["sync"]).exits(0);
    let told = front.decides("ROLLBACK", 1);
    let alerts = rule(&told, "critical_alerts");
    assert_eq!(alerts["value"], "1 new");
    assert!(
        alerts["evidence"][0]
            .as_str()
            .expect("evidence")
            .starts_with("TANK_NEGATIVE TANK T2")
    );
    let text = front.release("decide --env production").exits(1).stdout;
    assert!(
        text.contains("not installed") && text.contains("ROLLBACK"),
        "{text}"
    );

    // Two targets are live: one has to be named.
    let api = "--env production --target api --release depot-api@1.0.0+0c5a77d91e42 --actor amina";
    for kind in ["started", "deployed"] {
        front.release(&format!("record {kind} {api}")).exits(0);
    }
    front
        .release("decide --env production")
        .exits(2)
        .says("api, web are live");
    let told = front
        .release("decide --env production --target api --json")
        .exits(3)
        .json();
    assert_eq!(rule(&told, "verification")["value"], "never made");
}

#[test]
fn what_the_journal_of_accesses_says_decides_too() {
    let mut front = Front::new();
    let path = front.world.directory.path().join("vigie.toml");
    let configuration = fs::read_to_string(&path).expect("read");
    let sensitive = format!("{configuration}[access]\nsensitive = [\"public.contracts\"]\n");
    fs::write(&path, sensitive).expect("written");
    front.deploys("a", A, ANY);
    front.world.vigie(&["sync"]).exits(0);
    let without = front.release("decide --env production").exits(0).stdout;
    assert!(without.contains("nobody uses the access journal"), "{without}");

    // Three refusals of two days ago are what is usual.
    let hears = |world: &World, name: &str, ago: TimeDelta, lines: &[(&str, u16, &str)]| {
        let at = (SystemClock.now() - ago).to_rfc3339();
        let line = |(number, (path, status, range)): (usize, &(&str, u16, &str))| {
            let line = json!({
                "time": at, "id": format!("{name}-{number}"), "address": "198.18.0.1", "method": "GET", "path": path,
                "status": status.to_string(), "role": "anon", "agent": "curl/8.5.0", "content_range": range,
            });
            format!("{line}\n")
        };
        world.file(
            "nginx.log",
            lines.iter().enumerate().map(line).collect::<String>(),
        );
        let told = world.vigie(&["access", "ingest", "--source", "nginx", "nginx.log"]);
        told.exits(0);
    };
    let refused = ("/rest/v1/tanks", 403, "");
    let (soon, well) = (TimeDelta::zero(), ("/rest/v1/tanks", 200, "0-3/*"));
    hears(&front.world, "before", TimeDelta::days(2), &[refused; 3]);
    hears(&front.world, "lately", soon, &[well]);
    front.deploys("b", B, ANY);
    front.world.vigie(&["sync"]).exits(0);
    let told = front.decides("INCONCLUSIVE", 3);
    for name in ["anonymous_exposure", "refused_requests"] {
        let evidence = rule(&told, name)["evidence"][0].as_str().expect("evidence");
        assert!(evidence.starts_with("nginx was last heard at "), "{evidence}");
    }
    let text = front.release("decide --env production").exits(3).stdout;
    assert!(text.contains("nginx was last heard at "), "{text}");

    hears(&front.world, "well", soon, &[well]);
    let told = front.decides("PASS", 0);
    assert_eq!(rule(&told, "anonymous_exposure")["outcome"], "PASS");
    assert_eq!(rule(&told, "refused_requests")["value"], "0.00 a minute");

    hears(&front.world, "refused", soon, &[refused]);
    let told = front.decides("HOLD", 1);
    let told = rule(&told, "refused_requests");
    let evidence = told["evidence"][0].as_str().expect("evidence");
    assert!(
        evidence.starts_with("nginx: ") && evidence.ends_with(" a minute, usually 0.00"),
        "{told}"
    );

    // No run has looked yet.
    hears(
        &front.world,
        "read",
        soon,
        &[("/rest/v1/contracts", 200, "0-24/*")],
    );
    let told = front.decides("ROLLBACK", 1);
    let told = rule(&told, "anonymous_exposure");
    assert_eq!(told["value"], "1 exposed", "{told}");
    let text = front.release("decide --env production").exits(1).stdout;
    assert!(
        text.contains("contracts was read without signing in, 1 times"),
        "{text}"
    );
    assert!(!text.contains("198.18."), "{text}");

    // The service's login and people's are enough; who has no role learns nothing.
    let (service, people) = (front.world.service(), front.world.people());
    for (url, more) in [(&service, &[][..]), (&people, &["--as", "amina"])] {
        let args = [&["release", "decide", "--env", "production"], more].concat();
        let answer = Answer::of(&mut front.world.command(url, &args)).exits(1);
        assert!(answer.stdout.contains("ROLLBACK"), "{answer:?}");
    }
    let args = ["release", "decide", "--env", "production", "--as", "nobody"];
    let answer = Answer::of(&mut front.world.command(&people, &args))
        .exits(1)
        .says("you have no role in Vigie");
    assert_eq!(answer.stdout, "");
}

#[test]
fn services_that_are_not_ready_send_a_release_back() {
    use release_info::host::Behaviour;
    let front = Front::new();
    front.deploys("a", A, ANY);
    front.world.vigie(&["sync"]).exits(0);
    let path = front.world.directory.path().join("vigie.toml");
    let configuration = fs::read_to_string(&path).expect("read");
    let said = Site::default().with("/readyz", "application/json", r#"{"status":"ready"}"#);
    let ready = Host::start(said).expect("a port");
    let asks = |url: &str| {
        let asking = format!("{configuration}ready_url = \"{url}\"\n");
        fs::write(&path, asking).expect("written");
    };
    asks(&ready.url("/readyz"));
    front.decides("PASS", 0);
    ready.behave(Behaviour::Shell);
    let told = front.decides("INCONCLUSIVE", 3);
    let value = rule(&told, "readiness")["value"].as_str().expect("words");
    assert!(value.contains("flutter_bootstrap.js"), "{value}");
    ready.behave(Behaviour::Status(503));
    let told = front.decides("ROLLBACK", 1);
    assert_eq!(
        rule(&told, "readiness")["value"],
        "answered with 503, 3 times of 3"
    );
    let gone = ready.url("/readyz");
    drop(ready);
    asks(&gone);
    front.decides("ROLLBACK", 1);
}

#[test]
fn a_run_of_another_pack_is_no_look_at_the_data() {
    let front = Front::new();
    front.deploys("a", A, ANY);
    front.world.vigie(&["sync"]).exits(0);
    front.decides("PASS", 0);
    front.deploys("b", B, ANY);
    front.world.sql("update public.tanks set litres = -1");
    front.world.vigie(&["sync", "--pack", "postgres"]).exits(0);
    let told = front.decides("INCONCLUSIVE", 3);
    let evidence = rule(&told, "integrity_job")["evidence"].to_string();
    assert!(evidence.contains("TANK_NEGATIVE"), "{evidence}");
}

#[test]
fn after_a_rollback_that_failed_another_one_goes_through() {
    let front = Front::new();
    front.deploys("a", A, ANY);
    front.deploys("b", B, ANY);
    let plan = || {
        let line = "rollback-plan --env production --target web --actor amina --json";
        front.release(line).exits(0).json()
    };
    let command = |step: &Value| step["command"].as_str().expect("a command").to_owned();
    let first = plan();
    front.executes(&command(&first["steps"][0])).exits(0);
    front
        .executes(&command(&first["steps"][1]["if_it_fails"][0]))
        .exits(0);
    // Begun again, and interrupted: the plan made now goes on from there.
    front.executes(&command(&plan()["steps"][0])).exits(0);
    let again = plan();
    assert_eq!(
        command(&again["steps"][0]),
        "ln -sfn versions/a next && mv -T next current"
    );
    for step in again["steps"].as_array().expect("steps") {
        // Each as it is printed, and again.
        for _ in 0..2 {
            front.executes(&command(step)).exits(0);
            front.serve();
        }
    }
    let live = front.release("list --json").exits(0).json();
    let live = live["releases"].as_array().expect("releases").iter();
    let live: Vec<_> = live
        .filter(|release| release["live"] == true)
        .map(|release| (&release["release"], &release["stage"]))
        .collect();
    assert_eq!(live, [(&json!(A), &json!("verified"))]);
}

#[test]
fn the_plan_names_a_way_back_or_says_why_there_is_none() {
    let front = Front::new();
    let plan = "rollback-plan --env production --target web";
    front
        .release("rollback-plan --env staging --target web")
        .exits(2)
        .says("no [[release.host]]");
    front.release(plan).exits(1).says("nothing is recorded as live");
    front.deploys("a", A, [10, 20]);
    let refused = front.release(&format!("{plan} --json")).exits(1).json();
    assert_eq!(refused["refused"], "no_target");
    front.deploys("b", B, ANY);

    let newest = front.release(plan).exits(1).says("forward-fix instead");
    assert!(newest.stderr.contains("newer than it knows"), "{newest:?}");
    let planned = front
        .release(&format!("{plan} --schema 15 --json"))
        .exits(0)
        .json();
    assert_eq!((&planned["from"], &planned["to"]), (&json!(B), &json!(A)));
    assert_eq!(planned["schema"], "open");
    assert_eq!(planned["tell"], json!(["the depot's manager"]));
    let commands = planned["steps"].as_array().expect("steps");
    assert_eq!(
        commands[1]["command"],
        "ln -sfn versions/a next && mv -T next current"
    );
    let text = front
        .release(&format!("{plan} --schema 15 --actor amina"))
        .exits(0)
        .stdout;
    assert!(text.contains("15 (given with --schema)"), "{text}");
    for step in commands {
        let command = step["command"].as_str().expect("a command");
        let command = command.replace("\"${VIGIE_ACTOR:?set it to your user id}\"", "amina");
        assert!(text.lines().any(|line| line == command), "{command}\n{text}");
    }
    // What was typed to say which database is part of every command.
    fs::write(front.world.directory.path().join("a database"), front.world.url()).expect("written");
    let typed = [
        "release",
        "rollback-plan",
        "--env",
        "production",
        "--target",
        "web",
        "--schema",
        "15",
    ];
    let typed = [&typed[..], &["--database-url-file", "a database", "--json"]].concat();
    let typed = front.world.vigie(&typed).exits(0).json();
    for command in [
        &typed["steps"][0]["command"],
        &typed["steps"][3]["command"],
        &typed["then"],
    ] {
        let command = command.as_str().expect("a command");
        assert!(
            command.starts_with("vigie --config vigie.toml --database-url-file 'a database' release "),
            "{command}"
        );
    }
    // Nobody knows on which schemas A runs: the plan is printed, and that is said.
    front
        .world
        .sql("update vigie.releases set min_schema = null, max_schema = null");
    let unknown = front.release(plan).exits(3);
    assert!(unknown.stdout.contains("make sure by hand"), "{unknown:?}");
    // What is printed holds nobody's password.
    let path = front.world.directory.path().join("vigie.toml");
    let configuration = fs::read_to_string(&path).expect("read");
    let secret = format!("{configuration}version_url = \"https://u:hunter2@depot.example.org/\"\n");
    fs::write(&path, secret).expect("written");
    let refused = front
        .release(plan)
        .exits(2)
        .says("a URL with a user or a password");
    assert!(!format!("{refused:?}").contains("hunter2"), "{refused:?}");
}

#[test]
fn what_the_ledger_finds_becomes_alerts_once_it_is_used() {
    let front = Front::new();
    front.world.vigie(&["sync"]).exits(0);
    let known = || {
        let state = "select string_agg(code, ' ' order by code) from vigie.checks where active";
        front.world.value(state)
    };
    assert_eq!(known(), "TANK_NEGATIVE", "nobody uses the ledger");
    front.deploys("a", A, ANY);
    front.world.vigie(&["sync"]).exits(0);
    assert_eq!(known(), "RELEASE_UNVERIFIED ROLLBACK_DRILL_OVERDUE TANK_NEGATIVE");
    let live = || {
        front.world.value(
            "select coalesce(string_agg(check_code, ' '), '') from vigie.alerts where status <> 'RESOLVED'",
        )
    };
    assert_eq!(live(), "ROLLBACK_DRILL_OVERDUE");
    front.decides("PASS", 0);
    let drill = "--env production --target web --release";
    front
        .release(&format!(
            r#"record drill_passed {drill} {A} --evidence {{"seen":"here"}}"#
        ))
        .exits(0);
    front.world.vigie(&["sync"]).exits(0);
    assert_eq!(live(), "");

    let checks = front.world.directory.path().join("checks");
    let check = fs::read_to_string(checks.join("tank_negative.sql")).expect("a check");
    let taken = check.replace("TANK_NEGATIVE", "RELEASE_UNVERIFIED");
    fs::write(checks.join("release_unverified.sql"), taken).expect("written");
    let refused = front.world.vigie(&["sync"]).exits(2);
    refused.says("RELEASE_UNVERIFIED: a check of a chosen pack is called as one about releases");
}

#[test]
fn the_drill_goes_as_planned_and_is_recorded() {
    let front = Front::new();
    front
        .release("drill --record --env production --target web")
        .exits(1)
        .says("nothing is recorded as live");
    front.deploys("a", A, ANY);
    let recorded = "select kind || ' ' || (evidence ? 'rollback_seconds') from vigie.release_events order by id desc limit 1";
    let failed =
        front.executes("VIGIE_PG_BIN=/nowhere vigie release drill --record --env production --target web");
    assert!(failed.exits(1).stdout.contains("start a private PostgreSQL"));
    assert_eq!(front.world.value(recorded), "drill_failed true");
    let told = front
        .release("drill --record --env production --target web --json")
        .exits(0)
        .json();
    assert_eq!(told["passed"], true, "{told:#}");
    let evidence = &rule(&told["decision"], "critical_alerts")["evidence"][0];
    assert!(
        evidence
            .as_str()
            .expect("evidence")
            .starts_with("DRILL_NEGATIVE TANK T2"),
        "{told:#}"
    );
    let story: Vec<_> = told["story"]
        .as_array()
        .expect("a story")
        .iter()
        .map(|event| &event["kind"])
        .collect();
    assert_eq!(
        story,
        [
            "started",
            "deployed",
            "verify_passed",
            "rollback_started",
            "rolled_back",
            "rollback_verified"
        ]
    );
    assert!(told["rollback_seconds"].as_f64().expect("seconds") > 0.0);
    assert_eq!(front.world.value(recorded), "drill_passed true");
}

#[test]
fn the_commands_of_the_runbook() {
    let runbook = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/runbooks/web-rollback.md");
    let runbook = fs::read_to_string(runbook).expect("the runbook");
    let (french, english) = runbook.split_once("## English").expect("two languages");
    let blocks = |text: &str| -> Vec<String> {
        let all = text.split("```").skip(1).step_by(2);
        let blocks = all.filter_map(|block| block.strip_prefix("sh\n"));
        blocks.map(str::to_owned).collect()
    };
    let said_in = |text: &str| blocks(text).concat().replace("pas PASS :", "not PASS:");
    assert_eq!(said_in(french), said_in(english), "one set of commands");

    let front = Front::new();
    front.deploys("a", A, ANY);
    front.world.vigie(&["sync"]).exits(0);
    front.deploys("b", B, ANY);
    front.world.sql("update public.tanks set litres = -1");
    front.world.vigie(&["sync"]).exits(0);
    let blocks = blocks(french);
    let [decide, plan, look, drill] = &blocks[..] else {
        panic!("four blocks: {blocks:?}")
    };
    front.executes(decide).exits(0);
    let read = |name: &str| -> Value {
        let text = fs::read_to_string(front.world.directory.path().join(name)).expect("written");
        serde_json::from_str(&text).expect("JSON")
    };
    assert_eq!(read("decision.json")["decision"], "ROLLBACK");
    front.executes(plan).exits(0);
    for step in read("plan.json")["steps"].as_array().expect("steps") {
        front
            .executes(step["command"].as_str().expect("a command"))
            .exits(0);
        front.serve();
    }
    let looked = front.executes(look).exits(0);
    assert!(looked.stdout.contains(&format!("PASS: {A}")), "{looked:?}");
    front.executes(drill).exits(0);
    let story = "select string_agg(kind, ' ' order by id) from vigie.release_events where release = $$";
    let of_b = front.world.value(&format!("{story}{B}$$"));
    assert_eq!(
        of_b,
        "started deployed verify_passed rollback_started rolled_back rollback_verified"
    );
}
