//! Every screen in every state that somebody has thought of.

use alerts_store::{Alert, Condition, Resolution, Status, Verb};
use chrono::TimeDelta;
use integrity_core::{Language, Role, Severity};
use release_info::ledger::Stage;

use super::audits::{audited, blind_audit, hostile_audit, no_audit, old_audit};
use super::journal::{calm, deaf, troubled};
use super::releases::{hostile, nothing, standing, told};
use super::samples::{check_page, checks_page, detail, entrance, events, frame, list, now, one};
use crate::screens::{
    Answer, Confirmed, IntegrityPage, Notice, Said, SignInPage, Trouble, Typed, Way, access, alert, check,
    checks, integrity, journal, releases, sign_in, stranger, trouble,
};

/// A name, and the page.
type Screen = (&'static str, String);

pub(super) fn every_screen(language: Language) -> Vec<Screen> {
    let screens = [
        lists(language),
        details(language),
        audits(language),
        journals(language),
        ledgers(language),
        entrances(language),
        troubles(language),
    ];
    screens.into_iter().flatten().collect()
}

fn audits(language: Language) -> Vec<Screen> {
    let mut frame = frame(Some(Role::Pca), language);
    frame.here = "/governance/rls".to_owned();
    [
        ("access", audited(6, 100)),
        ("access-hostile", hostile_audit()),
        ("access-old", old_audit()),
        ("access-blind", blind_audit()),
        ("access-none", no_audit()),
    ]
    .map(|(name, page)| (name, access(&frame, &page).expect(name)))
    .into()
}

fn journals(language: Language) -> Vec<Screen> {
    let mut frame = frame(Some(Role::Pca), language);
    frame.here = "/governance/access".to_owned();
    [
        ("journal", calm()),
        ("journal-troubled", troubled()),
        ("journal-deaf", deaf()),
    ]
    .map(|(name, page)| (name, journal(&frame, &page).expect(name)))
    .into()
}

fn ledgers(language: Language) -> Vec<Screen> {
    let mut frame = frame(Some(Role::Pca), language);
    frame.here = "/governance/releases".to_owned();
    [
        ("releases", told()),
        ("releases-hostile", hostile()),
        ("releases-verified", standing(Stage::Verified)),
        ("releases-refuted", standing(Stage::Refuted)),
        ("releases-none", nothing()),
    ]
    .map(|(name, page)| (name, releases(&frame, &page).expect(name)))
    .into()
}

fn lists(language: Language) -> Vec<Screen> {
    let [admin, directeur, pca] = Role::ALL.map(|role| frame(Some(role), language));
    let mut in_production = admin.clone();
    in_production.release.environment = "production".to_owned();
    let mut unmatched = list(0);
    unmatched.filter.text = Some("Goma".to_owned());
    unmatched.filter.severities = vec![Severity::Critical];
    let mut refused = list(5);
    let conflict = Said::Conflict {
        current: Box::new(one(0)),
        since: events().split_off(3),
    };
    refused.answer = Some(answered(0, Verb::Resolve, conflict));
    let mut done = list(5);
    done.answer = Some(answered(9, Verb::Resolve, Said::Done(Box::new(fixed()))));
    [
        ("list", &in_production, list(50)),
        ("list-partial", &directeur, partial()),
        ("list-stale", &admin, stale()),
        ("list-empty", &admin, empty()),
        ("list-unmatched", &admin, unmatched),
        ("list-conflict", &directeur, refused),
        ("list-done", &directeur, done),
        ("list-pca", &pca, list(5)),
    ]
    .map(|(name, frame, page)| (name, integrity(frame, &page).expect(name)))
    .into()
}

fn partial() -> IntegrityPage {
    let mut page = list(6);
    page.summary.failing = vec!["RECEPTION_ECART_15C".to_owned()];
    page.summary.suspect = vec!["CITERNE_INACTIVE_USED".to_owned()];
    page.summary.frozen = vec!["SORTIE_V15_MISSING".to_owned()];
    page.summary.unproved = vec!["CITERNE_INACTIVE_USED".to_owned()];
    page.summary.coverage.covered = 10;
    page.resolving = Some(one(2).id);
    page
}

fn stale() -> IntegrityPage {
    let mut page = list(3);
    page.summary.heartbeat.silent = true;
    page.summary.heartbeat.age_seconds = 8_000.0;
    page.summary.heartbeat.run_at = Some(now() - TimeDelta::seconds(8_000));
    page.summary.complete_at = page.summary.heartbeat.run_at;
    page
}

fn empty() -> IntegrityPage {
    let mut page = list(0);
    page.summary.live.clear();
    page.summary.overdue = 0;
    page
}

fn fixed() -> Alert {
    Alert {
        status: Status::Resolved,
        resolution: Some(Resolution::Fixed),
        resolved_by: Some("amina".to_owned()),
        resolved_at: Some(now()),
        condition: Condition::Present,
        ..one(9)
    }
}

fn answered(n: u32, verb: Verb, said: Said) -> Answer {
    Answer {
        alert: one(n).id,
        verb,
        said,
        typed: Typed {
            comment: "Vidangée de 3150 L vers KIN-T02.".to_owned(),
            until: String::new(),
        },
    }
}

fn details(language: Language) -> Vec<Screen> {
    let [admin, directeur, pca] = Role::ALL.map(|role| frame(Some(role), language));
    let mut invalid = detail(0);
    let said = Said::Invalid {
        field: "until".to_owned(),
        reason: "at most 180 days from now".to_owned(),
    };
    invalid.answer = Some(answered(0, Verb::Accept, said));
    let mut at_checks = admin.clone();
    at_checks.here = "/governance/checks".to_owned();
    let mut unknown = check_page();
    unknown.answer = Some(Confirmed::Unknown {
        comment: "dépôt vidé pour entretien".to_owned(),
    });
    [
        ("alert", alert(&admin, &detail(0))),
        ("alert-ack", alert(&directeur, &detail(1))),
        ("alert-long", alert(&pca, &detail(2))),
        ("alert-invalid", alert(&admin, &invalid)),
        ("checks", checks(&at_checks, &checks_page())),
        ("check", check(&at_checks, &check_page())),
        ("check-unknown", check(&at_checks, &unknown)),
    ]
    .map(|(name, html)| (name, html.expect(name)))
    .into()
}

fn entrances(language: Language) -> Vec<Screen> {
    let frame_of_nobody = entrance(language);
    let sign_in = |way, notice| {
        let page = SignInPage {
            way,
            notice: Some(notice),
            email: "amina@monaluxe.example".to_owned(),
            next: "/governance/integrity".to_owned(),
        };
        sign_in(&frame_of_nobody, &page)
    };
    let ask = Some("direction@monaluxe.example");
    [
        ("sign-in", sign_in(Way::Password, Notice::Wrong)),
        ("sign-in-demo", sign_in(Way::Persona, Notice::SignedOut)),
        ("stranger", stranger(&frame(None, language), ask)),
    ]
    .map(|(name, html)| (name, html.expect(name)))
    .into()
}

fn troubles(language: Language) -> Vec<Screen> {
    let frame = frame(Some(Role::Admin), language);
    [
        ("trouble-malformed", Trouble::Malformed),
        ("trouble-forbidden", Trouble::Forbidden),
        ("trouble-missing", Trouble::Missing),
        ("trouble-conflict", Trouble::Conflict),
        ("trouble-too-large", Trouble::TooLarge),
        ("trouble-too-many", Trouble::TooMany),
        ("trouble-broken", Trouble::Broken),
        ("trouble-unavailable", Trouble::Unavailable),
        ("trouble-busy", Trouble::Busy),
        ("trouble-unverified", Trouble::Unverified),
        ("trouble-unanswered", Trouble::Unanswered),
    ]
    .map(|(name, what)| (name, trouble(&frame, what).expect(name)))
    .into()
}
