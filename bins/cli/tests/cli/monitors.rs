//! `vigie monitors`: what others read, and whether they would notice.

use release_info::host::{Behaviour, Host, Site};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Answer, vigie};

const MANIFEST: &str = r#"{
    "app_name": "depot", "schema": 1, "package": "mlpp-web", "release": "mlpp-web@0.2.0+4110b38a1b2c",
    "commit": "4110b38a1b2c", "environment": "production", "built_at": null, "min_schema": 1, "max_schema": 1
}"#;

fn health(keyword: &str) -> Value {
    json!({ "status": "x", "keyword": keyword, "serviceId": "vigie-api", "environment": "production" })
}

/// A host that has everything that is watched.
pub(crate) fn site(keyword: &str) -> Site {
    Site::default()
        .with("/version.json", "application/json", MANIFEST)
        .with("/health", "application/health+json", health(keyword).to_string())
        .with("/readyz", "application/json", r#"{"status":"ready"}"#)
}

pub(crate) fn host() -> Host {
    Host::start(site("VIGIE_HEALTH_PASS")).expect("a port")
}

/// A folder with a configuration.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn with(configuration: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::write(directory.path().join("vigie.toml"), configuration).expect("a file");
        Self(directory)
    }

    /// One that watches everything that a host has.
    pub(crate) fn watching(host: &Host) -> Self {
        Self::with(&format!(
            "sync.heartbeat_url_file = \"heartbeat\"\n[web]\nversion_url = \"{}\"\n\
             [[monitor]]\nname = \"web\"\nkind = \"web\"\npackage = \"mlpp-web\"\nenvironment = \"production\"\n\
             [[monitor]]\nname = \"api\"\nkind = \"health\"\nurl = \"{}\"\nenvironment = \"production\"\n\
             [[monitor]]\nname = \"sync\"\nkind = \"heartbeat\"\nurl = \"{}\"\n",
            host.url("/version.json"),
            host.url("/health"),
            host.url("/readyz")
        ))
    }

    pub(crate) fn monitors(&self, more: &[&str]) -> Answer {
        Answer::of(vigie(self.0.path()).arg("monitors").args(more))
    }

    #[track_caller]
    fn tested(&self, code: i32) -> Vec<(String, String)> {
        let report = self.monitors(&["test", "--json"]).exits(code).json();
        let monitors = report["monitors"].as_array().expect("monitors").iter();
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        monitors
            .map(|trial| {
                assert_eq!(trial["on_a_page"]["result"], "red", "{trial:#}");
                (word(&trial["name"]), word(&trial["standing"]["result"]))
            })
            .collect()
    }
}

fn of(results: [(&str, &str); 3]) -> Vec<(String, String)> {
    results
        .map(|(name, result)| (name.to_owned(), result.to_owned()))
        .to_vec()
}

#[test]
fn what_is_as_expected_is_green_and_each_thing_that_is_not_is_red() {
    let host = host();
    let place = Place::watching(&host);
    let green = of([("web", "green"), ("api", "green"), ("sync", "green")]);
    assert_eq!(place.tested(0), green);

    host.deploy(site("VIGIE_HEALTH_WARN"));
    assert_eq!(place.tested(0), green);

    host.deploy(site("VIGIE_HEALTH_FAIL"));
    assert_eq!(
        place.tested(1),
        of([("web", "green"), ("api", "red"), ("sync", "green")])
    );

    host.deploy(site("VIGIE_HEALTH_PASS").without("/version.json"));
    assert_eq!(
        place.tested(1),
        of([("web", "red"), ("api", "green"), ("sync", "green")])
    );

    let waiting = site("VIGIE_HEALTH_PASS").with("/readyz", "application/json", r#"{"status":"not ready"}"#);
    host.deploy(waiting);
    assert_eq!(
        place.tested(1),
        of([("web", "green"), ("api", "green"), ("sync", "red")])
    );

    host.deploy(site("VIGIE_HEALTH_PASS"));
    let all_red = of([("web", "red"), ("api", "red"), ("sync", "red")]);
    for behaviour in [Behaviour::Shell, Behaviour::Status(503), Behaviour::Reset] {
        host.behave(behaviour);
        assert_eq!(place.tested(1), all_red);
    }
    drop(host);
    assert_eq!(place.tested(1), all_red);
}

#[test]
fn a_heartbeat_that_is_only_heard_cannot_be_told() {
    let place = Place::with("[[monitor]]\nname = \"sync\"\nkind = \"heartbeat\"\n");
    let told = place.monitors(&["test"]).exits(3);
    assert!(told.stdout.contains("unknown: nothing can be asked"), "{told:#?}");
}

#[test]
fn people_read_why() {
    let host = host();
    let place = Place::watching(&host);
    host.behave(Behaviour::Shell);
    let told = place.monitors(&["test", "--only", "web"]).exits(1).stdout;
    let expected = format!(
        "web  web  {}\n  red: the page of a single-page app, which has flutter_bootstrap.js in it\n  \
         on a page of HTML: red, as it must be\n",
        host.url("/version.json")
    );
    assert_eq!(told, expected);
    place
        .monitors(&["test", "--only", "nobody"])
        .exits(2)
        .says("no [[monitor]] has this name");
}

#[test]
fn each_format_is_printed_whole_and_as_json() {
    let place = Place::watching(&host());
    for (format, words) in [
        ("gatus", "endpoints:\n  - name: \"web\"\n"),
        ("blackbox", "modules:\n  vigie_web:\n    prober: http\n"),
        ("kubernetes", "httpGet: { path: /readyz, port: 8081 }\n"),
        ("uptimerobot", "\napi, fails\n  Type: Keyword\n"),
    ] {
        let text = place.monitors(&["emit", "--format", format]).exits(0).stdout;
        assert!(text.contains(words), "{text}");
        let json = place
            .monitors(&["emit", "--format", format, "--json"])
            .exits(0)
            .json();
        assert_eq!(json["text"], text);
    }
}

#[test]
fn a_wrong_list_is_refused_with_its_reason() {
    let monitor = |more: &str| format!("[[monitor]]\n{more}");
    for (list, why) in [
        (String::new(), "no [[monitor]] stands in it"),
        (monitor("name = \"Web\"\nkind = \"web\"\n"), "name: a to z"),
        (monitor("name = \"web\"\nkind = \"web\"\n"), "url: what is asked?"),
        (
            monitor("name = \"web\"\nkind = \"web\"\nurl = \"http://a\"\npackage = \"web-\"\n"),
            "package: a name such as",
        ),
        (
            monitor("name = \"api\"\nkind = \"health\"\nurl = \"ftp://a\"\n"),
            "url: no URL such as",
        ),
        (
            monitor("name = \"api\"\nkind = \"health\"\nurl = \"http://a\"\npackage = \"b\"\n"),
            "package: this kind",
        ),
        (
            monitor("name = \"api\"\nkind = \"health\"\nurl = \"http://a\"\nenvironment = \"prod\"\n"),
            "environment: E502",
        ),
        (
            monitor(
                "name = \"api\"\nkind = \"health\"\nurl = \"http://a\"\nevery = \"10s\"\ntimeout = \"20s\"\n",
            ),
            "timeout: an answer may not",
        ),
        (
            monitor("name = \"a\"\nkind = \"heartbeat\"\n").repeat(2),
            "two have this name",
        ),
    ] {
        Place::with(&list).monitors(&["test"]).exits(2).says(why);
    }
}
