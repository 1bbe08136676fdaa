//! Months that begin and end.

use std::{slice, time::Duration};

use access_journal::{
    integrity_core::Caller,
    journal::{Error, Rolled},
    privacy::Month,
};
use chrono::TimeDelta;

use super::{Harness, scene::*};

fn days(days: u32) -> Duration {
    Duration::from_hours(24) * days
}

fn ago(days: i64) -> TimeDelta {
    TimeDelta::days(days)
}

async fn roll(harness: &dyn Harness, retention: Duration) -> Rolled {
    let rolled = harness.service().roll(&Caller::Service, retention).await;
    rolled.expect("rolled")
}

pub(crate) async fn months_begin_before_they_are_needed(harness: &dyn Harness) {
    let made = roll(harness, days(180)).await;
    assert_eq!(made, Rolled { made: 3, dropped: 0 }, "this month and two more");
    assert_eq!(
        roll(harness, days(180)).await,
        Rolled::default(),
        "nothing is due"
    );
    let scene = Scene::new(harness).await;
    let next = Month::of(scene.now).after();
    assert_eq!(
        scene.salt_of(next.begins_at() + TimeDelta::hours(1)).await,
        None,
        "nobody needs its key before it begins"
    );
    scene.salt_of(scene.now - ago(60)).await.expect("it is kept");
    assert_eq!(
        roll(harness, days(180)).await,
        Rolled::default(),
        "what was begun where it was needed is there"
    );
}

pub(crate) async fn months_end_with_all_that_was_in_them(harness: &dyn Harness) {
    roll(harness, days(365)).await;
    let scene = Scene::new(harness).await;
    let events = [300, 100, 29, 0].map(|days| scene.event(&format!("{days:03}"), ago(days)));
    for event in &events {
        scene.salt_of(event.occurred_at).await.expect("it is kept");
    }
    assert_eq!(scene.record(&events).await.expect("recorded").added, 4);
    let rolled = roll(harness, days(60)).await;
    assert_eq!(rolled, Rolled { made: 0, dropped: 2 });
    let kept: Vec<_> = harness
        .kept()
        .await
        .into_iter()
        .map(|event| event.dedup_key)
        .collect();
    assert_eq!(kept, ["000", "029"]);
    for gone in &events[..2] {
        assert_eq!(scene.salt_of(gone.occurred_at).await, None);
    }
    assert_eq!(roll(harness, days(60)).await, Rolled::default());
}

/// A retention shorter than the age of an event refuses it at once, although its month is kept for a while.
pub(crate) async fn what_is_partly_kept_stays(harness: &dyn Harness) {
    roll(harness, days(180)).await;
    let scene = Scene::new(harness).await;
    // The last day of a month that ended less than 30 days ago, and the first of the same.
    let month = Month::of(scene.now - ago(30));
    let first = scene.now - month.begins_at();
    let old = scene.event("old", first);
    scene.salt_of(old.occurred_at).await.expect("it is kept");
    scene.record(slice::from_ref(&old)).await.expect("recorded");
    assert_eq!(roll(harness, days(30)).await, Rolled::default());
    assert_eq!(harness.kept().await.len(), 1, "a month goes as a whole");
    let late = scene.event("late", first.max(ago(30) + TimeDelta::minutes(1)));
    if Month::of(late.occurred_at) == month {
        assert_eq!(field(scene.record(&[late]).await), "events[0].occurred_at");
    }
    let young = scene.event("young", ago(29));
    scene.salt_of(young.occurred_at).await.expect("it is kept");
    assert_eq!(scene.record(&[young]).await.expect("recorded").added, 1);
}

pub(crate) async fn a_month_that_ended_is_not_begun_anew(harness: &dyn Harness) {
    roll(harness, days(365)).await;
    let scene = Scene::new(harness).await;
    let event = scene.event("old", ago(200));
    scene.salt_of(event.occurred_at).await.expect("it is kept");
    scene.record(slice::from_ref(&event)).await.expect("recorded");
    assert_eq!(roll(harness, days(90)).await.dropped, 1);
    assert_eq!(roll(harness, days(365)).await, Rolled::default());
    assert_eq!(scene.salt_of(event.occurred_at).await, None, "its key is gone");
    assert_eq!(field(scene.record(&[event]).await), "events[0].occurred_at");
    let other = scene.event("other", ago(250));
    scene
        .salt_of(other.occurred_at)
        .await
        .expect("it had not begun, and is kept again");
    assert_eq!(scene.record(&[other]).await.expect("recorded").added, 1);
}

pub(crate) async fn a_retention_out_of_bounds_is_refused(harness: &dyn Harness) {
    let service = harness.service();
    for wrong in [
        Duration::ZERO,
        Duration::from_secs(30 * 24 * 3600 - 1),
        Duration::from_secs(365 * 24 * 3600 + 1),
        Duration::MAX,
    ] {
        let refused = service.roll(&Caller::Service, wrong).await;
        assert_eq!(field(refused), "retention", "{wrong:?}");
    }
    for right in [days(30), days(365)] {
        roll(harness, right).await;
    }
}

pub(crate) async fn people_roll_nothing(harness: &dyn Harness) {
    let rolled = harness.people().roll(&Caller::person("amina"), days(180)).await;
    assert!(matches!(rolled, Err(Error::Forbidden { .. })), "{rolled:?}");
    assert_eq!(roll(harness, days(180)).await.made, 3);
}
