//! Ledgers, as their screen would show them; and what that must show whatever happens.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Language, Role};
use release_info::{
    AppEnv, ReleaseId,
    ledger::{Drills, Entry, EventKind, Facts, Place, Release, ReleaseEvent, Stage},
};
use serde_json::json;

use super::samples::{frame, now};
use crate::screens::{PlaceSeen, ReleasesPage, releases};

fn id(text: &str) -> ReleaseId {
    text.parse().expect("a release")
}

fn hours_ago(hours: i64) -> DateTime<Utc> {
    now() - TimeDelta::hours(hours)
}

fn release(place: &Place, stage: Stage, hours: i64) -> Release {
    let is_proved = stage.is_proved();
    Release {
        place: place.clone(),
        release: id("monaluxe-web@1.4.0+4110b38a1b2c"),
        package: "monaluxe-web".to_owned(),
        stage,
        provider_version: Some("8f2c1d0a77e14b90".to_owned()),
        facts: Facts {
            min_schema: Some(20_261_122_000_101),
            max_schema: Some(20_261_123_000_303),
            manifest_sha256: None,
        },
        returns_to: (stage == Stage::RollingBack).then(|| id("monaluxe-web@1.3.2+0c5a77d91e42")),
        started_at: hours_ago(hours),
        deployed_at: stage.is_live().then(|| hours_ago(hours)),
        verified_at: is_proved.then(|| hours_ago(hours)),
        changed_at: hours_ago(hours),
        last_event: 1,
    }
}

fn event(seq: i64, place: &Place, release: &str, kind: EventKind, hours: i64) -> ReleaseEvent {
    ReleaseEvent {
        id: seq,
        at: hours_ago(hours),
        actor: (!kind.is_found_by_looking()).then(|| "amina.mbuyi@monaluxe.example".to_owned()),
        entry: Entry::new(place.clone(), id(release), kind),
    }
}

fn seen(place: Place, releases: Vec<Release>, rehearsed_days_ago: Option<i64>) -> PlaceSeen {
    let drill = |days: i64| {
        let mut drill = event(
            3,
            &place,
            "monaluxe-web@1.3.2+0c5a77d91e42",
            EventKind::DrillPassed,
            0,
        );
        drill.at = now() - TimeDelta::days(days);
        drill
    };
    PlaceSeen {
        drills: Drills {
            at: now(),
            passed: rehearsed_days_ago.map(drill),
            failed: None,
        },
        place,
        releases,
    }
}

fn web() -> Place {
    Place::new(AppEnv::Production, "web")
}

/// One place, where a release stands so.
pub(super) fn standing(stage: Stage) -> ReleasesPage {
    let events = vec![event(
        1,
        &web(),
        "monaluxe-web@1.4.0+4110b38a1b2c",
        EventKind::Deployed,
        30,
    )];
    ReleasesPage {
        at: now(),
        drill_every: Duration::from_hours(90 * 24),
        places: vec![seen(web(), vec![release(&web(), stage, 30)], Some(12))],
        more_places: 0,
        events,
        next: None,
        before: None,
    }
}

/// A deployment that went wrong and was taken back, beside others.
pub(super) fn told() -> ReleasesPage {
    let (old, new) = (
        "monaluxe-web@1.3.2+0c5a77d91e42",
        "monaluxe-web@1.4.0+4110b38a1b2c",
    );
    let (api, staging) = (
        Place::new(AppEnv::Production, "api"),
        Place::new(AppEnv::Staging, "web"),
    );
    let mut events = vec![
        event(1, &web(), old, EventKind::Started, 400),
        event(2, &web(), old, EventKind::Deployed, 399),
        event(3, &web(), old, EventKind::VerifyPassed, 398),
        event(4, &web(), old, EventKind::Promoted, 390),
        event(5, &api, "vigie-api@0.1.0+4110b38a1b2c", EventKind::Started, 300),
        event(6, &api, "vigie-api@0.1.0+4110b38a1b2c", EventKind::Deployed, 299),
        event(
            7,
            &api,
            "vigie-api@0.1.0+4110b38a1b2c",
            EventKind::VerifyPassed,
            260,
        ),
        event(8, &web(), new, EventKind::Started, 52),
        event(9, &web(), new, EventKind::Deployed, 51),
        event(10, &web(), new, EventKind::VerifyFailed, 50),
        event(11, &web(), new, EventKind::RollbackStarted, 30),
        event(12, &web(), new, EventKind::RolledBack, 29),
        event(13, &web(), new, EventKind::RollbackVerified, 28),
        event(14, &staging, new, EventKind::Started, 2),
        event(15, &web(), new, EventKind::Note, 1),
    ];
    events[9].entry.evidence = Some(
        json!({ "expected": new, "served": old, "looks": 6, "addresses": ["198.51.100.7", "203.0.113.9"], "seconds": 61 }),
    );
    events[10].entry.reason =
        Some("Les stocks sont affichés deux fois ; retour décidé avec la direction.".to_owned());
    for back in &mut events[10..13] {
        back.entry.returns_to = Some(id(old));
    }
    events[14].entry.reason = Some("شاحنة ١٢٣٤: corrigé dans la 1.4.1".to_owned());
    events[14].actor = Some("didier.kabongo@monaluxe.example".to_owned());
    events.reverse();
    let mut returned = release(&web(), Stage::Deployed, 29);
    returned.release = id(old);
    returned.verified_at = Some(hours_ago(398));
    ReleasesPage {
        at: now(),
        drill_every: Duration::from_hours(90 * 24),
        places: vec![
            seen(api.clone(), vec![release(&api, Stage::Promoted, 299)], None),
            seen(web(), vec![returned], Some(95)),
            seen(
                staging.clone(),
                vec![release(&staging, Stage::Started, 2)],
                Some(12),
            ),
        ],
        more_places: 1,
        events,
        next: Some(1),
        before: None,
    }
}

pub(super) fn nothing() -> ReleasesPage {
    ReleasesPage {
        places: Vec::new(),
        events: Vec::new(),
        ..standing(Stage::Verified)
    }
}

/// Texts that want to be something else.
pub(super) fn hostile() -> ReleasesPage {
    const TEXT: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)> \u{202e}⛽'&amp;";
    let mut page = told();
    for event in &mut page.events {
        event.actor = Some(TEXT.to_owned());
        event.entry.reason = Some(TEXT.repeat(20));
        event.entry.evidence = Some(json!({ TEXT: [TEXT, TEXT] }));
        event.entry.place.target = TEXT.to_owned();
    }
    for seen in &mut page.places {
        seen.place.target = TEXT.to_owned();
        for release in &mut seen.releases {
            release.provider_version = Some(TEXT.to_owned());
        }
    }
    page
}

/// A page that is full.
pub(super) fn full() -> ReleasesPage {
    let mut page = told();
    let many = page.events.iter().cycle().take(20).cloned();
    page.events = many
        .map(|mut event| {
            event.entry.reason = Some("x".repeat(4000));
            event.entry.evidence = Some(json!("x".repeat(4000)));
            event
        })
        .collect();
    page.places = (0..6)
        .map(|n| {
            let place = Place::new(AppEnv::Staging, format!("web-{n}"));
            let release = release(&place, Stage::Deployed, 29);
            seen(place, vec![release], Some(95))
        })
        .collect();
    page
}

fn html(page: &ReleasesPage) -> String {
    releases(&frame(Some(Role::Pca), Language::En), page).expect("a page")
}

#[test]
fn what_nobody_has_verified_never_looks_verified() {
    for (stage, banner, words) in [
        (Stage::Verified, "whole", "Everything in service was verified"),
        (Stage::Promoted, "whole", "Everything in service was verified"),
        (Stage::Deployed, "partial", "1 release in service is not verified"),
        (
            Stage::RollingBack,
            "partial",
            "1 release in service is not verified",
        ),
        (Stage::Refuted, "bad", "1 release in service is refuted"),
        (
            Stage::Started,
            "blind",
            "Nothing is in service, as far as the ledger tells",
        ),
        (
            Stage::Failed,
            "blind",
            "Nothing is in service, as far as the ledger tells",
        ),
    ] {
        let html = html(&standing(stage));
        assert!(html.contains(&format!("class=\"banner {banner}\"")), "{stage}");
        assert!(
            html.contains(&format!("<span>{words}</span>")),
            "{stage}: {words}"
        );
        let is_good = html.contains("<li class=\"card good\">");
        assert_eq!(is_good, stage.is_proved(), "{stage}");
        assert_eq!(
            html.contains("never since it is in service"),
            stage.is_live() && !stage.is_proved()
        );
    }
    let mut beside = standing(Stage::Verified);
    beside.places.push(seen(
        Place::new(AppEnv::Test, "web"),
        vec![release(&web(), Stage::Deployed, 1)],
        None,
    ));
    assert!(
        html(&beside).contains("class=\"banner partial\""),
        "the worst of all places"
    );
    beside.places.pop();
    beside.more_places = 1;
    assert!(
        html(&beside).contains("class=\"banner partial\""),
        "what is not shown is not proved"
    );
}

#[test]
fn a_verification_from_before_proves_nothing_now() {
    let html = html(&told());
    assert!(html.contains("before it came into service again"));
    assert!(html.contains("Not verified: nothing proves that it is served"));
    assert!(html.contains("1 deployment is under way"));
}

#[test]
fn a_drill_is_due_as_often_as_is_configured() {
    let drill = |days: Option<i64>| {
        let mut page = standing(Stage::Verified);
        page.places = vec![seen(web(), vec![release(&web(), Stage::Verified, 1)], days)];
        let html = html(&page);
        ["overdue", "to be done", "in 2\u{a0}d", "none has ever passed"].map(|words| html.contains(words))
    };
    assert_eq!(drill(Some(88)), [false, false, true, false]);
    assert_eq!(drill(Some(90)), [false; 4], "due this very moment");
    assert_eq!(drill(Some(91)), [true, false, false, false]);
    assert_eq!(drill(None), [false, true, false, true]);
    let mut often = standing(Stage::Verified);
    assert!(!html(&often).contains("overdue"));
    often.drill_every = Duration::from_hours(24);
    assert!(html(&often).contains("overdue"), "it was 12 days ago");
    let mut failed = standing(Stage::Verified);
    let mut event = event(
        9,
        &web(),
        "monaluxe-web@1.3.2+0c5a77d91e42",
        EventKind::DrillFailed,
        5,
    );
    failed.places[0].drills.failed = Some(event.clone());
    assert!(html(&failed).contains("The last one failed"));
    event.id = 2;
    failed.places[0].drills.failed = Some(event);
    assert!(
        !html(&failed).contains("The last one failed"),
        "one has passed since"
    );
}

#[test]
fn the_picture_shows_what_was_known_when() {
    let html = html(&told());
    let (_, lanes) = html.split_once("class=\"lanes\"").expect("a picture");
    let web = lanes.split("<bdi>web</bdi>").nth(1).expect("the web front");
    let web = web.split("</svg>").next().expect("its lane");
    // From 400 hours ago to now: live at 1, verified at 2, the next one at 349, refuted at 350, on its way back at 370.
    for path in [
        "class=\"good\" d=\"M5 24v-24h867v24z\"",
        "class=\"partial\" d=\"M2 24v-12h3v12zM872 24v-12h3v12zM925 24v-12h75v12z",
        "class=\"bad\" d=\"M875 24v-6h50v6z\"",
    ] {
        assert!(web.contains(path), "{path}: {web}");
    }
    let mut silent = standing(Stage::Refuted);
    silent.events[0].entry.place = Place::new(AppEnv::Test, "api");
    silent.events[0].at = hours_ago(10);
    let html = self::html(&silent);
    assert!(
        html.contains("class=\"bad\" d=\"M0 24v-6h1000v6z\""),
        "as it has been since before"
    );
}

#[test]
fn an_empty_ledger_says_how_it_is_filled() {
    let html = html(&nothing());
    assert!(html.contains("No release was recorded. To record one: <code>vigie release record</code>"));
    assert!(!html.contains("class=\"banner"));
}
