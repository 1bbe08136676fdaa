//! The screen of accesses: what is not known to be well never looks as if it were.

use access_journal::journal::{
    Blind, EventCount, KeyCount, Lately, RouteCount, Seal, SourceHeard, Step, Summary, Verified,
};
use chrono::TimeDelta;
use integrity_core::{Language, Role};

use super::samples::{frame, now, one};
use crate::{
    accesses::Told,
    screens::{JournalPage, journal},
};

/// A day with a morning of refusals, where all is known to be well.
pub(super) fn calm() -> JournalPage {
    let since = now() - TimeDelta::hours(24);
    let step = |at: i32| {
        let refused = if (100..110).contains(&at) {
            40
        } else {
            u64::from(at % 7 == 0)
        };
        Step {
            at: since + TimeDelta::minutes(5) * at,
            total: refused + u64::from(at % 11 == 0),
            refused,
            exposed: 0,
        }
    };
    let key = |key: &str, count| KeyCount {
        key: key.to_owned(),
        count,
        last_at: now() - TimeDelta::hours(3),
    };
    let source = |source: &str, minutes| SourceHeard {
        source: source.to_owned(),
        first_at: now() - TimeDelta::days(30),
        heard_at: now() - TimeDelta::minutes(minutes),
        seen: 1_482_033,
        bad: 0,
        dropped: 0,
        dropped_at: None,
        unjudged: 0,
        blind: None,
        lately: Lately {
            seen: 48_033,
            ..Lately::default()
        },
    };
    let steps: Vec<_> = (0..288).map(step).collect();
    let kind = |event: &str, count| EventCount {
        event: event.to_owned(),
        count,
    };
    JournalPage {
        summary: Summary {
            at: now(),
            since,
            step: 300,
            total: steps.iter().map(|step| step.total).sum(),
            steps,
            events: vec![kind("authz_fail", 431), kind("authn_login_fail", 31)],
            addresses: (0..10)
                .map(|n| key(&format!("{n}c0ffee00{n}a4"), 400 - n))
                .collect(),
            accounts: vec![key("4be1a90273df", 12)],
            routes: vec![RouteCount {
                method: Some("GET".to_owned()),
                route: "/rest/v1/{relation}".to_owned(),
                count: 431,
                last_at: now() - TimeDelta::hours(3),
            }],
            sources: vec![source("api", 1), source("supabase_edge", 4)],
            recorded_at: Some(now() - TimeDelta::minutes(2)),
            seal: Some(Seal {
                number: 812,
                generation: 1,
                rows: 4,
                sealed_at: now() - TimeDelta::minutes(2),
                hash: "5e".repeat(32),
            }),
            verified: Some(Verified {
                at: now() - TimeDelta::hours(7),
                broken: 0,
                seals: 800,
            }),
        },
        is_long: false,
        told: Told {
            alerts: Vec::new(),
            more: Vec::new(),
            judged_at: Some(now()),
        },
    }
}

/// Nothing was ever recorded, and nobody was ever heard.
pub(super) fn deaf() -> JournalPage {
    let mut page = calm();
    let summary = &mut page.summary;
    for step in &mut summary.steps {
        (step.total, step.refused) = (0, 0);
    }
    summary.total = 0;
    summary.events.clear();
    summary.addresses.clear();
    summary.accounts.clear();
    summary.routes.clear();
    summary.sources.clear();
    (summary.recorded_at, summary.seal, summary.verified) = (None, None, None);
    page.told.judged_at = None;
    page
}

/// Everything that can be wrong is, with names that nobody would choose.
pub(super) fn troubled() -> JournalPage {
    let mut page = calm();
    let summary = &mut page.summary;
    summary.steps[287].total += 9;
    summary.steps[287].exposed = 9;
    summary.sources[0].lately.dropped = 61_002;
    summary.sources[0].lately.bad = 17;
    summary.sources[0].lately.unjudged = 3;
    summary.sources[0].blind = Some(Blind::NoRelation);
    summary.sources[1].lately.bad = 9_000;
    summary.sources[1].blind = Some(Blind::NoAudit);
    summary.sources[1].heard_at = now() - TimeDelta::hours(9);
    summary.routes[0].route = format!("/<script>alert(1)</script>/{}", "x".repeat(160));
    summary.events.push(EventCount {
        event: "of_a_later_release".to_owned(),
        count: 1,
    });
    if let Some(verified) = &mut summary.verified {
        verified.broken = 3;
    }
    page.told.alerts = vec![one(0), one(2)];
    page.told.more = vec![("ACCESS_DENIED_IP", 1_038)];
    page
}

fn shown(page: &JournalPage) -> String {
    let mut frame = frame(Some(Role::Pca), Language::En);
    frame.here = "/governance/access".to_owned();
    journal(&frame, page).expect("a page")
}

fn headline(page: &JournalPage) -> (String, String) {
    let html = shown(page);
    let (_, banner) = html.split_once("<section class=\"banner ").expect("a banner");
    let (class, rest) = banner.split_once('"').expect("its class");
    let (_, said) = rest.split_once("<span>").expect("a headline");
    let (said, _) = said.split_once("</span>").expect("its end");
    (class.to_owned(), said.to_owned())
}

/// What is worse about a journal.
type Change = fn(&mut Summary);

#[test]
fn only_a_journal_that_hears_and_agrees_looks_well() {
    assert_eq!(headline(&calm()).0, "whole");
    let worse: [(&str, Change); 14] = [
        ("blind", |summary| summary.sources.clear()),
        ("blind", |summary| {
            summary.sources[0].heard_at -= TimeDelta::minutes(61);
        }),
        // The database's clock went back since.
        ("blind", |summary| {
            summary.sources[0].heard_at = summary.at + TimeDelta::minutes(6);
        }),
        ("blind", |summary| summary.sources[0].lately.bad = 481),
        ("blind", |summary| summary.sources[1].lately.unjudged = 1),
        ("blind", |summary| {
            summary.sources[0].blind = Some(Blind::NoRelation);
        }),
        ("partial", |summary| {
            summary.sources[0].blind = Some(Blind::NoAudit);
        }),
        ("partial", |summary| summary.sources[0].lately.dropped = 1),
        ("partial", |summary| summary.sources[1].lately.bad = 480),
        ("partial", |summary| summary.seal = None),
        ("partial", |summary| summary.verified = None),
        ("partial", |summary| {
            if let Some(verified) = &mut summary.verified {
                verified.at -= TimeDelta::days(2);
            }
        }),
        ("bad", |summary| {
            if let Some(verified) = &mut summary.verified {
                verified.broken = 1;
            }
        }),
        ("bad", |summary| summary.steps[3].exposed = 1),
    ];
    for (class, spoil) in worse {
        let mut page = calm();
        spoil(&mut page.summary);
        assert_eq!(headline(&page).0, class, "{:?}", page.summary);
    }
    for judged_at in [None, Some(now() - TimeDelta::minutes(61))] {
        let mut page = calm();
        page.told.judged_at = judged_at;
        assert_eq!(
            headline(&page).0,
            "blind",
            "rules that did not look: {judged_at:?}"
        );
        assert!(
            !shown(&page).contains("No rule has a live alert"),
            "nobody knows that"
        );
    }
}

/// What was mended more than a day ago is no trouble any more.
#[test]
fn what_was_lost_long_ago_does_not_spoil_today() {
    let mut page = calm();
    let source = &mut page.summary.sources[0];
    (source.bad, source.dropped, source.unjudged) = (17, 3, 2);
    source.dropped_at = Some(now() - TimeDelta::days(2));
    assert_eq!(headline(&page).0, "whole");
    assert!(shown(&page).contains("state good"));
}

#[test]
fn the_worst_is_the_headline_and_all_is_told() {
    let html = shown(&troubled());
    assert_eq!(headline(&troubled()).0, "bad");
    for said in [
        "9 accesses gave what nobody should see",
        "The journal was changed: 3 disagreements with its seals",
        "1 source was not heard for an hour",
        "href=\"/governance/integrity?check_code=ACCESS_DENIED_IP\">ACCESS_DENIED_IP: and 1,038 more</a>",
        "61,002 events were lost in the last 24 hours",
        "9,017 lines could not be read in the last 24 hours",
        "More than one line in a hundred of 1 source could not be read",
        "No relation is known to be sensitive for 1 source",
        "What the audit calls sensitive is not known for 1 source",
        "3 reads of sensitive relations could not be judged",
    ] {
        assert!(html.contains(said), "{said}");
    }
    assert!(!html.contains("<script>alert"), "nothing of a route is a tag");
}

#[test]
fn nothing_heard_is_said_and_not_shown_as_calm() {
    let (class, said) = headline(&deaf());
    assert_eq!(class, "blind");
    assert!(said.starts_with("No source was ever heard"), "{said}");
}
