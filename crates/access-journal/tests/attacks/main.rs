//! Attacks as logs, read as logs are read: each source tells of each what it can, and of honest people nothing is bad.

mod library;

use std::io::BufReader;

use access_journal::{
    EventKind, Observed, Source,
    client::Proxies,
    ingest::{Reading, SOURCES, Sensitive, Tally, Terms, Text},
};
use chrono::{DateTime, TimeDelta, Utc};
use library::{Attack, Deed, SENSITIVE, attacks};

fn start() -> DateTime<Utc> {
    "2026-11-30T23:57:00Z".parse().expect("a time")
}

fn read(source: Source, log: &str) -> (Vec<Observed>, Tally) {
    let terms = Terms {
        sensitive: Sensitive::new([SENSITIVE.to_owned()]),
        allow: Vec::new(),
        anonymous: ["anon", "anonymous", "web_anon"].map(str::to_owned).to_vec(),
        proxies: Proxies::default(),
        now: start() + TimeDelta::hours(1),
        kept_for: TimeDelta::days(180),
    };
    let mut reading = Reading::new(source, Text::File, BufReader::new(log.as_bytes()), None, terms);
    let mut events = Vec::new();
    while let Some(event) = reading.next_event().expect("a text") {
        events.push(*event);
    }
    (events, reading.tally().clone())
}

/// What an act is for this source, if it tells of it and it is of interest.
fn is(source: Source, deed: Deed) -> Option<EventKind> {
    let signs_in = !matches!(source, Source::Postgrest);
    let is_http = matches!(source, Source::SupabaseEdge | Source::Nginx | Source::Postgrest);
    match deed {
        Deed::WrongPassword => signs_in.then_some(EventKind::AuthnLoginFail),
        Deed::SignedIn => (signs_in && source != Source::Postgres).then_some(EventKind::AuthnLoginSuccess),
        Deed::Missing(_) => is_http.then_some(EventKind::ResourceEnumeration),
        Deed::Rows(_) => is_http.then_some(EventKind::AnonDataRead),
        Deed::ServiceKey => is_http.then_some(EventKind::ServiceRoleFromBrowser),
        Deed::Preflight | Deed::Health => None,
    }
}

#[test]
fn each_source_tells_of_each_attack_what_it_can() {
    let mut told = 0;
    for attack in attacks(start()) {
        for source in SOURCES.iter().copied() {
            let expected: Vec<_> = attack
                .acts
                .iter()
                .filter_map(|act| Some((act.at, is(source, act.deed)?)))
                .collect();
            let Some(log) = attack.log(source) else {
                assert!(expected.is_empty(), "{} by {source}", attack.name);
                continue;
            };
            let (events, tally) = read(source, &log);
            assert_eq!(
                (tally.bad, tally.unjudged, tally.old),
                (0, 0, 0),
                "{} by {source}",
                attack.name
            );
            let found: Vec<_> = events
                .iter()
                .map(|event| (event.occurred_at, event.event))
                .collect();
            assert_eq!(found, expected, "{} by {source}", attack.name);
            assert!(
                events.iter().all(|event| event.address.is_some()),
                "{} by {source}",
                attack.name
            );
            told += found.len();
        }
    }
    assert!(told > 150, "{told}");
}

#[test]
fn accounts_are_told_by_who_signs_people_in() {
    for source in [Source::SupabaseAuth, Source::Postgres] {
        let spray = named("password-spray");
        let (events, _) = read(source, &spray.log(source).expect("a log"));
        let mut accounts: Vec<_> = events.into_iter().filter_map(|event| event.account).collect();
        accounts.dedup();
        assert_eq!(accounts.len(), 12, "{source}");
        assert_eq!(spray.alerts(source), ["ACCESS_PASSWORD_SPRAY"]);
    }
    assert!(named("password-spray").alerts(Source::Nginx).is_empty());
}

#[test]
fn read_twice_they_are_the_same() {
    for attack in attacks(start()) {
        for source in SOURCES.iter().copied() {
            let Some(log) = attack.log(source) else { continue };
            let keys = || -> Vec<String> {
                read(source, &log)
                    .0
                    .into_iter()
                    .map(|event| event.dedup_key)
                    .collect()
            };
            let (once, again) = (keys(), keys());
            assert_eq!(once, again);
            let mut different = once.clone();
            different.sort();
            different.dedup();
            assert_eq!(
                different.len(),
                once.len(),
                "{} by {source}: each is one of its own",
                attack.name
            );
        }
    }
}

fn named(name: &str) -> Attack {
    let mut all = attacks(start()).into_iter();
    all.find(|attack| attack.name == name).expect("an attack")
}
