use super::super::{Monitor, Watch};

const HEAD: &str = "\
What to type into the forms of UptimeRobot, made by `vigie monitors emit --format uptimerobot`. Written after its
documentation, and not tried: its forms may use other words. Which intervals there are, and whether there are heartbeats,
depends on the plan. A keyword monitor sees text: it cannot tell which environment answers, and a web front's is green on
any page that has the keyword in it, be it the application's own page in place of version.json, or a broken manifest.
";

pub(super) fn emit(monitors: &[Monitor]) -> String {
    let mut pieces = vec![HEAD.to_owned()];
    for monitor in monitors {
        let url = monitor.url.as_deref().unwrap_or_default();
        match &monitor.watch {
            Watch::Web { package, .. } => {
                let word = package
                    .as_deref()
                    .map_or_else(|| "\"release\"".to_owned(), |package| format!("{package}@"));
                pieces.push(keyword(monitor, "", url, &word, "not exists"));
            }
            // One monitor has one keyword, so two of them: green is neither silence, nor a page of HTML, nor a failure.
            Watch::Health { .. } => {
                pieces.push(keyword(monitor, ", answers", url, "VIGIE_HEALTH_", "not exists"));
                pieces.push(keyword(monitor, ", fails", url, "VIGIE_HEALTH_FAIL", "exists"));
            }
            Watch::Heartbeat { silent_after, .. } => {
                pieces.push(format!(
                    "
{}
  Type: Heartbeat
  Heartbeat interval: {} s
  Grace period: none
  The URL that it gives goes into the file that sync.heartbeat_url_file names.
",
                    monitor.name,
                    silent_after.as_secs()
                ));
            }
        }
    }
    pieces.concat()
}

fn keyword(monitor: &Monitor, what: &str, url: &str, word: &str, when: &str) -> String {
    format!(
        "
{}{what}
  Type: Keyword
  URL: {url}
  Keyword: {word}
  Case sensitive: yes
  Alert when the keyword: {when}
  Interval: {} s
  Timeout: {} s
  Follow redirections: no
",
        monitor.name,
        monitor.every.as_secs(),
        monitor.timeout.as_secs()
    )
}
