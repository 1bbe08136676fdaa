//! Whatever is done to the journal past its functions is found and named, and what is done by its functions is not.

use std::time::Duration;

use access_journal::{
    integrity_core::{Caller, postgres},
    journal::{
        AccessJournal as _, Scope, Tampering, Verification,
        postgres::sqlx::{self, PgConnection, PgPool},
        watch,
    },
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use uuid::Uuid;

use crate::{
    contract::scene::{Scene, seal_new},
    server::{Postgres, run},
};

/// Past the triggers that keep rows as they are, as only a superuser can.
pub(crate) const TAMPER: &str = "begin; set local session_replication_role = replica;";

/// What is told of the whole journal within a transaction that is not done.
async fn verify(connection: &mut PgConnection) -> Verification {
    let found: String = sqlx::query_scalar("select vigie.verify_access(null, null)::text")
        .fetch_one(connection)
        .await
        .expect("compared");
    serde_json::from_str(&found).unwrap_or_else(|error| panic!("{error} in {found}"))
}

async fn execute(connection: &mut PgConnection, statements: &str) {
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(statements))
        .execute(connection)
        .await;
    done.unwrap_or_else(|error| panic!("{error} in {statements}"));
}

/// Two seals of three rows each, numbered 1 to 7 without 4, which the first seal takes for itself.
pub(crate) async fn sealed(pool: PgPool) -> Postgres {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres).await;
    for keys in [["a", "b", "c"], ["d", "e", "f"]] {
        let events = keys.map(|key| scene.event(key, TimeDelta::minutes(1)));
        scene.record(&events).await.expect("recorded");
        seal_new(&postgres).await;
    }
    postgres
}

/// What was done, to which seal, and to which row.
type Named = (Tampering, i64, Option<i64>);

#[sqlx::test(migrations = false)]
async fn what_is_done_to_it_is_found_and_named(pool: PgPool) {
    use Tampering::*;
    let postgres = sealed(pool).await;
    let cases: [(&str, &[Named]); 16] = [
        ("select", &[]),
        (
            // what later versions may add
            "alter table vigie.access_seals add later text;
             alter table vigie.access_seal_parts add later text;
             alter table vigie.access_events add later integer not null default 7",
            &[],
        ),
        (
            "update vigie.access_events set status = 200 where seq = 2",
            &[(Edited, 1, Some(2))],
        ),
        (
            "update vigie.access_events set address_hash = null where seq = 5",
            &[(Edited, 2, Some(5))],
        ),
        (
            "delete from vigie.access_events where seq = 3",
            &[(Deleted, 1, Some(3))],
        ),
        (
            "update vigie.access_events set occurred_at = occurred_at - interval '1 second' where seq = 6",
            &[(Retimed, 2, Some(6))],
        ),
        (
            "update vigie.access_events set recorded_at = recorded_at - interval '1 second' where seq = 1",
            &[(Retimed, 1, Some(1))],
        ),
        (
            // it would be sealed anew
            "update vigie.access_events set xid = pg_current_xact_id() where seq = 1",
            &[(Retimed, 1, Some(1))],
        ),
        (
            "insert into vigie.access_events
             select (jsonb_populate_record(e, '{\"dedup_key\": \"new\", \"seq\": 90}')).*
             from vigie.access_events e where seq = 5",
            &[(Inserted, 2, Some(90))],
        ),
        (
            "insert into vigie.access_events
             select (jsonb_populate_record(e, jsonb_build_object(
                 'dedup_key', 'new', 'occurred_at', e.occurred_at - interval '1 hour'))).*
             from vigie.access_events e where seq = 5",
            &[(Inserted, 2, Some(5))],
        ),
        (
            "update vigie.access_events set seq = 91 where seq = 2",
            &[(Reordered, 1, Some(2))],
        ),
        (
            "update vigie.access_events set seq = -1 where seq = 1;
             update vigie.access_events set seq = 1 where seq = 2;
             update vigie.access_events set seq = 2 where seq = -1",
            &[(Reordered, 1, Some(1)), (Reordered, 1, Some(2))],
        ),
        (
            "delete from vigie.access_seals where number = 1",
            &[(SealMissing, 1, None)],
        ),
        (
            "delete from vigie.access_seals where number = 2",
            &[(SealMissing, 2, None)],
        ),
        (
            "update vigie.access_seals set row_count = 2 where number = 1;
             update vigie.access_seals s set hash = vigie.access_seal_hash(s) where number = 1",
            &[(SealEdited, 1, None)],
        ),
        (
            "update vigie.access_seal_marks set seqs[1] = 92 where seal = 2",
            &[(SealEdited, 2, None)],
        ),
    ];
    let mut connection = postgres.owner.acquire().await.expect("a connection");
    for (statements, expected) in cases {
        execute(&mut connection, TAMPER).await;
        execute(&mut connection, statements).await;
        let found = verify(&mut connection).await;
        execute(&mut connection, "rollback").await;
        let told: Vec<_> = found
            .discrepancies
            .iter()
            .map(|found| (found.kind, found.seal, found.seq))
            .collect();
        assert_eq!(told, expected, "{statements}");
        assert_eq!(found.broken, expected.len() as u64, "{statements}");
        assert_eq!(found.holds(), expected.is_empty(), "{statements}");
    }
}

#[sqlx::test(migrations = false)]
async fn the_service_finds_what_was_done_lately_and_long_ago(pool: PgPool) {
    let postgres = sealed(pool).await;
    let day = TimeDelta::days(1);
    let watched = watch(&*postgres.service, day).await.expect("watched");
    assert!(watched.findings.is_empty(), "{watched:?}");
    let edit = "update vigie.access_events set status = 200 where seq = 2; commit";
    run(&postgres.owner, &format!("{TAMPER} {edit}")).await;
    let watched = watch(&*postgres.service, day).await.expect("watched");
    let told: Vec<_> = watched.findings.iter().map(|found| &*found.entity_id).collect();
    assert_eq!(told, ["1"], "one of the newest hundred");
    assert!(
        watched.findings[0].message.contains("row 2 of seal 1 was edited"),
        "{watched:?}"
    );
}

#[sqlx::test(migrations = false)]
async fn seals_that_were_all_taken_away_are_missed(pool: PgPool) {
    let postgres = sealed(pool).await;
    let day = TimeDelta::days(1);
    watch(&*postgres.service, day).await.expect("watched");
    let all = "delete from vigie.access_seals; delete from vigie.access_seal_parts;
               delete from vigie.access_seal_marks; commit";
    run(&postgres.owner, &format!("{TAMPER} {all}")).await;
    let watched = watch(&*postgres.service, day).await.expect("watched");
    assert!(watched.sealed.is_some(), "they are made anew");
    assert!(
        !watched.findings.is_empty(),
        "but the one that was there is missed"
    );
}

/// Twelve write, in transactions that end in any order and not always well, and three seal.
#[sqlx::test(migrations = false)]
async fn many_write_and_several_seal(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres).await;
    let writers = postgres::pool_options()
        .max_connections(12)
        .connect_with((*postgres.owner.connect_options()).clone())
        .await
        .expect("connected");
    let write = async |writer: usize| {
        for round in 0..15 {
            let chance = *Uuid::new_v4().as_bytes();
            let mut transaction = writers.begin().await.expect("begun");
            for at in 0..=chance[0] % 3 {
                let event = scene.event(&format!("{writer} {round} {at}"), TimeDelta::minutes(1));
                sqlx::query("select vigie.record_access($1)")
                    .bind(serde_json::json!([event]))
                    .execute(&mut *transaction)
                    .await
                    .expect("recorded");
                tokio::time::sleep(Duration::from_millis(u64::from(chance[1] % 12))).await;
            }
            if chance[2].is_multiple_of(8) {
                transaction.rollback().await.expect("taken back");
            } else {
                transaction.commit().await.expect("done");
            }
        }
    };
    let writing = tokio::sync::Semaphore::new(0);
    let all_write = async {
        join_all((0..12).map(write)).await;
        writing.close();
    };
    let seal = async |_: usize| {
        while !writing.is_closed() {
            postgres.service.seal(&Caller::Service).await.expect("sealed");
            let scope = Scope::Newest(3);
            let found = postgres.service.verify(&Caller::Service, scope, None).await;
            let found = found.expect("compared");
            // Until the first transaction is surely over there is nothing to seal.
            assert!(found.holds() || found.is_nothing(), "a false alarm: {found:?}");
        }
    };
    futures_util::future::join(all_write, join_all((0..3).map(seal))).await;
    let whole = async || {
        let found = postgres
            .service
            .verify(&Caller::Service, Scope::Whole, None)
            .await;
        found.expect("compared")
    };
    while whole().await.unsealed > 0 {
        seal_new(&postgres).await;
    }

    let found = whole().await;
    assert!(found.holds() && found.unsealed == 0, "{found:?}");
    assert!(found.seals > 3, "{found:?}");
    let (rows, sealed, once): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from vigie.access_events), count(*), count(distinct s.seq)
         from vigie.access_seal_marks m cross join unnest(m.seqs) as s (seq)
         where s.seq in (select e.seq from vigie.access_events e)",
    )
    .fetch_one(&postgres.owner)
    .await
    .expect("numbers");
    assert!(
        rows > 0 && rows == sealed && sealed == once,
        "{rows} {sealed} {once}"
    );
    assert_eq!(found.rows, rows.unsigned_abs());
}

/// Events of a month that is over for longer than the least retention.
const OLD: &str = "
    select vigie.begin_access_month((date_trunc('month', now() at time zone 'UTC') - interval '4 months')::date);
    insert into vigie.access_events (occurred_at, source, event, outcome, severity, dedup_key)
    select date_trunc('month', now() at time zone 'UTC') - interval '4 months' + n * interval '1 day', 'nginx',
           'authz_fail', 'refused', 'INFO', 'old ' || n
    from generate_series(1, 5) n";

#[sqlx::test(migrations = false)]
async fn a_month_goes_and_the_chain_stays(pool: PgPool) {
    let postgres = sealed(pool).await;
    run(&postgres.owner, OLD).await;
    let service = &postgres.service;
    seal_new(&postgres).await;
    let verify = async || {
        let found = service.verify(&Caller::Service, Scope::Whole, None).await;
        found.expect("compared")
    };
    assert_eq!((verify().await.rows, verify().await.gone), (11, 0));
    let mut connection = postgres.owner.acquire().await.expect("a connection");
    let partition: String = sqlx::query_scalar(
        "select 'vigie.access_events_' || to_char(date_trunc('month', now() at time zone 'UTC') - interval '4 months',
                                                  'YYYYMM')",
    )
    .fetch_one(&mut *connection)
    .await
    .expect("a name");

    // Without its key being destroyed, its rows were deleted.
    execute(&mut connection, &format!("begin; drop table {partition}")).await;
    let found = self::verify(&mut connection).await;
    execute(&mut connection, "rollback").await;
    assert_eq!(found.broken, 5);
    assert!(
        found
            .discrepancies
            .iter()
            .all(|found| found.kind == Tampering::Deleted),
        "{found:?}"
    );

    let month = Duration::from_hours(24 * 30);
    let rolled = service.roll(&Caller::Service, month).await.expect("rolled");
    assert_eq!(rolled.dropped, 1);
    let found = verify().await;
    assert!(found.holds() && found.rows == 6 && found.gone == 5, "{found:?}");
    let scene = Scene::new(&postgres).await;
    let late = scene.event("g", TimeDelta::minutes(1));
    scene.record(&[late]).await.expect("recorded");
    seal_new(&postgres).await;
    let found = verify().await;
    assert!(found.holds() && found.rows == 7 && found.gone == 5, "{found:?}");
    let lists: i64 = sqlx::query_scalar("select count(*) from vigie.access_seal_marks where seal = 3")
        .fetch_one(&mut *connection)
        .await
        .expect("a number");
    assert_eq!(lists, 0, "the list of its rows goes with the month");

    // Nobody lets the present go.
    let now = "begin; update vigie.access_keys set salt = null, destroyed_at = clock_timestamp();
               set local session_replication_role = replica; delete from vigie.access_events where seq = 2";
    execute(&mut connection, now).await;
    assert!(!self::verify(&mut connection).await.holds());
    execute(&mut connection, "rollback").await;
}

/// As if all of it had come from another server, whose transactions had other numbers.
const RESTORED: &str = "update vigie.access_events set xid = (pg_current_xact_id()::text::bigint + 1000000000)::text::xid8 where seq = 7;";
pub(crate) const OTHER_SERVER: &str = "
    update vigie.access_seals set system_identifier = 1;
    update vigie.access_seals s set hash = vigie.access_seal_hash(s) where number = 1;
    update vigie.access_seals s set previous = (select b.hash from vigie.access_seals b where b.number = 1)
    where number = 2;
    update vigie.access_seals s set hash = vigie.access_seal_hash(s) where number = 2;
    commit";

#[sqlx::test(migrations = false)]
async fn a_restore_begins_a_generation(pool: PgPool) {
    let postgres = sealed(pool).await;
    let scene = Scene::new(&postgres).await;
    let service = &postgres.service;
    // One that the other server had not sealed yet, and one that this server recorded before it sealed.
    let record = async |key: &str| {
        let event = scene.event(key, TimeDelta::minutes(1));
        scene.record(&[event]).await.expect("recorded");
    };
    record("g").await;
    run(
        &postgres.owner,
        &format!(
            "{TAMPER} {} {OTHER_SERVER}",
            RESTORED.replace("seq = 7", "dedup_key = 'g'")
        ),
    )
    .await;
    record("h").await;
    let seal = seal_new(&postgres).await;
    assert_eq!((seal.number, seal.generation, seal.rows), (3, 2, 2));
    record("i").await;
    let seal = seal_new(&postgres).await;
    assert_eq!((seal.number, seal.generation, seal.rows), (4, 2, 1));
    let found = service
        .verify(&Caller::Service, Scope::Whole, None)
        .await
        .expect("compared");
    assert!(
        found.holds() && found.rows == 9 && found.unsealed == 0,
        "{found:?}"
    );
    let found = service
        .verify(&Caller::Service, Scope::Newest(1), None)
        .await
        .expect("compared");
    assert!(found.holds() && !found.whole, "{found:?}");
}
