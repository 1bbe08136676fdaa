//! What came of evaluating monitors.

use release_info::monitors::{Standing, Trial};

use super::words::{DIM, GREEN, RED, YELLOW, styled};

/// Two lines for each: how it stands, and how it would stand on a page of HTML.
pub(crate) fn tried(trials: &[Trial]) -> String {
    let lines = trials.iter().flat_map(|trial| {
        let asked = trial.url.as_deref().unwrap_or("nothing to ask");
        [
            format!(
                "{}  {}",
                trial.name,
                styled(DIM, &format!("{}  {asked}", trial.kind))
            ),
            format!("  {}", told(&trial.standing)),
            format!("  on a page of HTML: {}", on_a_page(&trial.on_a_page)),
        ]
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn told(standing: &Standing) -> String {
    match standing {
        Standing::Green(seen) => format!("{}: {seen}", styled(GREEN, "green")),
        Standing::Red(why) => format!("{}: {why}", styled(RED, "red")),
        Standing::Unknown(why) => format!("{}: {why}", styled(YELLOW, "unknown")),
    }
}

fn on_a_page(standing: &Standing) -> String {
    match standing {
        Standing::Green(_) => format!("{}: it would notice nothing", styled(RED, "green")),
        Standing::Red(_) => "red, as it must be".to_owned(),
        Standing::Unknown(_) => told(standing),
    }
}
