//! What the rules see, and what they do not, in the database.

use access_journal::{
    AccessEvent, EventKind, Outcome, Source,
    integrity_core::{Caller, Severity},
    journal::{AccessJournal as _, postgres::sqlx::PgPool},
    privacy::{Month, Pseudonym},
    rules::{Detection, Rule, Watch},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    contract::Harness as _,
    server::{Postgres, run},
};

async fn record(server: &Postgres, events: &[AccessEvent]) {
    for event in events {
        let month = Month::of(event.occurred_at);
        server
            .recorder
            .salt(&Caller::Service, month, None)
            .await
            .expect("kept");
    }
    let recorded = server.recorder.record(&Caller::Service, events).await;
    recorded.expect("recorded");
}

fn event(kind: EventKind, source: Source, at: DateTime<Utc>) -> AccessEvent {
    AccessEvent {
        occurred_at: at,
        event: kind,
        source,
        outcome: Outcome::Refused,
        address_hash: Some(Pseudonym::from_bytes([7; 16])),
        account_hash: Some(Pseudonym::from_bytes([8; 16])),
        dedup_key: format!("{kind} {source} {at}"),
        ..AccessEvent::sample()
    }
}

async fn look(server: &Postgres) -> Detection {
    let told = server.service.detect(&Caller::Service, &Watch::default()).await;
    told.expect("an answer")
}

fn spoke(detection: &Detection) -> Vec<Rule> {
    let found = detection.found.iter().filter(|found| !found.findings.is_empty());
    found.map(|found| found.rule).collect()
}

#[sqlx::test(migrations = false)]
async fn what_is_read_late_is_looked_at_all_the_same(pool: PgPool) {
    let server = Postgres::new(pool).await;
    let now = server.now().await;
    let ago = |hours: i64, second: i64| now - TimeDelta::hours(hours) + TimeDelta::seconds(second);
    let mut events = vec![event(EventKind::AnonDataRead, Source::Nginx, ago(25, 0))];
    events.extend((0..7).map(|n| event(EventKind::AuthnLoginFail, Source::Nginx, ago(72, n))));
    record(&server, &events).await;
    let rules = [Rule::BruteForceIp, Rule::BruteForceAccount, Rule::AnonDataExposed];
    assert_eq!(spoke(&look(&server).await), rules);
}

#[sqlx::test(migrations = false)]
async fn three_sources_that_tell_of_one_request_tell_of_one(pool: PgPool) {
    let server = Postgres::new(pool).await;
    let now = server.now().await - TimeDelta::minutes(5);
    let told = |count: i64| {
        let kinds = [
            (EventKind::AuthnLoginFail, count / 2),
            (EventKind::AuthzFail, count),
        ];
        let kinds = kinds
            .into_iter()
            .flat_map(|(kind, count)| (0..count).map(move |n| (kind, n)));
        let sources = [Source::SupabaseEdge, Source::Nginx, Source::Postgrest];
        let told = kinds
            .flat_map(|(kind, n)| sources.map(|source| event(kind, source, now + TimeDelta::seconds(n))));
        told.collect::<Vec<_>>()
    };
    record(&server, &told(8)).await;
    assert_eq!(spoke(&look(&server).await), []);
    record(&server, &told(14)).await;
    let rules = [Rule::BruteForceIp, Rule::BruteForceAccount, Rule::DeniedIp];
    assert_eq!(spoke(&look(&server).await), rules);
}

#[sqlx::test(migrations = false)]
async fn a_statement_that_fails_leaves_the_others(pool: PgPool) {
    let server = Postgres::new(pool).await;
    let now = server.now().await;
    let read = event(EventKind::AnonDataRead, Source::Nginx, now);
    record(&server, &[read]).await;
    // Only what is unusual asks how it came out.
    run(
        &server.owner,
        "do $$ declare columns text;
         begin
             select string_agg(quote_ident(attname), ', ') into columns from pg_attribute
             where attrelid = 'vigie.access_events'::regclass and attnum > 0 and attname <> 'outcome';
             revoke select on vigie.access_events from vigie_sync;
             execute format('grant select (%s) on vigie.access_events to vigie_sync', columns);
         end $$",
    )
    .await;
    let told = look(&server).await;
    let failed: Vec<_> = told.failed.iter().map(|failed| failed.rule).collect();
    assert_eq!(
        (failed, spoke(&told)),
        (vec![Rule::Spike], vec![Rule::AnonDataExposed])
    );
    assert!(
        told.found.iter().all(|found| found.rule != Rule::Spike),
        "not looked at is not quiet"
    );
}

/// Far into a month, a client of the month before is still the same.
#[sqlx::test(migrations = false)]
async fn one_who_goes_on_over_a_months_end_is_one_for_the_month(pool: PgPool) {
    let server = Postgres::new(pool).await;
    let began = Month::of(server.now().await).before().begins_at();
    let at = |minutes: i64| began + TimeDelta::minutes(minutes);
    let (old, new) = (Pseudonym::from_bytes([1; 16]), Pseudonym::from_bytes([2; 16]));
    let of = |own, before, at| AccessEvent {
        address_hash: Some(own),
        address_hash_before: before,
        account_hash: None,
        ..event(EventKind::ServiceRoleFromBrowser, Source::Nginx, at)
    };
    let late = 20 * 24 * 60;
    record(
        &server,
        &[
            of(old, None, at(-60)),
            of(new, Some(old), at(5)),
            of(new, None, at(late)),
        ],
    )
    .await;
    let watch = Watch {
        as_of: Some(at(late + 1)),
        ..Watch::default()
    };
    let told = server
        .service
        .detect(&Caller::Service, &watch)
        .await
        .expect("an answer");
    let found = told.found.iter().flat_map(|found| &found.findings);
    let entities: Vec<_> = found.map(|finding| finding.entity_id.clone()).collect();
    assert_eq!(entities, [String::from(old)]);
}

/// Five minutes begin when the clock says so, and twenty in them are too many where none are usual.
#[sqlx::test(migrations = false)]
async fn so_many_in_five_minutes_are_unusual(pool: PgPool) {
    let server = Postgres::new(pool).await;
    run(
        &server.owner,
        "insert into vigie.access_sources (source, first_at)
         values ('nginx', now() - interval '20 days'), ('postgrest', now() - interval '20 days')",
    )
    .await;
    let now = server.now().await - TimeDelta::minutes(20);
    let slot = now
        - TimeDelta::seconds(now.timestamp().rem_euclid(300))
        - TimeDelta::nanoseconds(now.timestamp_subsec_nanos().into());
    let refused = |source: Source, after: i64, many: i64| {
        let told = (0..many).map(move |n| AccessEvent {
            address_hash: None,
            account_hash: None,
            dedup_key: format!("{source} {after} {n}"),
            ..event(
                EventKind::InputValidationFail,
                source,
                slot + TimeDelta::milliseconds(after * 1000 + n),
            )
        });
        told.collect::<Vec<_>>()
    };
    record(&server, &refused(Source::Nginx, 0, 19)).await;
    record(&server, &refused(Source::Nginx, 300, 19)).await;
    record(&server, &refused(Source::Nginx, -1, 19)).await;
    record(&server, &refused(Source::Postgrest, 0, 19)).await;
    assert_eq!(
        spoke(&look(&server).await),
        [],
        "each source, and each five minutes, alone"
    );
    record(&server, &refused(Source::Nginx, 299, 1)).await;
    assert_eq!(spoke(&look(&server).await), [Rule::Spike]);
}

/// A journal that begins knows of nothing that is usual.
#[sqlx::test(migrations = false)]
async fn a_young_journal_calls_nothing_unusual(pool: PgPool) {
    let server = Postgres::new(pool).await;
    let now = server.now().await - TimeDelta::minutes(10);
    let refused = |allowed: bool, from: i64| -> Vec<_> {
        let told = (from..from + 25).map(|n| AccessEvent {
            is_allowed: allowed,
            address_hash: None,
            account_hash: None,
            ..event(
                EventKind::InputValidationFail,
                Source::Nginx,
                now + TimeDelta::seconds(n),
            )
        });
        told.collect()
    };
    let heard_for = async |days: i64| {
        let heard = format!(
            "insert into vigie.access_sources (source, first_at) values ('nginx', now() - interval '{days} days 2 hours')
             on conflict (source) do update set first_at = excluded.first_at"
        );
        run(&server.owner, &heard).await;
    };
    heard_for(20).await;
    record(&server, &refused(true, 0)).await;
    assert_eq!(
        spoke(&look(&server).await),
        [],
        "nothing is said of whom is allowed"
    );
    record(&server, &refused(false, 30)).await;
    heard_for(6).await;
    assert_eq!(spoke(&look(&server).await), []);
    heard_for(7).await;
    assert_eq!(spoke(&look(&server).await), [Rule::Spike]);
}

/// What was embedded in rows that were given may have been nothing: that is no more than a warning, and what is certain hides it.
#[sqlx::test(migrations = false)]
async fn what_may_have_been_given_is_a_warning(pool: PgPool) {
    let server = Postgres::new(pool).await;
    let now = server.now().await;
    let read = |resource: &str, severity, outcome, key: &str| AccessEvent {
        resource: Some(resource.to_owned()),
        severity,
        outcome,
        dedup_key: key.to_owned(),
        ..event(EventKind::AnonDataRead, Source::Nginx, now)
    };
    let may_be = |resource, key| read(resource, Severity::Warn, Outcome::Possible, key);
    let events = [
        may_be("slips", "a"),
        may_be("slips", "b"),
        may_be("contracts", "c"),
        read("contracts", Severity::Critical, Outcome::Success, "d"),
    ];
    record(&server, &events).await;
    let told = look(&server).await;
    let found = told
        .found
        .iter()
        .find(|found| found.rule == Rule::AnonDataExposed)
        .expect("it was looked at");
    let told: Vec<_> = found
        .findings
        .iter()
        .map(|finding| {
            (
                finding.entity_id.as_str(),
                finding.severity,
                finding.message.as_str(),
            )
        })
        .collect();
    let [(first, critical, _), (second, warn, message)] = told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((first, critical), ("contracts", Severity::Critical));
    assert_eq!((second, warn), ("slips", Severity::Warn));
    assert!(message.starts_with("slips: may have been given"), "{message}");
    assert!(message.contains("2 times"), "{message}");
}
