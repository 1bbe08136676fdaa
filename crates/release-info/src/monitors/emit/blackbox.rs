use super::{
    super::{Monitor, Watch},
    quoted,
};
use crate::release_id::{AFTER_PACKAGE, PACKAGE};

const HEAD: &str = "\
# Modules of the blackbox exporter, made by `vigie monitors emit --format blackbox`. Tried with 0.23.
";

const EXAMPLE: &str = "\
#
# In prometheus.yml, with alerts on `probe_success == 0` and on `absent(probe_success)`:
#
# scrape_configs:
";

/// The exporter's place in the example.
const EXPORTER: &str = "127.0.0.1:9115";

/// Where it says what it is; a page of HTML says something else.
const JSON: &str = r"^application/([a-z.-]+\+)?json(;.*)?$";

pub(super) fn emit(monitors: &[Monitor]) -> String {
    let mut pieces = vec![HEAD.to_owned()];
    let asked: Vec<_> = monitors
        .iter()
        .filter_map(|monitor| Some((monitor, monitor.url.as_deref()?)))
        .collect();
    for monitor in monitors.iter().filter(|monitor| monitor.url.is_none()) {
        pieces.push(format!(
            "# Not watched here: {}, which is only heard; the rules in docs/prometheus have its alarms.\n",
            monitor.name
        ));
    }
    pieces.push(EXAMPLE.to_owned());
    for (monitor, url) in &asked {
        pieces.push(scrape(monitor, url));
    }
    let none = if asked.is_empty() { " {}" } else { "" };
    pieces.push(format!("modules:{none}\n"));
    for (monitor, _) in &asked {
        pieces.push(module(monitor));
    }
    pieces.concat()
}

fn name(monitor: &Monitor) -> String {
    format!("vigie_{}", monitor.name.replace('-', "_"))
}

fn scrape(monitor: &Monitor, url: &str) -> String {
    let (module, every, timeout) = (name(monitor), monitor.every.as_secs(), monitor.timeout.as_secs());
    format!(
        "\
#   - job_name: vigie-{}
#     metrics_path: /probe
#     params: {{ module: [{module}] }}
#     scrape_interval: {every}s
#     scrape_timeout: {timeout}s
#     static_configs:
#       - targets: [{}]
#     relabel_configs:
#       - {{ source_labels: [__address__], target_label: __param_target }}
#       - {{ source_labels: [__param_target], target_label: instance }}
#       - {{ target_label: __address__, replacement: \"{EXPORTER}\" }}
",
        monitor.name,
        quoted(url)
    )
}

fn module(monitor: &Monitor) -> String {
    let expected: Vec<_> = patterns(&monitor.watch)
        .iter()
        .map(|pattern| format!("        - {}\n", quoted(pattern)))
        .collect();
    format!(
        "  {}:
    prober: http
    timeout: {}s
    http:
      method: GET
      follow_redirects: false
      valid_status_codes: [200]
      body_size_limit: 64KB
      fail_if_header_not_matches:
        - header: Content-Type
          regexp: {}
      fail_if_body_not_matches_regexp:
{}",
        name(monitor),
        monitor.timeout.as_secs(),
        quoted(JSON),
        expected.concat()
    )
}

/// What the body must hold, each of them.
fn patterns(watch: &Watch) -> Vec<String> {
    let begins = r"^\s*\{".to_owned();
    let field = |name: &str, value: &str| format!(r#""{name}"\s*:\s*"{value}"#);
    let here = |environment: &Option<crate::AppEnv>| {
        environment.map(|environment| field("environment", &format!("{environment}\"")))
    };
    let mut patterns = vec![begins];
    match watch {
        Watch::Web { package, environment } => {
            let package = package.as_deref().unwrap_or(PACKAGE);
            patterns.push(field("release", &format!("{package}{AFTER_PACKAGE}\"")));
            patterns.extend(here(environment));
        }
        Watch::Health { environment } => {
            patterns.push(field("keyword", "VIGIE_HEALTH_(PASS|WARN)\""));
            patterns.extend(here(environment));
        }
        Watch::Heartbeat { .. } => patterns.push(field("status", "ready\"")),
    }
    patterns
}
