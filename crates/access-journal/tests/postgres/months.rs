//! Partitions: whole months by UTC, and as closed as the table that they are parts of.

use std::{sync::Arc, time::Duration};

use access_journal::{
    AccessEvent,
    integrity_core::{Caller, Door, postgres::ROLES},
    journal::{
        AccessJournal as _, Rolled,
        postgres::sqlx::{self, Executor as _, PgPool},
    },
    privacy::Month,
};
use chrono::TimeDelta;
use futures_util::future::join_all;

use crate::{
    contract::{Harness as _, scene::*},
    server::{Postgres, journal, run},
};

const HALF_A_YEAR: Duration = Duration::from_hours(180 * 24);

#[sqlx::test(migrations = false)]
async fn months_are_those_of_utc_whatever_the_session_says(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    for zone in ["Pacific/Kiritimati", "America/Los_Angeles", "UTC"] {
        let sessions = format!("set session authorization vigie_ingest; set timezone = '{zone}'");
        let recorder = journal(&postgres.owner, sessions, Door::Cli).await;
        let now = postgres.now().await;
        let month = Month::of(now).before().before();
        recorder
            .salt(&Caller::Service, month, None)
            .await
            .expect("an answer")
            .expect("kept");
        let before = recorder.salt(&Caller::Service, month.before(), None).await;
        before.expect("an answer").expect("kept");
        let event = |key: &str, at| AccessEvent {
            occurred_at: at,
            dedup_key: format!("{zone} {key}"),
            ..AccessEvent::sample()
        };
        let begins = month.begins_at();
        let events = [
            event("first", begins),
            event("last", begins - TimeDelta::microseconds(1)),
        ];
        recorder
            .record(&Caller::Service, &events)
            .await
            .expect("recorded");
        let parts: Vec<String> = sqlx::query_scalar(
            "select tableoid::regclass::text from vigie.access_events where dedup_key like $1 order by occurred_at",
        )
        .bind(format!("{zone} %"))
        .fetch_all(&postgres.owner)
        .await
        .expect("rows");
        let part = |month: Month| format!("vigie.access_events_{}", month.to_string().replace('-', ""));
        assert_eq!(parts, [part(month.before()), part(month)], "{zone}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_part_is_closed_even_where_the_host_opens_all_that_is_new(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    run(
        &postgres.owner,
        "do $$ begin create role anon nologin; exception when duplicate_object or unique_violation then null; end $$;
         alter default privileges grant all on tables to anon, authenticated, public;
         alter default privileges in schema vigie grant all on tables to vigie_api",
    )
    .await;
    let rolled = postgres
        .service
        .roll(&Caller::Service, HALF_A_YEAR)
        .await
        .expect("rolled");
    assert_eq!(rolled.made, 3);
    let open: Vec<String> = sqlx::query_scalar(
        "select format('%s: %s to %s', c.relname, a.privilege_type, a.grantee::regrole)
         from pg_class c
         left join lateral aclexplode(c.relacl) a on a.grantee <> c.relowner
         where c.relispartition and c.relkind = 'r' and c.relnamespace = 'vigie'::regnamespace
           and (a.grantee is not null or not c.relrowsecurity)",
    )
    .fetch_all(&postgres.owner)
    .await
    .expect("rows");
    assert_eq!(open, Vec::<String>::new());
    // Nor is it opened when the roles are installed anew.
    run(&postgres.owner, ROLES).await;
    let readers: Vec<String> = sqlx::query_scalar(
        "select format('%s %s', c.relname, r.rolname)
         from pg_class c, pg_roles r
         where c.relispartition and c.relkind = 'r' and c.relnamespace = 'vigie'::regnamespace
           and r.rolname in ('anon', 'authenticated', 'vigie_api', 'vigie_sync', 'vigie_ingest', 'vigie_access_reader')
           and has_any_column_privilege(r.oid, c.oid, 'select, insert, update')",
    )
    .fetch_all(&postgres.owner)
    .await
    .expect("rows");
    assert_eq!(readers, Vec::<String>::new());
}

#[sqlx::test(migrations = false)]
async fn rows_stay_whichever_way_they_are_named(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres).await;
    scene
        .record(&[scene.event("a", TimeDelta::minutes(1))])
        .await
        .expect("recorded");
    let part: String = sqlx::query_scalar("select tableoid::regclass::text from vigie.access_events")
        .fetch_one(&postgres.owner)
        .await
        .expect("a row");
    for table in ["vigie.access_events", part.as_str()] {
        for statement in [
            format!("update {table} set status = 200"),
            format!("update {table} set status = 200 where false"),
            format!("delete from {table}"),
            format!("truncate {table}"),
            format!(
                "insert into {table} select * from {table} on conflict (occurred_at, seq) do update set status = 200"
            ),
            format!("merge into {table} e using (select 1) as x on true when matched then delete"),
        ] {
            let refused = postgres
                .owner
                .execute(sqlx::AssertSqlSafe(statement.as_str()))
                .await;
            let error = refused.expect_err(&statement);
            let code = error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code);
            assert_eq!(code.as_deref(), Some("42501"), "{statement}: {error}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn where_nothing_is_due_nothing_is_written(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let written = async || -> bool {
        let mut transaction = postgres.owner.begin().await.expect("begun");
        transaction
            .execute("select vigie.access_roll_partitions('180 days'); select vigie.access_salt(date_trunc('month', now() at time zone 'UTC')::date)")
            .await
            .expect("rolled");
        let written = sqlx::query_scalar("select pg_current_xact_id_if_assigned() is not null")
            .fetch_one(&mut *transaction)
            .await
            .expect("an answer");
        transaction.commit().await.expect("done");
        written
    };
    assert!(written().await, "months are begun");
    assert!(!written().await);
}

/// Months end while events of theirs are recorded: whoever records is told so, or their events are gone with the month.
#[sqlx::test(migrations = false)]
async fn whoever_records_while_a_month_ends_loses_nothing_else(pool: PgPool) {
    let postgres = Arc::new(Postgres::new(pool).await);
    postgres
        .service
        .roll(&Caller::Service, HALF_A_YEAR)
        .await
        .expect("rolled");
    let scene = Scene::new(&*postgres).await;
    let old = scene.now - TimeDelta::days(100);
    scene.salt_of(old).await.expect("kept");
    let writers = (0..12).map(|writer| {
        let scene = &scene;
        async move {
            let (mut new, mut gone) = (0, 0);
            for number in 0..20 {
                let key = format!("{writer} {number}");
                let ended = scene.event(&format!("{key} old"), TimeDelta::days(100));
                match scene.record(&[ended]).await {
                    Ok(recorded) => assert_eq!(recorded.added, 1),
                    refused => {
                        assert_eq!(field(refused), "events[0].occurred_at");
                        gone += 1;
                    }
                }
                let event = scene.event(&key, TimeDelta::minutes(1));
                new += scene.record(&[event]).await.expect("recorded").added;
            }
            (new, gone)
        }
    });
    let roller = async {
        let mut dropped = 0;
        for days in [150, 120, 30, 30, 30] {
            let retention = Duration::from_hours(24 * days);
            let rolled = postgres.service.roll(&Caller::Service, retention).await;
            dropped += rolled.expect("rolled").dropped;
        }
        dropped
    };
    let (told, dropped) = futures_util::future::join(join_all(writers), roller).await;
    assert_eq!(dropped, 1);
    assert_eq!(told.iter().map(|(new, _)| new).sum::<u64>(), 240);
    let late = scene.record(&[scene.event("late", TimeDelta::days(100))]).await;
    assert_eq!(field(late), "events[0].occurred_at");
    assert_eq!(postgres.kept().await.len(), 240);
}

/// Somebody reads for long: what is past its time waits for that, with its key; nothing else does.
#[sqlx::test(migrations = false)]
async fn months_begin_while_others_cannot_end(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres).await;
    let old = [100, 140].map(|days| scene.event(&days.to_string(), TimeDelta::days(days)));
    for event in &old {
        scene.salt_of(event.occurred_at).await.expect("kept");
    }
    scene.record(&old).await.expect("recorded");
    let roll = async || -> Rolled {
        let rolled = postgres
            .service
            .roll(&Caller::Service, Duration::from_hours(40 * 24))
            .await;
        rolled.expect("rolled")
    };
    let mut reader = postgres.owner.begin().await.expect("begun");
    reader
        .execute("select count(*) from vigie.access_events")
        .await
        .expect("read");
    let rolled = roll().await;
    assert!(rolled.made >= 2, "{rolled:?}");
    assert_eq!((rolled.dropped, rolled.overdue), (0, 2));
    let (kept, keys): (bool, i64) = sqlx::query_as(
        "select (select retention = '40 days' from vigie.access_retention),
                (select count(*) from vigie.access_keys where salt is null)",
    )
    .fetch_one(&postgres.owner)
    .await
    .expect("an answer");
    assert_eq!((kept, keys), (true, 0), "a key goes with its month");
    assert_eq!(postgres.kept().await.len(), 2);
    reader.rollback().await.expect("ended");
    assert_eq!(
        roll().await,
        Rolled {
            dropped: 2,
            ..Rolled::default()
        }
    );
    assert!(postgres.kept().await.is_empty());
}

/// The first of a month: everybody needs it at once, and it is rolled.
#[sqlx::test(migrations = false)]
async fn twelve_begin_the_same_months_at_once(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let now = postgres.now().await;
    let (postgres, now) = (&postgres, &now);
    let askers = (0..12).map(|number| async move {
        let at = *now - TimeDelta::days(30 * (number % 4));
        let salt = postgres
            .recorder
            .salt(&Caller::Service, Month::of(at), None)
            .await;
        salt.expect("an answer").expect("kept");
        postgres
            .service
            .roll(&Caller::Service, HALF_A_YEAR)
            .await
            .expect("rolled")
    });
    let made: u32 = join_all(askers).await.iter().map(|rolled| rolled.made).sum();
    assert!(made <= 3, "{made}");
    let (months, parts): (i64, i64) = sqlx::query_as(
        "select (select count(*) from vigie.access_keys),
                (select count(*) from pg_inherits where inhparent = 'vigie.access_events'::regclass)",
    )
    .fetch_one(&postgres.owner)
    .await
    .expect("an answer");
    assert_eq!(months, parts);
}
