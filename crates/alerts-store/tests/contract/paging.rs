use alerts_store::{Alert, AlertFilter, AlertId, Error, Page, Position};
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Caller, Evaluation, Outcome, Severity};

use super::{
    Harness,
    scene::{CODE, Scene, evaluation, tank},
};

async fn page(harness: &dyn Harness, filter: &AlertFilter) -> Page {
    let listed = harness.service().list(&Caller::Service, filter).await;
    listed.expect("a page")
}

/// Asks for what comes next until there is nothing, and says how many pages that took.
async fn walk(harness: &dyn Harness, filter: AlertFilter) -> (Vec<Alert>, usize) {
    let (mut alerts, mut pages, mut filter) = (Vec::new(), 0, filter);
    loop {
        let part = page(harness, &filter).await;
        assert!(
            part.alerts.len() <= filter.limit as usize,
            "no more than asked for"
        );
        alerts.extend(part.alerts);
        pages += 1;
        assert!(pages <= 100, "it goes on for ever");
        match part.next {
            Some(next) => filter.after = Some(next),
            None => return (alerts, pages),
        }
    }
}

/// Alerts of every severity, some past due, many of them first seen at the same instant.
async fn many(harness: &dyn Harness) {
    let scene = Scene::new(harness);
    let batch = |name: &str| {
        let severities = Severity::ALL.into_iter().enumerate();
        let few = severities
            .flat_map(|(n, severity)| (0..=n).map(move |m| tank(&format!("{name}{n}{m}"), severity, 1)));
        few.collect::<Vec<_>>()
    };
    scene.sees(Outcome::Complete, batch("old")).await;
    harness.pass(TimeDelta::days(3)).await;
    scene
        .sees(Outcome::Complete, [batch("old"), batch("new")].concat())
        .await;
}

pub(crate) async fn pages_give_each_alert_once(harness: &dyn Harness) {
    many(harness).await;
    let whole = page(harness, &AlertFilter::default()).await;
    assert_eq!((whole.alerts.len(), whole.next), (12, None));
    let places: Vec<_> = whole
        .alerts
        .iter()
        .map(|alert| Position::of(alert, whole.at))
        .collect();
    assert!(places.is_sorted_by(|one, next| one < next), "{places:?}");
    assert!(
        places[0].overdue && places.iter().any(|place| !place.overdue),
        "{places:?}"
    );
    for limit in 1..=12 {
        let filter = AlertFilter {
            limit,
            ..AlertFilter::default()
        };
        let (alerts, pages) = walk(harness, filter).await;
        assert_eq!(alerts, whole.alerts, "in pages of {limit}");
        assert_eq!(
            pages,
            12_usize.div_ceil(limit as usize),
            "no page after the last one, which says so"
        );
    }
    let filter = AlertFilter {
        severities: vec![Severity::Warn],
        overdue: true,
        limit: 1,
        ..AlertFilter::default()
    };
    let (alerts, pages) = walk(harness, filter).await;
    let names: Vec<_> = alerts.iter().map(|alert| alert.entity_id.as_str()).collect();
    assert_eq!(
        (names.len(), pages),
        (2, 2),
        "only what the filter lets through: {names:?}"
    );
}

pub(crate) async fn a_page_begins_after_a_place_where_nothing_stands(harness: &dyn Harness) {
    many(harness).await;
    let whole = page(harness, &AlertFilter::default()).await;
    for (n, alert) in whole.alerts.iter().enumerate() {
        let place = Position::of(alert, whole.at);
        // a microsecond earlier or later than what stands there
        for (moved, from) in [(-1, n), (1, n + 1)] {
            let after = Position {
                first_detected_at: place.first_detected_at + TimeDelta::microseconds(moved),
                ..place
            };
            // those first seen at the same instant come all before, or all after
            let expected: Vec<_> = whole
                .alerts
                .iter()
                .filter(|alert| Position::of(alert, whole.at) > after)
                .map(|alert| alert.id)
                .collect();
            assert!(if moved < 0 {
                expected.len() >= 12 - from
            } else {
                expected.len() <= 12 - from
            });
            let filter = AlertFilter {
                after: Some(after),
                ..AlertFilter::default()
            };
            let found: Vec<_> = page(harness, &filter)
                .await
                .alerts
                .iter()
                .map(|alert| alert.id)
                .collect();
            assert_eq!(found, expected, "{after:?}");
        }
    }
}

pub(crate) async fn a_page_says_when_it_was_made(harness: &dyn Harness) {
    let before = harness.now().await;
    let empty = page(harness, &AlertFilter::default()).await;
    assert_eq!((empty.alerts.len(), empty.next), (0, None));
    assert!(
        empty.at >= before && empty.at <= harness.now().await,
        "also where there is nothing: {}",
        empty.at
    );
}

pub(crate) async fn a_list_is_of_one_database_where_that_is_asked(harness: &dyn Harness) {
    let service = harness.service();
    for database in ["main", "elsewhere"] {
        let given = Evaluation {
            database: database.to_owned(),
            ..evaluation(
                CODE,
                harness.now().await,
                Outcome::Complete,
                vec![tank("T1", Severity::Warn, 1)],
            )
        };
        service.apply(&Caller::Service, &given).await.expect("applied");
    }
    for (database, expected) in [
        (None, &["main", "elsewhere"][..]),
        (Some("elsewhere"), &["elsewhere"]),
        (Some("nowhere"), &[]),
    ] {
        let filter = AlertFilter {
            database: database.map(str::to_owned),
            ..AlertFilter::default()
        };
        let found = page(harness, &filter).await.alerts;
        let found: Vec<_> = found.iter().map(|alert| alert.database.as_str()).collect();
        assert_eq!(found, expected, "{database:?}");
    }
}

pub(crate) async fn a_list_badly_asked_for_is_refused(harness: &dyn Harness) {
    let after = |at: DateTime<Utc>| Position {
        severity: Severity::Warn,
        overdue: false,
        first_detected_at: at,
        id: AlertId(uuid::Uuid::nil()),
    };
    let live = AlertFilter::default;
    for (field, filter) in [
        ("limit", AlertFilter { limit: 0, ..live() }),
        (
            "text",
            AlertFilter {
                text: Some("é".repeat(AlertFilter::MAX_TEXT + 1)),
                ..live()
            },
        ),
        (
            "after",
            AlertFilter {
                after: Some(after(DateTime::<Utc>::MAX_UTC)),
                ..live()
            },
        ),
        (
            "after",
            AlertFilter {
                after: Some(after(DateTime::<Utc>::MIN_UTC)),
                ..live()
            },
        ),
    ] {
        let refused = harness.service().list(&Caller::Service, &filter).await;
        assert!(
            matches!(&refused, Err(Error::Invalid { field: found, .. }) if found == field),
            "{field}: {refused:?}"
        );
    }
    let longest = AlertFilter {
        text: Some("é".repeat(AlertFilter::MAX_TEXT)),
        limit: u32::MAX,
        ..live()
    };
    assert_eq!(page(harness, &longest).await.alerts.len(), 0);
}
