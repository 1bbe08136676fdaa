use std::time::Duration;

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::*;
use crate::{AppEnv, monitors::Watch, release_id::AFTER_PACKAGE};

const PORTS: Ports = Ports {
    api: 8080,
    sync: 8081,
};

fn monitor(name: &str, watch: Watch, url: Option<&str>) -> Monitor {
    Monitor {
        name: name.to_owned(),
        watch,
        url: url.map(str::to_owned),
        every: Duration::from_mins(1),
        timeout: Duration::from_secs(10),
    }
}

fn all() -> Vec<Monitor> {
    let silent_after = Duration::from_mins(15);
    vec![
        monitor(
            "web-front",
            Watch::Web {
                package: Some("mlpp-web".to_owned()),
                environment: Some(AppEnv::Production),
            },
            Some("https://depot.example.org/version.json?a=$b#\"'"),
        ),
        monitor(
            "api",
            Watch::Health { environment: None },
            Some("https://vigie.example.org/health"),
        ),
        monitor(
            "ready",
            Watch::Heartbeat {
                silent_after,
                is_heard: true,
            },
            Some("http://10.0.0.5:8081/readyz"),
        ),
        monitor(
            "sync",
            Watch::Heartbeat {
                silent_after,
                is_heard: true,
            },
            None,
        ),
    ]
}

/// As a parser of YAML reads it, document by document.
fn read(text: &str) -> Vec<Value> {
    let documents = serde_yaml_ng::Deserializer::from_str(text);
    documents
        .map(|document| Value::deserialize(document).unwrap_or_else(|error| panic!("{error} in {text}")))
        .collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("a table")
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn gatus_reads_what_is_meant() {
    let text = emit(Format::Gatus, &all(), PORTS);
    let web = json!({
        "name": "web-front", "group": "vigie", "url": "https://depot.example.org/version.json?a=$$b#\"'",
        "interval": "60s", "client": { "timeout": "10s", "ignore-redirect": true },
        "conditions": [
            "[STATUS] == 200", format!("[BODY].release == pat(mlpp-web@*.*.*+{}*)", "[0-9a-f]".repeat(12)), "[BODY].environment == production",
        ],
    });
    let [document] = &read(&text)[..] else {
        panic!("one document: {text}")
    };
    assert_eq!(document["endpoints"][0], web);
    let conditions = |n: usize| document["endpoints"][n]["conditions"][1].clone();
    assert_eq!(
        conditions(1),
        "[BODY].keyword == any(VIGIE_HEALTH_PASS, VIGIE_HEALTH_WARN)"
    );
    assert_eq!(conditions(2), "[BODY].status == ready");
    assert_eq!(document["endpoints"].as_array().map(Vec::len), Some(3));
    assert!(text.contains("# Not watched here: sync."), "{text}");
    // `endpoints` in Gatus' documentation has these keys, and `client` those.
    assert_eq!(keys(document), ["endpoints"]);
}

#[test]
fn the_blackbox_exporter_reads_what_is_meant() {
    let text = emit(Format::Blackbox, &all(), PORTS);
    let [document] = &read(&text)[..] else {
        panic!("one document: {text}")
    };
    assert_eq!(
        keys(&document["modules"]),
        ["vigie_api", "vigie_ready", "vigie_web_front"]
    );
    let module = &document["modules"]["vigie_web_front"];
    assert_eq!(
        (&module["prober"], &module["timeout"]),
        (&json!("http"), &json!("10s"))
    );
    assert_eq!(
        module["http"]["fail_if_body_not_matches_regexp"],
        json!([
            r"^\s*\{",
            format!(r#""release"\s*:\s*"mlpp-web{AFTER_PACKAGE}""#),
            r#""environment"\s*:\s*"production""#
        ])
    );
    assert_eq!(module["http"]["follow_redirects"], false);
    assert!(text.contains("# Not watched here: sync,"), "{text}");
}

#[test]
fn the_example_for_prometheus_reads_what_is_meant() {
    let text = emit(Format::Blackbox, &all(), PORTS);
    let example: Vec<_> = text
        .lines()
        .skip_while(|line| *line != "# scrape_configs:")
        .map_while(|line| line.strip_prefix("# ").or_else(|| line.strip_prefix('#')))
        .collect();
    let [document] = &read(&example.join("\n"))[..] else {
        panic!("one document: {text}")
    };
    let job = &document["scrape_configs"][0];
    assert_eq!(job["params"], json!({ "module": ["vigie_web_front"] }));
    assert_eq!(
        job["static_configs"][0]["targets"][0],
        "https://depot.example.org/version.json?a=$b#\"'"
    );
    assert_eq!(document["scrape_configs"].as_array().map(Vec::len), Some(3));
}

#[test]
fn kubernetes_reads_what_is_meant() {
    let text = emit(Format::Kubernetes, &all(), PORTS);
    let documents: Vec<_> = read(&text)
        .into_iter()
        .filter(|document| !document.is_null())
        .collect();
    let names: Vec<_> = documents
        .iter()
        .map(|document| &document["metadata"]["name"])
        .collect();
    assert_eq!(names, ["vigie-api", "vigie-sync"]);
    for (document, port) in documents.iter().zip([8080, 8081]) {
        assert_eq!(
            (&document["apiVersion"], &document["kind"]),
            (&json!("apps/v1"), &json!("Deployment"))
        );
        let container = &document["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(
            container["livenessProbe"]["httpGet"],
            json!({ "path": "/livez", "port": port })
        );
        assert_eq!(
            container["startupProbe"]["httpGet"],
            json!({ "path": "/livez", "port": port })
        );
        assert_eq!(
            container["readinessProbe"]["httpGet"],
            json!({ "path": "/readyz", "port": port })
        );
        // A probe in Kubernetes' documentation has these keys, all of them numbers of at least 1.
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            let numbers = ["periodSeconds", "timeoutSeconds", "failureThreshold"];
            let is_number = |key| container[probe][key].as_u64().is_some_and(|number| number > 0);
            assert!(numbers.into_iter().all(is_number), "{container}");
        }
    }
    assert!(text.contains("# Not watched here: web-front."), "{text}");
}

#[test]
fn what_to_type_into_uptimerobot() {
    let text = emit(Format::UptimeRobot, &all(), PORTS);
    for words in [
        "\nweb-front\n  Type: Keyword\n",
        "  Keyword: mlpp-web@\n  Case sensitive: yes\n  Alert when the keyword: not exists\n",
        "\napi, answers\n",
        "  Keyword: VIGIE_HEALTH_\n  Case sensitive: yes\n  Alert when the keyword: not exists\n",
        "\napi, fails\n",
        "  Keyword: VIGIE_HEALTH_FAIL\n  Case sensitive: yes\n  Alert when the keyword: exists\n",
        "\nsync\n  Type: Heartbeat\n  Heartbeat interval: 900 s\n",
    ] {
        assert!(text.contains(words), "nothing of {words:?} in {text}");
    }
}

#[test]
fn a_list_of_nothing_is_a_configuration_of_nothing() {
    assert_eq!(
        read(&emit(Format::Gatus, &[], PORTS)),
        [json!({ "endpoints": [] })]
    );
    assert_eq!(
        read(&emit(Format::Blackbox, &[], PORTS)),
        [json!({ "modules": {} })]
    );
}

#[test]
fn what_was_not_tried_says_so() {
    for (format, words) in [
        (Format::Gatus, "not tried"),
        (Format::Blackbox, "Tried with 0.23"),
        (Format::Kubernetes, "tried in no cluster"),
        (Format::UptimeRobot, "not tried"),
    ] {
        assert!(emit(format, &all(), PORTS).contains(words), "{format:?}");
    }
}
