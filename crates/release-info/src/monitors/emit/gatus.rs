use super::{
    super::{KEYWORDS, Monitor, Watch},
    quoted,
};

const HEAD: &str = "\
# Endpoints of Gatus, made by `vigie monitors emit --format gatus`. Written after documentation and sources of 5.36, and
# not tried. Its patterns know the form of a release, and not the whole grammar.
";

pub(super) fn emit(monitors: &[Monitor]) -> String {
    let mut pieces = vec![HEAD.to_owned()];
    for monitor in monitors.iter().filter(|monitor| monitor.url.is_none()) {
        pieces.push(format!(
            "# Not watched here: {}. Gatus hears a heartbeat only as a POST with a token of its own, and vigie-sync calls a \
             URL.\n# Give the monitor the url of /readyz, or let a service hear it that takes plain calls.\n",
            monitor.name
        ));
    }
    let asked: Vec<_> = monitors
        .iter()
        .filter_map(|monitor| Some((monitor, monitor.url.as_deref()?)))
        .collect();
    pieces.push(
        (if asked.is_empty() {
            "endpoints: []\n"
        } else {
            "endpoints:\n"
        })
        .to_owned(),
    );
    for (monitor, url) in asked {
        pieces.push(endpoint(monitor, url));
    }
    pieces.concat()
}

fn endpoint(monitor: &Monitor, url: &str) -> String {
    let conditions: Vec<_> = conditions(&monitor.watch)
        .iter()
        .map(|condition| format!("      - {}\n", quoted(condition)))
        .collect();
    format!(
        "  - name: {}
    group: vigie
    url: {}
    interval: {}s
    client:
      timeout: {}s
      ignore-redirect: true
    conditions:
{}",
        quoted(&monitor.name),
        // Gatus takes what follows a $ for a variable.
        quoted(&url.replace('$', "$$")),
        monitor.every.as_secs(),
        monitor.timeout.as_secs(),
        conditions.concat()
    )
}

/// What must hold, each of them. What is no JSON has no such field, and then it does not.
fn conditions(watch: &Watch) -> Vec<String> {
    let mut conditions = vec!["[STATUS] == 200".to_owned()];
    let here = |environment: &Option<crate::AppEnv>| {
        environment.map(|environment| format!("[BODY].environment == {environment}"))
    };
    match watch {
        Watch::Web { package, environment } => {
            let package = package.as_deref().unwrap_or("*");
            let commit = "[0-9a-f]".repeat(12);
            conditions.push(format!("[BODY].release == pat({package}@*.*.*+{commit}*)"));
            conditions.extend(here(environment));
        }
        Watch::Health { environment } => {
            conditions.push(format!("[BODY].keyword == any({})", KEYWORDS.join(", ")));
            conditions.extend(here(environment));
        }
        Watch::Heartbeat { .. } => conditions.push("[BODY].status == ready".to_owned()),
    }
    conditions
}
