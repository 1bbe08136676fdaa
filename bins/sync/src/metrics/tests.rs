//! What is said in numbers: nothing old, and zero only where it was counted.

use alerts_store::{CheckState, Count, LastSeen, Summary};
use chrono::TimeDelta;
use wiring::{chosen::Chosen, config::Config};

use super::*;
use crate::schedule::Schedule;

/// What is only known from the database.
const FROM_THE_DATABASE: [&str; 7] = [
    "vigie_check_failing",
    "vigie_check_suspect",
    "vigie_check_fresh",
    "vigie_check_last_complete_age_seconds",
    "vigie_checks",
    "vigie_alerts_live",
    "vigie_alerts_overdue",
];

fn board() -> Arc<Board> {
    let chosen = Chosen::new(&Config::default(), &[], &[]).expect("the pack that fits any database");
    Arc::new(Board::new(&chosen, &Schedule::of(&chosen)))
}

fn said(board: &Arc<Board>) -> String {
    text(&registry(board, "main")).expect("written")
}

/// The value of the line that begins so.
#[track_caller]
fn value(text: &str, start: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(start));
    let line = line.unwrap_or_else(|| panic!("no {start} in {text}"));
    line.trim().parse().expect("a number")
}

#[track_caller]
fn is(text: &str, start: &str, expected: f64) {
    let value = value(text, start);
    assert!((value - expected).abs() < 1e-9, "{start}: {value}");
}

/// The board after a look at a database where one check was completely evaluated this long before.
fn looked(board: &Board, complete_ago: TimeDelta) -> Summary {
    let summary = Summary {
        live: vec![Count {
            severity: Severity::Critical,
            status: Status::Open,
            count: 7,
            overdue: 2,
        }],
        ..Summary::sample()
    };
    let check = &board.snapshot().enabled[0];
    let state = CheckState {
        code: check.code.clone(),
        complete_at: Some(summary.at - complete_ago),
        outcome: "Failed".to_owned(),
        ..CheckState::sample()
    };
    board.looked(&LastSeen {
        at: summary.at,
        run_at: Some(summary.at - TimeDelta::seconds(20)),
        age_seconds: 20.0,
        seen: BTreeMap::new(),
    });
    board.numbers(summary.clone(), vec![state]);
    summary
}

#[tokio::test(start_paused = true)]
async fn before_the_first_look_nothing_is_said_about_checks_and_alerts() {
    let text = said(&board());
    for name in FROM_THE_DATABASE {
        assert!(!text.contains(name), "{name} in {text}");
    }
    is(&text, "vigie_sync_database_up{database=\"main\"} ", 0.0);
    is(&text, "vigie_sync_ready{database=\"main\"} ", 0.0);
    assert!(!text.contains("vigie_sync_last_run_age_seconds"), "{text}");
    is(
        &text,
        "vigie_sync_runs_total{database=\"main\",status=\"OK\"} ",
        0.0,
    );
    is(
        &text,
        "vigie_sync_heartbeat_failures_total{database=\"main\"} ",
        0.0,
    );
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn what_the_database_counted_is_said_also_where_it_is_none() {
    let board = board();
    looked(&board, TimeDelta::seconds(30));
    let text = said(&board);
    for (severity, status, count) in [
        ("CRITICAL", "OPEN", 7.0),
        ("CRITICAL", "ACK", 0.0),
        ("WARN", "OPEN", 0.0),
        ("INFO", "ACK", 0.0),
    ] {
        let labels = format!("{{database=\"main\",severity=\"{severity}\",status=\"{status}\"}} ");
        is(&text, &format!("vigie_alerts_live{labels}"), count);
    }
    is(
        &text,
        "vigie_alerts_overdue{database=\"main\",severity=\"CRITICAL\"} ",
        2.0,
    );
    is(
        &text,
        "vigie_alerts_overdue{database=\"main\",severity=\"WARN\"} ",
        0.0,
    );
    is(&text, "vigie_sync_ready{database=\"main\"} ", 1.0);

    let snapshot = board.snapshot();
    let check = |at: usize| {
        let check = &snapshot.enabled[at];
        format!("{{database=\"main\",check=\"{}\"", check.code)
    };
    let severity = snapshot.enabled[0].severity.as_str();
    let labels = format!("{},severity=\"{severity}\"}} ", check(0));
    is(&text, &format!("vigie_check_failing{labels}"), 1.0);
    is(&text, &format!("vigie_check_suspect{labels}"), 0.0);
    is(&text, &format!("vigie_check_fresh{labels}"), 1.0);
    // Of a check that was never evaluated, there is no age.
    let age = "vigie_check_last_complete_age_seconds";
    is(&text, &format!("{age}{}}} ", check(0)), 30.0);
    assert!(!text.contains(&format!("{age}{}", check(1))), "{text}");
}

#[tokio::test(start_paused = true)]
async fn when_the_database_is_lost_everything_it_said_is_absent() {
    let board = board();
    looked(&board, TimeDelta::seconds(30));
    board.holds_lease(true);
    board.lost("the connection was lost");
    let text = said(&board);
    for name in FROM_THE_DATABASE {
        assert!(!text.contains(name), "{name} in {text}");
    }
    is(&text, "vigie_sync_database_up{database=\"main\"} ", 0.0);
    is(&text, "vigie_sync_holds_lease{database=\"main\"} ", 0.0);
    assert_eq!(board.snapshot().reasons, ["the connection was lost"]);
    // The first look that succeeds knows no numbers yet.
    board.looked(&LastSeen {
        run_at: None,
        ..LastSeen::sample()
    });
    assert!(!said(&board).contains("vigie_alerts_live"));
}

#[tokio::test(start_paused = true)]
async fn ages_go_on_while_nobody_writes_them() {
    let board = board();
    looked(&board, TimeDelta::seconds(30));
    let limit = board.silent_after.expect("there are checks");
    let age = "vigie_sync_last_run_age_seconds{database=\"main\"} ";
    is(&said(&board), age, 20.0);
    tokio::time::advance(limit.saturating_sub(Duration::from_secs(20))).await;
    is(&said(&board), age, limit.as_secs_f64());
    is(&said(&board), "vigie_sync_ready{database=\"main\"} ", 1.0);

    tokio::time::advance(Duration::from_secs(1)).await;
    let text = said(&board);
    is(&text, "vigie_sync_ready{database=\"main\"} ", 0.0);
    is(
        &text,
        "vigie_sync_silent_after_seconds{database=\"main\"} ",
        limit.as_secs_f64(),
    );
    let reasons = board.snapshot().reasons;
    assert!(
        matches!(&reasons[..], [one] if one.contains("no run has evaluated anything for ")),
        "{reasons:?}"
    );
    let check = &board.snapshot().enabled[0];
    let labels = format!("{{database=\"main\",check=\"{}\"", check.code);
    let complete = value(
        &text,
        &format!("vigie_check_last_complete_age_seconds{labels}}} "),
    );
    assert!(complete > limit.as_secs_f64(), "{complete}");

    // After a month, nothing is fresh.
    tokio::time::advance(Duration::from_hours(24 * 30)).await;
    let fresh = format!(
        "vigie_check_fresh{labels},severity=\"{}\"}} ",
        check.severity.as_str()
    );
    is(&said(&board), &fresh, 0.0);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_does_not_end_is_told_however_long_the_intervals_are() {
    let board = board();
    looked(&board, TimeDelta::seconds(20));
    assert_eq!(board.snapshot().reasons, Vec::<String>::new());
    board.run_begins(Duration::from_mins(1));
    tokio::time::advance(Duration::from_secs(89)).await;
    assert_eq!(board.snapshot().reasons, Vec::<String>::new());
    tokio::time::advance(Duration::from_secs(2)).await;
    let reasons = board.snapshot().reasons;
    assert!(
        reasons.len() == 1 && reasons[0].contains("does not come to an end (91 s)"),
        "{reasons:?}"
    );
    board.run_failed("held up");
    let now = board.snapshot();
    assert_eq!((now.runs["FAILED"], board.runs()), (1, 0));
    assert_eq!(now.reasons, ["the last run failed: held up"]);
}
