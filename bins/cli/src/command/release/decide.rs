//! `vigie release decide`.

use std::{net::SocketAddr, time::Duration};

use access_journal::journal::PgAccessJournal;
use integrity_core::{Caller, Door};
use release_info::{
    AppEnv,
    decision::{self, Decision, Readiness},
    fetch::{self, Answer, Client, Trouble, Way},
    ledger::{PgReleaseLedger, Place, Release, ReleaseLedger as _},
    monitors::ready,
};
use wiring::{
    chosen::Chosen,
    release::{Gathered, gather},
    session::{Session, reader, refused},
    stop::{Exit, Stop},
};

use crate::{cli::DecideArgs, output, show};

/// So often the services are asked.
const TIMES: usize = 3;

/// So long between two questions.
const PAUSE: Duration = Duration::from_secs(1);

/// So long an answer may take: `/readyz` has a second.
const PATIENCE: Duration = Duration::from_secs(3);

/// So much of an answer is read.
const MOST: usize = 64 * 1024;

pub(super) async fn run(args: &DecideArgs, place: &super::Place<'_>) -> Result<Exit, Stop> {
    let config = place.config;
    let caller = reader(args.user.as_deref());
    let session = Session::open(place.target, Door::Cli).await?;
    let ledger = PgReleaseLedger::new(session.pool.clone(), Door::Cli);
    let journal = PgAccessJournal::new(session.pool.clone(), Door::Cli);
    let at = chosen(&ledger, &caller, args.env, args.target.as_deref()).await?;
    let gathered = Gathered::of(&ledger, &caller, &at).await?;
    let Some(live) = &gathered.live else {
        return Err(nothing_live(&at.to_string()));
    };
    let chosen = Chosen::new(config, &[], &[])?;
    let host = config.release.host(&at);
    let readiness = match host.and_then(|host| host.ready_url.as_ref()) {
        Some(url) => Some(readiness(url).await?),
        None => None,
    };
    let facts = gather(
        (&ledger, &session.store, &journal),
        &caller,
        (config, &chosen.known),
        (&gathered, live),
        readiness,
    )
    .await?;
    let verdict = decision::decide(&facts, &config.release.thresholds());
    if place.json {
        output::json(&verdict)?;
    } else {
        output::print(&show::decision::verdict(&verdict))?;
    }
    Ok(match verdict.decision {
        Decision::Pass => Exit::Fine,
        Decision::Hold | Decision::Rollback => Exit::Negative,
        Decision::Inconclusive => Exit::Incomplete,
    })
}

/// The target that was named, or else the only one that is live there.
async fn chosen(
    ledger: &PgReleaseLedger,
    caller: &Caller,
    env: AppEnv,
    target: Option<&str>,
) -> Result<Place, Stop> {
    if let Some(target) = target {
        return Ok(Place::new(env, target));
    }
    let live = ledger.current(caller).await.map_err(refused(caller))?;
    let is_here = |release: &Release| release.stage.is_live() && release.place.environment == env;
    let here = live.into_iter().filter(is_here).map(|release| release.place);
    let here: Vec<Place> = here.collect();
    match &here[..] {
        [place] => Ok(place.clone()),
        [] => Err(nothing_live(env.as_str())),
        several => {
            let targets: Vec<_> = several.iter().map(|place| place.target.as_str()).collect();
            let targets = targets.join(", ");
            Err(Stop::usage(format!(
                "say which one with --target: {targets} are live in {env}"
            )))
        }
    }
}

/// Nothing is known, so that nothing is said to be well.
fn nothing_live(place: &str) -> Stop {
    Stop::new(
        Exit::Incomplete,
        "nothing_live",
        format!(
            "nothing is recorded as live in {place}, so that there is nothing to decide on; `vigie release record` does"
        ),
    )
}

/// Whether the services are ready: what a monitor expects of `/readyz`, asked several times.
async fn readiness(text: &str) -> Result<Readiness, Stop> {
    let url = fetch::url(text).map_err(|why| Stop::usage(format!("[[release.host]] ready_url: {why}")))?;
    let mut answers = Vec::new();
    for turn in 0..TIMES {
        if turn > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        let answer = async {
            let addresses: Vec<SocketAddr> = fetch::addresses(&url, PATIENCE).await?;
            Client::new(&url, &addresses, PATIENCE)?
                .get(&url, Way::PastCaches, MOST)
                .await
        };
        answers.push(judged(answer.await));
    }
    Ok(folded(answers))
}

fn judged(answer: Result<Answer, Trouble>) -> Readiness {
    match answer {
        Ok(answer) => match ready(&answer) {
            Ok(_) => Readiness::Ready,
            // Whatever answers there says that it is well, and not that it is ready: perhaps it is something else.
            Err(why) if answer.status == 200 => Readiness::Unknown(why),
            Err(_) => Readiness::Failing(format!("answered with {}", answer.status)),
        },
        Err(trouble @ (Trouble::NoConnection | Trouble::Timeout { .. } | Trouble::BrokeOff)) => {
            Readiness::Failing(trouble.to_string())
        }
        // Then nobody was asked.
        Err(trouble) => Readiness::Unknown(trouble.to_string()),
    }
}

/// Ready, or not, when all answers say so; else it is not known.
fn folded(answers: Vec<Readiness>) -> Readiness {
    let all = answers.len();
    let are_ready = answers.iter().all(|answer| *answer == Readiness::Ready);
    let are_failing = answers
        .iter()
        .all(|answer| matches!(answer, Readiness::Failing(_)));
    let mut told: Vec<String> = Vec::new();
    let words = answers.into_iter().map(|answer| match answer {
        Readiness::Ready => "ready".to_owned(),
        Readiness::Failing(what) | Readiness::Unknown(what) => what,
    });
    let words: Vec<String> = words.collect();
    for word in &words {
        let times = words.iter().filter(|other| *other == word).count();
        let line = format!("{word}, {times} times of {all}");
        if !told.contains(&line) {
            told.push(line);
        }
    }
    match told.join("; ") {
        _ if are_ready => Readiness::Ready,
        what if are_failing => Readiness::Failing(what),
        what => Readiness::Unknown(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_all_answers_say_is_believed() {
        let failing = || Readiness::Failing("answered with 503".to_owned());
        let unknown = || Readiness::Unknown("DNS".to_owned());
        for (answers, told) in [
            (vec![Readiness::Ready, Readiness::Ready], Readiness::Ready),
            (
                vec![failing(), failing()],
                Readiness::Failing("answered with 503, 2 times of 2".to_owned()),
            ),
            (
                vec![failing(), unknown(), failing()],
                Readiness::Unknown("answered with 503, 2 times of 3; DNS, 1 times of 3".to_owned()),
            ),
            (
                vec![failing(), Readiness::Ready],
                Readiness::Unknown("answered with 503, 1 times of 2; ready, 1 times of 2".to_owned()),
            ),
        ] {
            assert_eq!(folded(answers), told);
        }
    }
}
