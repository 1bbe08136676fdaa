//! Memory and PostgreSQL say the same.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use release_info::{
    AppEnv,
    ledger::{
        Entry, Error, EventKind, Facts, Place, Recorded, Release, ReleaseFilter, lifecycle,
        postgres::sqlx::{self, PgPool},
    },
};
use serde_json::json;

use crate::{
    contract::{Harness, scene::*},
    memory_harness::Memory,
    server::Postgres,
};

#[sqlx::test(migrations = false)]
async fn the_table_of_steps_is_the_life_cycle(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let rows: Vec<(String, String, String, bool)> =
        sqlx::query_as("select stage, kind, next, found_by_looking from vigie.release_steps")
            .fetch_all(&postgres.owner)
            .await
            .expect("rows");
    let machine: BTreeSet<(String, String, String, bool)> = lifecycle::steps()
        .map(|step| {
            (
                step.stage.as_str().to_owned(),
                step.kind.as_str().to_owned(),
                step.next.as_str().to_owned(),
                step.kind.is_found_by_looking(),
            )
        })
        .collect();
    assert_eq!(rows.len(), machine.len(), "the same number of cells");
    assert_eq!(BTreeSet::from_iter(rows), machine);
}

/// What somebody tries, with few releases and keys, so that it often meets what was done before.
fn tried() -> impl Strategy<Value = Entry> {
    let kind = prop_oneof![
        4 => prop::sample::select(vec![Started, Deployed, VerifyPassed, RollbackStarted, RolledBack]),
        1 => prop::sample::select(EventKind::ALL.to_vec()),
    ];
    let key = prop::option::weighted(0.3, prop::sample::select(vec!["one", "two", "three", "four"]));
    let letters = || prop::sample::select(vec!['a', 'b', 'c']);
    (letters(), letters(), kind, key, said()).prop_map(|(letter, to, kind, key, said)| {
        let mut entry = Entry {
            returns_to: (kind == RollbackStarted).then(|| release(to)),
            key: key.map(str::to_owned),
            provider_version: said.provider_version,
            reason: said.reason,
            ..entry(letter, kind)
        };
        entry.evidence = said.evidence.or(entry.evidence);
        if matches!(kind, Started | Deployed | Note) {
            entry.facts = said.facts;
        }
        entry
    })
}

/// What may be said besides, seldom enough that the same is often said twice.
fn said() -> impl Strategy<Value = Entry> {
    let version = prop::option::weighted(0.3, prop::sample::select(vec!["v1", "v2"]));
    let reason = prop::option::weighted(0.1, Just("why".to_owned()));
    let evidence = prop::sample::select(vec![json!(1), json!(1.0), json!({ "a": [1, null] })]);
    let schema = prop::option::weighted(0.2, 1_i64..3);
    let digest = prop::option::weighted(0.2, Just("ab".repeat(32)));
    let evidence = prop::option::weighted(0.2, evidence);
    (version, reason, evidence, schema, digest).prop_map(|(version, reason, evidence, schema, digest)| {
        Entry {
            provider_version: version.map(str::to_owned),
            reason,
            evidence,
            facts: Facts {
                min_schema: schema,
                max_schema: schema,
                manifest_sha256: digest,
            },
            ..entry('a', Note)
        }
    })
}

/// An answer without its times and numbers, which are each store's own.
fn told(outcome: Result<Recorded, Error>) -> String {
    match outcome {
        Ok(recorded) => {
            let release = standing(&recorded.release);
            format!("{} {:?} {release}", recorded.replayed, recorded.event.entry)
        }
        Err(Error::Conflict { recorded }) => format!("conflict {:?}", recorded.entry),
        Err(error) => format!("{} {error}", error.code()),
    }
}

/// Its times by the order in which they come.
fn standing(release: &Release) -> String {
    let Release {
        started_at,
        deployed_at,
        verified_at,
        changed_at,
        ..
    } = *release;
    let times = [Some(started_at), deployed_at, verified_at, Some(changed_at)];
    let order: BTreeSet<_> = times.into_iter().flatten().collect();
    let order = times.map(|time| order.iter().position(|at| Some(*at) == time));
    format!(
        "{} {} {:?} {:?} {:?} {order:?}",
        release.release, release.stage, release.provider_version, release.facts, release.returns_to
    )
}

#[sqlx::test(migrations = false)]
async fn memory_and_postgres_answer_alike(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let (there, lives) = (postgres.people(), prop::collection::vec(tried(), 40));
    let mut runner = TestRunner::default();
    for case in 0..30 {
        let memory = Memory::new();
        let here = memory.people();
        let life = lives.new_tree(&mut runner).expect("a life").current();
        let place = Place::new(AppEnv::Production, format!("case-{case}"));
        for mut entry in life.clone() {
            entry.place = place.clone();
            entry.key = entry.key.map(|key| format!("{case} {key}"));
            memory.pass(TimeDelta::seconds(1)).await;
            let one = there.record(&amina(), &entry).await;
            let other = here.record(&amina(), &entry).await;
            assert_eq!(told(one), told(other), "{entry:?} in {life:#?}");
        }
        let mut standings = Vec::new();
        for ledger in [&there, &here] {
            let filter = ReleaseFilter {
                target: Some(place.target.clone()),
                ..ReleaseFilter::default()
            };
            let page = ledger.list(&amina(), &filter).await.expect("a page");
            let best = ledger.last_verified(&amina(), &place).await.expect("an answer");
            let releases: Vec<_> = page.releases.iter().map(standing).collect();
            standings.push((releases, best.as_ref().map(standing)));
        }
        assert_eq!(standings[0], standings[1], "{life:#?}");
    }
}
