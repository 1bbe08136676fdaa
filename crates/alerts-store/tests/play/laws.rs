//! What holds of every life of an alert, whatever store it is lived in.

use std::collections::BTreeMap;

use alerts_store::TrendDay;
use chrono::NaiveDate;
use chrono_tz::Tz;
use integrity_core::{Caller, Outcome};

use super::{Op, Player, STEADY, Standing};
use crate::contract::Harness;

/// How many alerts of checks are live, those about the checks themselves left out.
fn live(standing: &Standing) -> usize {
    let live = |(code, entity): &&(String, String)| !code.starts_with("CHECK_") && !entity.is_empty();
    standing
        .iter()
        .filter(|(key, told)| live(key) && !told.starts_with("Resolved"))
        .count()
}

async fn lived<'a>(harness: &'a dyn Harness, database: String, life: &[Op]) -> Player<'a> {
    let mut player = Player::new(harness, database).await;
    for op in life {
        player.play(op).await;
    }
    player
}

pub(crate) async fn the_same_evaluation_twice_changes_nothing(
    harness: &dyn Harness,
    database: String,
    life: Vec<Op>,
    last: Op,
) {
    let player = lived(harness, database, &life).await;
    let at = harness.now().await;
    player.play_at(&last, at).await;
    let standing = player.standing().await;
    let again = player.play_at(&last, at).await;
    assert!(again.contains("stale: true"), "{again}");
    assert_eq!(player.standing().await, standing);
}

pub(crate) async fn the_order_of_checks_does_not_matter(
    harness: &dyn Harness,
    database: String,
    life: Vec<Op>,
    pair: [Op; 2],
) {
    let mut standings = Vec::new();
    for (order, indexes) in [("one way", [0, 1]), ("the other", [1, 0])] {
        let player = lived(harness, format!("{database} {order}"), &life).await;
        let at = harness.now().await;
        for index in indexes {
            player.play_at(&pair[index], at).await;
        }
        standings.push(player.standing().await);
    }
    assert_eq!(standings[0], standings[1]);
}

pub(crate) async fn a_check_changes_no_other_checks_alerts(
    harness: &dyn Harness,
    database: String,
    life: Vec<Op>,
    of_the_first: Op,
) {
    let mut player = lived(harness, database, &life).await;
    let mut before = player.standing().await;
    player.play(&of_the_first).await;
    let mut after = player.standing().await;
    for standing in [&mut before, &mut after] {
        standing.retain(|(code, entity), _| code == "SECOND_CHECK" || entity == "SECOND_CHECK");
    }
    assert_eq!(before, after);
}

pub(crate) async fn an_incomplete_evaluation_never_shrinks_the_live_set(
    harness: &dyn Harness,
    database: String,
    life: Vec<Op>,
    last: Op,
) {
    let mut player = lived(harness, database, &life).await;
    let before = live(&player.standing().await);
    let incomplete = match last {
        Op::See {
            check,
            findings,
            outcome: Outcome::Complete,
            ..
        } => Op::See {
            check,
            late: false,
            outcome: Outcome::Truncated,
            findings,
        },
        incomplete => incomplete,
    };
    player.play(&incomplete).await;
    let standing = player.standing().await;
    assert!(live(&standing) >= before, "{standing:?}");
}

/// Whoever moves on what is steady, and applies the rest, does what whoever applies everything does.
pub(crate) async fn moving_on_is_applying(harness: &dyn Harness, database: String, life: Vec<Op>) {
    let mut applies = Player::new(harness, format!("{database} applied")).await;
    let mut saves = Player::new(harness, format!("{database} saved")).await.saving();
    for op in &life {
        let done = saves.play(op).await;
        let what = done.strip_prefix(STEADY).unwrap_or(&done);
        assert_eq!(what, applies.play(op).await, "{op:?}");
        let outcomes = async |player: &Player<'_>| -> Vec<_> {
            let seen = player.seen().await;
            seen.into_iter()
                .map(|(code, (_, is_complete))| (code, is_complete))
                .collect()
        };
        assert_eq!(outcomes(&saves).await, outcomes(&applies).await, "{op:?}");
        if let (
            Op::See {
                check, late: false, ..
            },
            true,
        ) = (op, done.starts_with(STEADY))
        {
            let code = super::CODES[*check];
            assert_eq!(
                saves.seen().await[code].0,
                saves.before,
                "moved on to the snapshot"
            );
        }
    }
    assert_eq!(saves.standing().await, applies.standing().await);
}

/// The trend is what everybody gets who lays the events of every alert one over the other, day by day.
pub(crate) async fn the_trend_is_the_fold_of_all_events(
    harness: &dyn Harness,
    database: String,
    life: Vec<Op>,
    zone: Tz,
) {
    let player = lived(harness, database.clone(), &life).await;
    let service = harness.service();
    let trend = service.trend(&Caller::Service, &database, 100, zone).await;
    let trend = trend.expect("a trend");
    let mut told: BTreeMap<NaiveDate, [u64; 3]> = trend.iter().map(|day| (day.date, [0; 3])).collect();
    assert_eq!(told.len(), 100, "each day once");
    for alert in player.alerts().await {
        let events = service.events(&Caller::Service, alert.id).await.expect("events");
        for (date, live) in &mut told {
            let mut standing = (String::new(), String::new());
            let until_then = events
                .iter()
                .filter(|event| event.at.with_timezone(&zone).date_naive() <= *date);
            for set in until_then.map(|event| &event.diff["set"]) {
                let take = |word: &mut String, key: &str| {
                    if let Some(now) = set.get(key) {
                        now.as_str().expect("a word").clone_into(word);
                    }
                };
                take(&mut standing.0, "status");
                take(&mut standing.1, "severity");
            }
            if ["OPEN", "ACK"].contains(&standing.0.as_str()) {
                let place = ["CRITICAL", "WARN", "INFO"]
                    .iter()
                    .position(|word| *word == standing.1);
                live[place.expect("a severity")] += 1;
            }
        }
    }
    let expected: Vec<_> = told
        .into_iter()
        .map(|(date, [critical, warn, info])| TrendDay {
            date,
            critical,
            warn,
            info,
        })
        .collect();
    assert_eq!(trend, expected);
}
