//! The ledger of releases, on the command line.

use serde_json::{Value, json};

use crate::harness::{Answer, World};

const A: &str = "depot-web@1.3.2+0c5a77d91e42";
const B: &str = "depot-web@1.4.0+4110b38a1b2c";
const C: &str = "depot-web@1.5.0+9d8e7f6a5b4c";

/// What proof comes with.
const SEEN: [&str; 2] = ["--evidence", r#"{"seen":"by hand"}"#];

struct Ledger(World);

impl Ledger {
    fn new() -> Self {
        Self(World::migrated())
    }

    /// Records an event of a release of the web front in production.
    fn try_record(&self, kind: &str, release: &str, more: &[&str]) -> Answer {
        let place = ["--env", "production", "--target", "web", "--release", release];
        self.0
            .vigie(&[&["release", "record", kind], &place[..], more].concat())
    }

    #[track_caller]
    fn record(&self, kind: &str, release: &str, more: &[&str]) {
        let more = [&["--actor", "amina"], more].concat();
        self.try_record(kind, release, &more).exits(0);
    }

    #[track_caller]
    fn records(&self, kinds: &[&str], release: &str) {
        for kind in kinds {
            self.record(kind, release, &[]);
        }
    }

    fn list(&self) -> Value {
        self.0.vigie(&["release", "list", "--json"]).exits(0).json()
    }

    /// What is live, by its name.
    fn live(&self) -> Vec<String> {
        let list = self.list();
        let releases = list["releases"].as_array().expect("releases").iter();
        let live = releases.filter(|release| release["live"] == true);
        live.map(|release| release["release"].as_str().expect("a name").to_owned())
            .collect()
    }

    fn events(&self) -> String {
        self.0
            .value("select string_agg(kind, ' ' order by id) from vigie.release_events")
    }
}

#[test]
fn deployed_refuted_and_rolled_back() {
    let ledger = Ledger::new();
    let manifest = json!({
        "version": "1.3.2", "schema": 1, "release": A, "commit": "0c5a77d91e42", "environment": "production",
        "built_at": null, "min_schema": 3, "max_schema": 9, "content_sha256": "ab".repeat(32),
    });
    ledger.0.file("build/version.json", manifest.to_string());
    ledger.record("started", A, &["--key", "deploy-1"]);
    let open = ledger.0.vigie(&["release", "list"]).exits(0).stdout;
    let hint = format!("{A} is started at production web; next: deployed, failed");
    assert!(open.contains(&hint), "{open}");
    let with_manifest = ["--manifest", "build/version.json", "--provider-version", "8f2c1d"];
    ledger.record("deployed", A, &with_manifest);
    ledger
        .0
        .file("look.json", r#"{"looks": 3, "address": "198.51.100.7"}"#);
    ledger
        .try_record("verify_passed", A, &["--evidence", "look.json"])
        .exits(0);
    ledger.record("promoted", A, &[]);
    ledger.records(&["started", "deployed"], B);
    ledger
        .try_record("verify_failed", B, &["--evidence", r#"{"served": "index.html"}"#])
        .exits(0);
    assert_eq!(ledger.live(), [B]);
    ledger.record(
        "rollback_started",
        B,
        &["--to", A, "--reason", "les stocks sont affichés deux fois"],
    );
    ledger.record("rolled_back", B, &["--provider-version", "9a9a9a"]);
    assert_eq!(ledger.live(), [A]);
    let show = || ledger.0.vigie(&["release", "show", A]).exits(0).stdout;
    let unproved = show();
    let says = "nothing proves it (last seen before it went live, ";
    assert!(unproved.contains(says), "{unproved}");
    ledger.try_record("verify_passed", A, &SEEN).exits(0);
    ledger.try_record("rollback_verified", B, &SEEN).exits(0);

    let show = ledger.0.vigie(&["release", "show", A, "--json"]).exits(0).json();
    let release = &show["releases"][0];
    assert_eq!(
        (&release["stage"], &release["live"]),
        (&json!("verified"), &json!(true))
    );
    assert_eq!(
        (&release["min_schema"], &release["max_schema"]),
        (&json!(3), &json!(9))
    );
    assert_eq!(release["provider_version"], "9a9a9a");
    assert_eq!(show["events"][2]["evidence"]["looks"], 3);
    assert_eq!(
        (&show["events"][2]["actor"], &show["events"][1]["actor"]),
        (&Value::Null, &json!("amina"))
    );
    let told = |release| {
        let told = ledger.0.vigie(&["release", "show", release]).exits(0).stdout;
        crate::redact::redact(&told)
    };
    insta::assert_snapshot!("release_returned_to", told(A));
    insta::assert_snapshot!("release_rolled_back", told(B));
    let list = ledger.0.vigie(&["release", "list"]).exits(0).stdout;
    insta::assert_snapshot!("release_list", crate::redact::redact(&list));
}

#[test]
fn what_may_not_come_says_what_may() {
    let ledger = Ledger::new();
    let refused = |kind: &str, release: &str, more: &[&str], says: &str| {
        let more = [&["--actor", "amina"], more].concat();
        ledger.try_record(kind, release, &more).exits(1).says(says);
    };
    refused(
        "deployed",
        A,
        &[],
        "deployed does not come now: a release begins with started",
    );
    ledger.record("started", A, &["--key", "deploy-1"]);
    refused(
        "verify_passed",
        A,
        &SEEN,
        "verify_passed does not come now: after started come deployed, failed",
    );
    refused(
        "started",
        B,
        &[],
        &format!("{A} is started at production web; end that first"),
    );
    refused(
        "started",
        B,
        &["--key", "deploy-1"],
        &format!("the key is that of another event: started of {A} at production web"),
    );
    let code = |kind: &str, release: &str, key: &str| {
        let more = ["--actor", "amina", "--key", key, "--json"];
        let answer = ledger.try_record(kind, release, &more).exits(1).json();
        answer["error"]["code"].as_str().expect("a word").to_owned()
    };
    assert_eq!(code("promoted", A, "2"), "out_of_order");
    assert_eq!(code("started", B, "3"), "occupied");
    assert_eq!(code("started", B, "deploy-1"), "conflict");
    ledger.record("failed", A, &[]);
    refused("verify_passed", A, &SEEN, "after failed come started");
    assert_eq!(ledger.events(), "started failed");
}

#[test]
fn a_command_given_twice_is_done_once() {
    let ledger = Ledger::new();
    let more = [
        "--actor",
        "didier",
        "--key",
        "deploy-1",
        "--reason",
        "mise à jour",
    ];
    let first = ledger
        .try_record("started", A, &[&more[..], &["--json"]].concat())
        .exits(0)
        .json();
    ledger.record("deployed", A, &[]);
    let again = ledger
        .try_record("started", A, &[&more[..], &["--json"]].concat())
        .exits(0)
        .json();
    assert_eq!(
        (&first["replayed"], &again["replayed"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(again["event"], first["event"]);
    assert_eq!(again["release"]["stage"], "deployed");
    let said = ledger.try_record("started", A, &more).exits(0).stdout;
    assert!(said.starts_with("Recorded before, "), "{said}");
    assert_eq!(ledger.events(), "started deployed");
}

#[test]
fn what_is_given_must_be_right() {
    let ledger = Ledger::new();
    let wrong = |kind: &str, release: &str, more: &[&str], says: &str| {
        let more = [&["--actor", "amina"], more].concat();
        ledger.try_record(kind, release, &more).exits(2).says(says);
    };
    wrong("begun", A, &[], "one of started, deployed");
    wrong("started", "depot-web@1.4.0+4110b38", &[], "E513");
    wrong(
        "started",
        "depot-web@1.4.0+4110b38a1b2c.dirty",
        &[],
        "--release: it may hold changes",
    );
    wrong("rollback_started", A, &[], "--to: ");
    wrong("started", A, &["--to", B], "--to: ");
    wrong("started", A, &["--evidence", "{"], "--evidence: not JSON");
    wrong(
        "verify_passed",
        A,
        &[],
        "--evidence: verify_passed comes with what shows it",
    );
    wrong(
        "started",
        A,
        &["--evidence", "none.json"],
        "--evidence: none.json: No such file",
    );
    ledger.0.file(
        "other.json",
        format!(r#"{{"release": "{B}", "environment": "production", "min_schema": 1, "max_schema": 2}}"#),
    );
    ledger.0.file("web.json", r#"{"version": "1.3.2"}"#);
    wrong(
        "started",
        A,
        &["--manifest", "other.json"],
        "other.json: it is that of another release",
    );
    wrong(
        "started",
        A,
        &["--manifest", "web.json"],
        "web.json: not a manifest",
    );
    let elsewhere = [
        "--env",
        "prod",
        "--target",
        "web",
        "--release",
        A,
        "--actor",
        "amina",
    ];
    let answer = ledger
        .0
        .vigie(&[&["release", "record", "started"], &elsewhere[..]].concat());
    answer.exits(2).says("did you mean \"production\"?");
    assert_eq!(ledger.events(), "");
    ledger.record("started", A, &[]);
    ledger.record("deployed", A, &[]);
    wrong(
        "rollback_started",
        A,
        &["--to", C],
        "--to: a rollback returns to a release that was live there and was not itself rolled back",
    );
    ledger
        .0
        .vigie(&["release", "show", C])
        .exits(1)
        .says("nothing was recorded of");
}

#[test]
fn who_may_and_who_may_not() {
    let mut ledger = Ledger::new();
    ledger
        .try_record("started", A, &[])
        .exits(2)
        .says("say who you are with --actor USER_ID");
    ledger
        .try_record("started", A, &["--actor", " "])
        .exits(2)
        .says("--actor USER_ID");
    for who in ["patricia", "nobody"] {
        ledger
            .try_record("started", A, &["--actor", who])
            .exits(1)
            .says("your role may not do this");
    }
    let (service, people) = (ledger.0.service(), ledger.0.people());
    let stranger = ledger.0.stranger();
    let on = |url: &str, kind: &str, more: &[&str]| {
        let place = ["--env", "production", "--target", "web", "--release", A];
        let args = [&["release", "record", kind], &place[..], more].concat();
        Answer::of(&mut ledger.0.command(url, &args))
    };
    on(&service, "started", &["--actor", "amina"]).exits(1);
    on(&people, "started", &["--actor", "didier"]).exits(0);
    on(&people, "deployed", &["--actor", "didier"]).exits(0);
    on(&service, "verify_passed", &SEEN).exits(0);
    on(&people, "verify_passed", &SEEN).exits(2);
    on(&stranger, "verify_passed", &SEEN).exits(2);
    let list = |url: &str, more: &[&str]| {
        let args = [&["release", "list"], more].concat();
        Answer::of(&mut ledger.0.command(url, &args))
    };
    list(&service, &[]).exits(0);
    list(&people, &["--as", "patricia"]).exits(0);
    list(&people, &["--as", "nobody"])
        .exits(1)
        .says("no role in Vigie");
    list(&people, &[]).exits(2);
    assert_eq!(ledger.events(), "started deployed verify_passed");
}

#[test]
fn the_commands_of_the_guide() {
    let guide = include_str!("../../../../docs/guides/releases.md");
    let ledger = Ledger::new();
    let blocks: Vec<&str> = guide.split("```").skip(1).step_by(2).collect();
    let executes = |what: &str| {
        let is_it = |block: &&str| block.starts_with("sh\n") && block.contains(what);
        let block = blocks.iter().copied().find(is_it).expect(what);
        ledger.0.executes(&block[3..]).exits(0)
    };
    executes("release record");
    executes("release record");
    assert_eq!(ledger.events(), "started deployed note note", "a key is once");
    let told = executes("release decide");
    assert!(told.stdout.contains("not PASS: 3"), "{told:#?}");
    assert!(told.stdout.contains("no way back: 2"), "{told:#?}");
    told.says("no [[release.host]] says how");
}

/// What is live may have been spoken of longest ago.
#[test]
fn a_list_begins_with_what_is_live_and_open() {
    let ledger = Ledger::new();
    ledger.records(&["started", "deployed"], A);
    ledger.records(&["started", "failed", "started", "failed"], B);
    ledger.records(&["started"], C);
    ledger.record("note", B, &[]);
    let list = |more: &[&str]| ledger.0.vigie(&[&["release", "list"], more].concat());
    let page = |more: &[&str]| {
        let page = list(&[more, &["--json"]].concat()).exits(0).json();
        let releases = page["releases"].as_array().expect("releases").iter();
        let names = releases.map(|release| release["release"].as_str().expect("a name").to_owned());
        (names.collect::<Vec<_>>(), page["next"].clone())
    };
    let (first, next) = page(&["--limit", "1"]);
    assert_eq!(first, [A, C, B]);
    let (others, end) = page(&["--after", &next.to_string()]);
    assert_eq!((others, end), (Vec::new(), Value::Null), "each of them once");
    let after = |place: &str| list(&["--after", place]).exits(0).stdout;
    assert_eq!(after(&next.to_string()).trim(), "No more releases.");
    let none = list(&["--target", "api"]).exits(0).stdout;
    assert_eq!(none.trim(), "No such release was recorded.");
    list(&["--target", "Web"])
        .exits(2)
        .says("--target: 1 to 40 characters");
}
