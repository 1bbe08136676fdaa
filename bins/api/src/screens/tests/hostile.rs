//! Text that others wrote reaches pages as text and as nothing else.

use alerts_store::{Alert, AlertEvent, PastOutcome, Verb};
use integrity_core::{Language, Payload, Role, Text};
use serde_json::json;

use super::{samples, tags::tags};
use crate::screens::{
    Answer, Frame, Said, SignInPage, Trouble, Typed, Way, alert, check, checks, integrity, sign_in, stranger,
    trouble,
};

/// Ends an attribute of either quote, opens a tag, and hides an entity.
const EVIL: &str = r#"evil"'><x-evil onload=alert(1)>&lt;{{ x }}</textarea></pre><script>"#;

fn evil() -> String {
    EVIL.to_owned()
}

fn evil_alert() -> Alert {
    Alert {
        check_code: evil(),
        database: evil(),
        entity_type: evil(),
        entity_id: evil(),
        entity_label: Some(evil()),
        scope: Some(evil()),
        message: evil(),
        payload: Payload::from_json(json!({ EVIL: EVIL, "list": [EVIL] }).to_string()).expect("a payload"),
        acknowledged_by: Some(evil()),
        ..samples::one(1)
    }
}

fn evil_events() -> Vec<AlertEvent> {
    let mut events = samples::events();
    for event in &mut events {
        event.actor = Some(evil());
        event.diff = json!({
            "args": { "comment": EVIL },
            "set": { "message": EVIL, "severity": EVIL, "payload": { EVIL: event.seq, "key": EVIL } },
        });
    }
    events
}

fn evil_frame() -> Frame {
    let mut frame = samples::frame(Some(Role::Admin), Language::Fr);
    frame.viewer.as_mut().expect("a viewer").name = evil();
    frame.csrf = evil();
    frame.request = evil();
    frame.here = format!("/governance/checks?q={EVIL}");
    frame.release.id = evil();
    frame.release.version = evil();
    frame.release.commit = evil();
    frame.release.environment = evil();
    frame
}

fn evil_answer(said: Said, verb: Verb) -> Answer {
    Answer {
        alert: evil_alert().id,
        verb,
        said,
        typed: Typed {
            comment: evil(),
            until: evil(),
        },
    }
}

/// The page holds the text at least `times`, and never as markup.
fn judge(name: &str, html: &str, times: usize) {
    let found = html.matches("evil&#34;&#39;&#62;&#60;x-evil").count();
    assert!(
        found >= times,
        "{name}: the text stands there {found} times, expected {times}"
    );
    assert!(
        !html.contains("evil\"") && !html.contains("evil'"),
        "{name}: a quote has got out"
    );
    for tag in tags(html) {
        assert!(!tag.name.contains("evil"), "{name}: {tag:?}");
        let event = tag
            .attributes
            .iter()
            .find(|(attribute, _)| attribute.starts_with("on"));
        assert!(event.is_none(), "{name}: {tag:?}");
    }
    assert_eq!(html.matches("<script").count(), 1, "{name}: only our own script");
}

#[test]
fn in_the_list() {
    let mut page = samples::list(0);
    page.alerts = vec![evil_alert()];
    page.filter.check_code = Some(evil());
    page.filter.entity_type = Some(evil());
    page.filter.scope = Some(evil());
    page.filter.text = Some(evil());
    page.next = Some(evil());
    page.cursor = Some(evil());
    page.resolving = Some(evil_alert().id);
    page.summary.failing = vec![evil()];
    page.summary.frozen = vec![evil()];
    page.checks[0].info.title = Text {
        fr: Some(evil()),
        en: None,
    };
    let conflict = Said::Conflict {
        current: Box::new(evil_alert()),
        since: evil_events(),
    };
    page.answer = Some(evil_answer(conflict, Verb::Resolve));
    judge("list", &integrity(&evil_frame(), &page).expect("a page"), 30);
}

#[test]
fn in_one_alert() {
    let mut page = samples::detail(0);
    page.alert = evil_alert();
    page.events = evil_events();
    page.title = Some(Text {
        fr: Some(evil()),
        en: None,
    });
    let definition = page.definition.as_mut().expect("a definition");
    definition.runbook = Some(format!("https://{EVIL}"));
    definition.files[0].sql = evil();
    definition.files[0].file = evil();
    definition.files[0].guard = Some(evil());
    let parameter = definition.parameters.values_mut().next().expect("a parameter");
    parameter.value = json!(EVIL);
    parameter.default = json!(EVIL);
    parameter.changed = true;
    let invalid = Said::Invalid {
        field: evil(),
        reason: evil(),
    };
    page.answer = Some(evil_answer(invalid, Verb::Accept));
    judge("alert", &alert(&evil_frame(), &page).expect("a page"), 35);
}

#[test]
fn in_the_checks() {
    let spoil = |outcome: &mut PastOutcome| {
        outcome.outcome = evil();
        outcome.reason = Some(evil());
    };
    let mut page = samples::checks_page();
    let (known, outcomes) = &mut page.checks[0];
    known.info.pack = evil();
    known.info.title = Text {
        fr: Some(evil()),
        en: None,
    };
    let state = known.state.as_mut().expect("a state");
    state.outcome = evil();
    state.reason = evil();
    outcomes.iter_mut().for_each(spoil);
    judge("checks", &checks(&evil_frame(), &page).expect("a page"), 8);

    let mut page = samples::check_page();
    page.check.info.pack = evil();
    page.runbook = Some(format!("**{EVIL}** {EVIL}\n\n```\n{EVIL}\n```\n| {EVIL} |"));
    page.outcomes.iter_mut().for_each(spoil);
    judge("check", &check(&evil_frame(), &page).expect("a page"), 35);
}

#[test]
fn at_the_entrance() {
    let page = SignInPage {
        way: Way::Password,
        notice: None,
        email: evil(),
        next: evil(),
    };
    judge("sign-in", &sign_in(&evil_frame(), &page).expect("a page"), 6);
    judge(
        "stranger",
        &stranger(&evil_frame(), Some(EVIL)).expect("a page"),
        6,
    );
    judge(
        "trouble",
        &trouble(&evil_frame(), Trouble::Broken).expect("a page"),
        6,
    );
}

#[test]
fn a_runbook_is_a_link_only_where_it_is_an_address() {
    let mut page = samples::detail(0);
    let definition = page.definition.as_mut().expect("a definition");
    definition.runbook = Some("javascript:alert(1)//https://".to_owned());
    let html = alert(&evil_frame(), &page).expect("a page");
    assert!(!html.contains("javascript:"));
    assert!(html.contains("href=\"/governance/checks/STOCK_OVER_CAPACITY#runbook\""));
}
