use release_info::monitors::{self, Monitor, Standing, Trial};
use serde_json::json;
use wiring::stop::{Exit, Stop};

use crate::{cli::TrialArgs, output, show};

/// Whether everything that is watched is as expected, and whether anybody would notice if it were not.
pub(super) async fn run(args: &TrialArgs, mut listed: Vec<Monitor>, as_json: bool) -> Result<Exit, Stop> {
    for name in &args.only {
        if listed.iter().all(|monitor| monitor.name != *name) {
            return Err(Stop::usage(format!(
                "--only {name}: no [[monitor]] has this name"
            )));
        }
    }
    listed.retain(|monitor| args.only.is_empty() || args.only.contains(&monitor.name));
    let mut trials = Vec::new();
    for monitor in &listed {
        let trial = monitors::trial(monitor).await;
        trials.push(trial.map_err(|error| Stop::usage(format!("the page of this machine's own: {error}")))?);
    }
    let exit = exit(&trials);
    if as_json {
        let result = match exit {
            Exit::Fine => "green",
            Exit::Incomplete => "unknown",
            _ => "red",
        };
        output::json(&json!({ "result": result, "monitors": trials }))?;
    } else {
        output::print(&show::monitors::tried(&trials))?;
    }
    Ok(exit)
}

fn exit(trials: &[Trial]) -> Exit {
    let is_red = |trial: &Trial| {
        matches!(trial.standing, Standing::Red(_)) || matches!(trial.on_a_page, Standing::Green(_))
    };
    let is_known = |trial: &Trial| {
        matches!(trial.standing, Standing::Green(_)) && matches!(trial.on_a_page, Standing::Red(_))
    };
    if trials.iter().any(is_red) {
        Exit::Negative
    } else if trials.iter().all(is_known) {
        Exit::Fine
    } else {
        Exit::Incomplete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_decides_and_green_on_a_page_is_red() {
        let [green, red, unknown] =
            [Standing::Green, Standing::Red, Standing::Unknown].map(|of| of(String::new()));
        let trial = |standing: &Standing, on_a_page: &Standing| Trial {
            name: "a".to_owned(),
            kind: "web",
            url: None,
            standing: standing.clone(),
            on_a_page: on_a_page.clone(),
        };
        for (standing, on_a_page, expected) in [
            (&green, &red, Exit::Fine),
            (&green, &green, Exit::Negative),
            (&green, &unknown, Exit::Incomplete),
            (&red, &red, Exit::Negative),
            (&unknown, &red, Exit::Incomplete),
            (&unknown, &green, Exit::Negative),
        ] {
            let one = trial(standing, on_a_page);
            assert_eq!(exit(std::slice::from_ref(&one)), expected, "{one:?}");
            let with_green = [trial(&green, &red), one];
            assert_eq!(exit(&with_green), expected, "{with_green:?}");
        }
        assert_eq!(exit(&[trial(&unknown, &red), trial(&red, &red)]), Exit::Negative);
    }
}
