//! Every statement of the rules says what the simulator says, event after event: on streams made by chance, with repeats that
//! are one row, late and equal times, several keys and sources, months that end, and things that people have dealt with.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use access_journal::{
    AccessEvent, EventKind, Outcome, Source,
    integrity_core::{Caller, ManualClock, Severity},
    journal::{
        AccessJournal as _, Heartbeat, MemoryAccessJournal,
        postgres::sqlx::{self, PgPool},
    },
    privacy::{Month, Pseudonym},
    rules::{Bucket, Detection, Fixed, Rule, Spike, Thresholds, Watch, Within},
};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::server::{Postgres, run};

const CASES: u64 = 240;

/// The same numbers in the same order for the same seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn small(&mut self, end: u8) -> u8 {
        u8::try_from(self.below(end.into())).expect("below 256")
    }

    fn is(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        let at = usize::try_from(self.below(of.len() as u64)).expect("small");
        of[at].clone()
    }
}

/// A stream of events and a question about it.
struct Case {
    events: Vec<AccessEvent>,
    /// So many of them were read first, at that time; the others after the question.
    late: usize,
    late_at: DateTime<Utc>,
    /// When each source was first heard.
    heard_at: DateTime<Utc>,
    watch: Watch,
}

/// Whose pseudonym of the month of that instant.
fn pseudonym(kind: u8, who: u8, month: Month) -> Pseudonym {
    let mut bytes = [who; 16];
    bytes[0] = kind;
    for (byte, of_month) in bytes[1..11].iter_mut().zip(month.first_day().to_string().bytes()) {
        *byte = of_month.rotate_left(u32::from(who % 7));
    }
    Pseudonym::from_bytes(bytes)
}

fn both(kind: u8, who: u8, at: DateTime<Utc>) -> (Option<Pseudonym>, Option<Pseudonym>) {
    let before = Month::still_known_at(at).map(|month| pseudonym(kind, who, month));
    (Some(pseudonym(kind, who, Month::of(at))), before)
}

fn thresholds(chance: &mut Chance) -> Thresholds {
    let mut bucket = || Bucket {
        capacity: 1 + u32::from(chance.small(6)),
        leak: chance.one(&[
            Duration::from_secs(10),
            Duration::from_mins(1),
            Duration::from_micros(333_333),
            Duration::from_micros(10_000_001),
        ]),
    };
    let (brute_force_ip, denied_ip, denied_user) = (bucket(), bucket(), bucket());
    let mut within = || Within {
        count: 2 + u32::from(chance.small(5)),
        within: chance.one(&[
            Duration::from_mins(10),
            Duration::from_mins(5),
            Duration::from_secs(1),
            Duration::from_micros(90_000_001),
        ]),
    };
    let (brute_force_account, password_spray, enumeration) = (within(), within(), within());
    Thresholds {
        brute_force_ip,
        denied_ip,
        denied_user,
        brute_force_account,
        password_spray,
        enumeration,
        success_within: chance.one(&[Duration::from_mins(10), Duration::from_secs(1), Duration::ZERO]),
        spike: Spike {
            least: 3 + u32::from(chance.small(10)),
            deviations: u32::from(chance.small(8)),
        },
        silent_after: Duration::from_hours(1),
    }
}

fn event(chance: &mut Chance, at: DateTime<Utc>, kinds: &[EventKind], n: usize) -> AccessEvent {
    let kind = chance.one(kinds);
    let who = chance.small(3);
    let (account_hash, account_hash_before) = if chance.is(85) {
        both(1, chance.small(6), at)
    } else {
        (None, None)
    };
    let (address_hash, address_hash_before) = if chance.is(90) {
        both(2, who, at)
    } else {
        (None, None)
    };
    AccessEvent {
        occurred_at: at,
        source: chance.one(&[Source::Nginx, Source::Nginx, Source::Postgrest]),
        event: kind,
        outcome: match kind {
            EventKind::AuthnLoginSuccess
            | EventKind::AuthnLoginSuccessAfterFail
            | EventKind::AnonDataRead => Outcome::Success,
            EventKind::EmptySensitiveRead => Outcome::Empty,
            _ => Outcome::Refused,
        },
        route: chance
            .is(80)
            .then(|| format!("/{}", chance.one(&["a", "B", "c d", "é", "Z", "_"]))),
        resource: chance.is(85).then(|| format!("public.{}", chance.small(9))),
        actor_id: chance
            .is(60)
            .then(|| Uuid::from_u128(u128::from(chance.small(3)))),
        account_hash,
        account_hash_before,
        address_hash,
        address_hash_before,
        is_allowed: chance.is(7),
        severity: if n.is_multiple_of(3) {
            Severity::Warn
        } else {
            Severity::Info
        },
        count: if chance.is(75) {
            1
        } else {
            1 + u32::from(chance.small(5))
        },
        dedup_key: format!("{at}-{n}"),
        ..AccessEvent::sample()
    }
}

/// What people have dealt with of some of it.
fn dealt_with(chance: &mut Chance, events: &[AccessEvent]) -> Vec<Fixed> {
    let some = usize::from(chance.small(4));
    let fixed = events.iter().take(some).filter_map(|event| {
        let rule = chance.one(Rule::ALL);
        let entity_id = match rule.about() {
            "JOURNAL" => Some("all".to_owned()),
            "ACCOUNT" => event.account_hash.map(String::from),
            "USER" => event.actor_id.map(|actor| actor.to_string()),
            "RESOURCE" => event.resource.clone(),
            _ => event.address_hash.map(String::from),
        }?;
        Some(Fixed {
            rule,
            entity_id,
            at: event.occurred_at,
        })
    });
    fixed.collect()
}

impl Case {
    /// Each is about an earlier time than the ones before, so that none sees what came before it.
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let latest: DateTime<Utc> = "2090-01-01T00:00:00Z".parse().expect("a time");
        let month = Month::of(latest - TimeDelta::days(62 * i64::try_from(seed).expect("small")));
        // Half of them look at the end of a month.
        let hours = if chance.is(50) {
            chance.below(50)
        } else {
            60 + chance.below(400)
        };
        let micros = chance.below(3_600_000_000);
        let as_of = month.begins_at()
            + TimeDelta::hours(i64::try_from(hours).expect("small"))
            + TimeDelta::microseconds(i64::try_from(micros).expect("small"));
        let kinds = chance.one(&[
            vec![EventKind::AuthnLoginFail],
            vec![
                EventKind::AuthnLoginFail,
                EventKind::AuthnLoginFail,
                EventKind::AuthnLoginSuccess,
            ],
            vec![
                EventKind::AuthzFail,
                EventKind::AuthnTokenInvalid,
                EventKind::ResourceEnumeration,
            ],
            EventKind::ALL.to_vec(),
        ]);
        let mut events = Vec::new();
        let mut at = if as_of - month.begins_at() < TimeDelta::hours(24) && chance.is(80) {
            month.begins_at() - TimeDelta::microseconds(chance.below(1_200_000_000).cast_signed())
        } else {
            as_of - TimeDelta::microseconds(chance.below(93_600_000_000).cast_signed())
        };
        // Some were over long before they are read.
        if chance.is(30) {
            at -= TimeDelta::hours(24 + i64::from(chance.small(72)));
        }
        for n in 0..usize::from(chance.small(90)) {
            let (minute, moment) = (chance.below(60_000_000), chance.below(20_000_000));
            at += chance.one(&[
                TimeDelta::zero(),
                TimeDelta::seconds(1),
                TimeDelta::seconds(10),
                TimeDelta::minutes(5),
                TimeDelta::microseconds(90_000_001),
                TimeDelta::microseconds(minute.cast_signed()),
                TimeDelta::microseconds(moment.cast_signed()),
            ]);
            events.push(event(&mut chance, at, &kinds, n));
        }
        // What was usual at that hour.
        for day in 1..=i64::from(chance.small(16)) {
            for n in 0..usize::from(chance.small(8)) {
                let within = TimeDelta::seconds(chance.below(3600).cast_signed());
                let past = as_of - TimeDelta::days(day) - within;
                events.push(event(&mut chance, past, &[EventKind::AuthzFail], 1000 + n));
            }
        }
        // Lines come late.
        for from in (1..events.len()).rev() {
            let to = usize::try_from(chance.below(from as u64 + 1)).expect("small");
            events.swap(from, to);
        }
        let late_at = as_of - TimeDelta::minutes(chance.below(1800).cast_signed());
        let is_read_late = chance.is(60);
        let (mut events, after): (Vec<_>, Vec<_>) = events
            .into_iter()
            .partition(|event| is_read_late && event.occurred_at <= late_at && chance.is(70));
        let late = events.len();
        events.extend(after);
        let heard_at = as_of - TimeDelta::hours(48 + i64::from(chance.small(200)) * 2);
        let fixed = dealt_with(&mut chance, &events);
        // Those of one statement are looked at together; half of the time somebody was away for longer than a day.
        let looked_at = as_of - TimeDelta::hours(i64::from(chance.small(96)));
        let looked = chance
            .is(70)
            .then(|| Rule::ALL.iter().map(|rule| (*rule, looked_at)));
        let watch = Watch {
            thresholds: thresholds(&mut chance),
            expected: vec![Source::Nginx],
            fixed,
            looked: looked.into_iter().flatten().collect(),
            as_of: Some(as_of),
        };
        Self {
            events,
            late,
            late_at,
            heard_at,
            watch,
        }
    }
}

/// Past the functions that record, which would refuse the times of most cases.
const KEEP: &str = "
    insert into vigie.access_events (recorded_at, occurred_at, source, event, outcome, severity, route, resource, actor_id, account_hash,
        account_hash_before, address_hash, address_hash_before, is_allowed, count, dedup_key)
    select $2, (e ->> 'occurred_at')::timestamptz, e ->> 'source', e ->> 'event', e ->> 'outcome', e ->> 'severity',
           e ->> 'route', e ->> 'resource', (e ->> 'actor_id')::uuid, decode(e ->> 'account_hash', 'hex'),
           decode(e ->> 'account_hash_before', 'hex'), decode(e ->> 'address_hash', 'hex'),
           decode(e ->> 'address_hash_before', 'hex'), (e ->> 'is_allowed')::boolean, (e ->> 'count')::integer,
           e ->> 'dedup_key'
    from jsonb_array_elements($1) with ordinality as given (e, n)
    order by n";

async fn keep(pool: &PgPool, case: &Case) {
    let after = case.watch.as_of.expect("given") + TimeDelta::days(2);
    let (late, others) = case.events.split_at(case.late);
    for (events, at) in [(late, case.late_at), (others, after)] {
        let json = serde_json::to_value(events).expect("JSON");
        let kept = sqlx::query(KEEP).bind(json).bind(at).execute(pool).await;
        kept.expect("kept");
    }
    for source in [Source::Nginx, Source::Postgrest] {
        let heard = sqlx::query(
            "insert into vigie.access_sources (source, first_at, heard_at) values ($1, $2, $2)
             on conflict (source) do update set first_at = $2, heard_at = $2",
        );
        let heard = heard
            .bind(source.as_str())
            .bind(case.heard_at)
            .execute(pool)
            .await;
        heard.expect("heard");
    }
}

async fn simulated(case: &Case) -> Detection {
    let as_of = case.watch.as_of.expect("given");
    let clock = Arc::new(ManualClock::new(case.heard_at));
    let journal = MemoryAccessJournal::new(clock.clone());
    for source in [Source::Nginx, Source::Postgrest] {
        let heartbeat = Heartbeat::of(source);
        journal.beat(&Caller::Service, &heartbeat).await.expect("heard");
    }
    let (late, others) = case.events.split_at(case.late);
    let mut now = case.heard_at;
    for (events, at) in [(late, case.late_at), (others, as_of + TimeDelta::days(2))] {
        clock.advance(at - now);
        now = at;
        for event in events {
            let salt = journal
                .salt(&Caller::Service, Month::of(event.occurred_at), None)
                .await;
            salt.expect("an answer").expect("a key");
        }
        let recorded = journal.record(&Caller::Service, events).await;
        recorded.expect("recorded");
    }
    journal
        .detect(&Caller::Service, &case.watch)
        .await
        .expect("an answer")
}

#[sqlx::test(migrations = false)]
async fn the_statements_say_what_the_simulator_says(pool: PgPool) {
    let server = Postgres::new(pool).await;
    run(
        &server.owner,
        "create table vigie.access_events_any partition of vigie.access_events default",
    )
    .await;
    let mut fired = BTreeMap::<(Rule, Severity), usize>::new();
    for seed in 0..CASES {
        let case = Case::new(seed);
        keep(&server.owner, &case).await;
        let told = server
            .service
            .detect(&Caller::Service, &case.watch)
            .await
            .expect("an answer");
        let expected = simulated(&case).await;
        for (told, expected) in told.found.iter().zip(&expected.found) {
            assert_eq!(told, expected, "seed {seed}, as of {:?}", case.watch.as_of);
        }
        assert_eq!((told.at, told.found.len()), (expected.at, expected.found.len()));
        assert!(told.failed.is_empty(), "{:?}", told.failed);
        for found in &told.found {
            for finding in &found.findings {
                *fired.entry((found.rule, finding.severity)).or_default() += 1;
            }
        }
    }
    // Silence would agree too.
    for rule in Rule::ALL.iter().filter(|rule| **rule != Rule::JournalTampered) {
        let often = fired.get(&(*rule, rule.severity())).copied().unwrap_or_default();
        assert!(often >= 10, "{rule} spoke {often} times: {fired:?}");
    }
    let succeeded = fired
        .get(&(Rule::BruteForceAccount, Severity::Critical))
        .copied()
        .unwrap_or_default();
    assert!(succeeded >= 10, "{fired:?}");
}
