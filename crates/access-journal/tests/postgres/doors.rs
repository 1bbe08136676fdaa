//! Who can do what to the tables and functions themselves, past the journal.

use access_journal::{
    integrity_core::Caller,
    journal::{
        AccessJournal as _,
        postgres::sqlx::{self, Connection as _, PgConnection, PgPool},
    },
};
use chrono::TimeDelta;

use crate::{
    contract::{heartbeat, scene::*},
    server::{Postgres, run},
};

const DENIED: Option<&str> = Some("42501");

/// What a statement comes to for a role: its SQLSTATE where it is refused.
async fn tried(owner: &PgPool, role: &str, claims: &str, statement: &str) -> Option<String> {
    let options = owner.connect_options();
    let mut connection = PgConnection::connect_with(&options).await.expect("a connection");
    let become_it =
        format!("begin; set local role {role}; select set_config('request.jwt.claims', '{claims}', true)");
    sqlx::raw_sql(sqlx::AssertSqlSafe(become_it))
        .execute(&mut connection)
        .await
        .expect("begun");
    let outcome = sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await;
    let code = outcome.err().map(|error| {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        code.expect("a refusal of the database").into_owned()
    });
    connection.close().await.expect("closed");
    code
}

/// With an event, and with somebody anonymous.
async fn scene(pool: PgPool) -> Postgres {
    let postgres = Postgres::new(pool).await;
    run(
        &postgres.owner,
        "do $$ begin create role anon nologin; exception when duplicate_object or unique_violation then null; end $$",
    )
    .await;
    let scene = Scene::new(&postgres).await;
    let event = scene.event("a", TimeDelta::minutes(1));
    scene.record(&[event]).await.expect("recorded");
    postgres
}

const TABLES: [&str; 9] = [
    "access_events",
    "access_hours",
    "access_streams",
    "access_keys",
    "access_sources",
    "access_seals",
    "access_retention",
    "access_sensitive",
    "access_log",
];
const FUNCTIONS: [&str; 11] = [
    "access_salt('2026-11-01')",
    "record_access('[]')",
    "access_heard('api', 1, 0, 0, 0, null, null)",
    "access_roll_partitions('180 days')",
    "begin_access_month('2026-01-01')",
    "compare_accesses(now(), now(), 60)",
    "access_change(now(), now(), 60)",
    "access_summary(86400, 300)",
    "access_sensitive('main')",
    "tell_access_sensitive('main', '{public.contracts}', now())",
    "access_keyed()",
];

#[sqlx::test(migrations = false)]
async fn whoever_is_not_of_the_service_finds_all_doors_shut(pool: PgPool) {
    let postgres = scene(pool).await;
    let owner = &postgres.owner;
    let part: String = sqlx::query_scalar("select tableoid::regclass::text from vigie.access_events")
        .fetch_one(owner)
        .await
        .expect("a row");
    let part = part.strip_prefix("vigie.").expect("a part of the schema");
    for (role, claims) in [
        ("anon", ""),
        ("authenticated", r#"{"sub": "amina"}"#),
        ("authenticated", r#"{"sub": "nobody"}"#),
        ("vigie_eval", ""),
    ] {
        for table in TABLES.into_iter().chain([part]) {
            for statement in [
                format!("select from vigie.{table}"),
                format!("insert into vigie.{table} default values"),
                format!("delete from vigie.{table}"),
                format!("truncate vigie.{table}"),
            ] {
                let refused = tried(owner, role, claims, &statement).await;
                let is_view = table == "access_log" && statement.starts_with("truncate");
                if !is_view {
                    assert_eq!(refused.as_deref(), DENIED, "{role} {claims}: {statement}");
                }
            }
        }
        for function in FUNCTIONS {
            let refused = tried(owner, role, claims, &format!("select vigie.{function}")).await;
            assert_eq!(refused.as_deref(), DENIED, "{role} {claims}: {function}");
        }
        let sequence = tried(owner, role, claims, "select nextval('vigie.access_events_seq')").await;
        assert_eq!(sequence.as_deref(), DENIED, "{role} {claims}");
    }
}

#[sqlx::test(migrations = false)]
async fn whoever_records_reads_nothing_back(pool: PgPool) {
    let postgres = scene(pool).await;
    let owner = &postgres.owner;
    for role in ["vigie_ingest", "vigie_api"] {
        for table in TABLES {
            for statement in [
                format!("select from vigie.{table}"),
                format!("delete from vigie.{table}"),
                format!("insert into vigie.{table} default values"),
            ] {
                let refused = tried(owner, role, "", &statement).await;
                assert_eq!(refused.as_deref(), DENIED, "{role}: {statement}");
            }
        }
        // What an audit calls sensitive is for whoever reads logs; those who hear of accesses themselves have no use for it.
        let asks = if role == "vigie_ingest" { None } else { DENIED };
        let codes = [
            None, None, None, DENIED, DENIED, DENIED, DENIED, DENIED, asks, DENIED, DENIED,
        ];
        for (function, code) in FUNCTIONS.into_iter().zip(codes) {
            let refused = tried(owner, role, "", &format!("select vigie.{function}")).await;
            assert_eq!(refused.as_deref(), code, "{role}: {function}");
        }
    }
}

#[sqlx::test(migrations = false)]
async fn the_service_reads_and_rolls_and_changes_nothing(pool: PgPool) {
    let postgres = scene(pool).await;
    let owner = &postgres.owner;
    for (statement, code) in [
        ("select from vigie.access_events", None),
        ("select from vigie.access_sources", None),
        ("select from vigie.access_seals", None),
        ("select from vigie.access_retention", None),
        ("select vigie.access_roll_partitions('180 days')", None),
        ("select vigie.access_change(now(), now(), 60)", None),
        ("select vigie.access_change_for_person(now(), now(), 60)", DENIED),
        ("select vigie.compare_accesses(now(), now(), 60)", DENIED),
        ("select vigie.tell_access_sensitive('main', '{}', now())", None),
        (
            "insert into vigie.access_sensitive values ('main', '{}', now())",
            DENIED,
        ),
        ("select vigie.access_keyed()", None),
        ("select from vigie.access_keys", DENIED),
        ("select vigie.access_salt('2026-11-01')", DENIED),
        ("select vigie.record_access('[]')", DENIED),
        ("update vigie.access_events set status = 200", DENIED),
        ("delete from vigie.access_events", DENIED),
        ("truncate vigie.access_events", DENIED),
        ("update vigie.access_retention set retention = '30 days'", DENIED),
        ("update vigie.access_sources set heard_at = now()", DENIED),
        ("delete from vigie.access_seals", DENIED),
        ("select vigie.access_roll_partitions('29 days')", Some("PT422")),
        ("select vigie.access_roll_partitions('366 days')", Some("PT422")),
        ("select vigie.access_roll_partitions(null)", Some("PT422")),
    ] {
        let refused = tried(owner, "vigie_sync", "", statement).await;
        assert_eq!(refused.as_deref(), code, "{statement}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_reader_sees_the_log_and_nothing_under_it(pool: PgPool) {
    let postgres = scene(pool).await;
    let owner = &postgres.owner;
    for (statement, code) in [
        ("select * from vigie.access_log", None),
        ("select 1 / (count(*) - 1) from vigie.access_log", Some("22012")),
        ("select source, count from vigie.access_events", None),
        ("select * from vigie.access_events", DENIED),
        ("select dedup_key from vigie.access_events", DENIED),
        ("select seq from vigie.access_events", DENIED),
        ("select from vigie.access_keys", DENIED),
        ("select from vigie.access_seals", DENIED),
        ("select from vigie.access_sources", DENIED),
        ("select vigie.access_salt('2026-11-01')", DENIED),
        ("delete from vigie.access_log", DENIED),
    ] {
        let refused = tried(owner, "vigie_access_reader", "", statement).await;
        assert_eq!(refused.as_deref(), code, "{statement}");
    }
}

/// What the functions themselves refuse, whoever calls them past the program.
#[sqlx::test(migrations = false)]
async fn what_is_recorded_past_the_program_can_be_read(pool: PgPool) {
    let postgres = scene(pool).await;
    let with = |change: &str| {
        format!(
            "select vigie.record_access(jsonb_build_array(jsonb_build_object('occurred_at', now(), 'source', 'api',
             'event', 'authz_fail', 'outcome', 'refused', 'severity', 'INFO', 'is_allowed', false, 'count', 1,
             'dedup_key', 'x') || '{change}'))"
        )
    };
    for (change, code) in [
        ("{}", None),
        (r#"{"occurred_at": null}"#, Some("PT422")),
        (r#"{"occurred_at": "infinity"}"#, Some("PT422")),
        (r#"{"occurred_at": "-infinity"}"#, Some("PT422")),
        (r#"{"source": "elsewhere"}"#, Some("23514")),
        (r#"{"event": "anything"}"#, Some("23514")),
        (r#"{"outcome": "fine"}"#, Some("23514")),
        (r#"{"severity": "OK"}"#, Some("23514")),
        (r#"{"route": "/a?b"}"#, Some("23514")),
        (r#"{"address_hash": "00"}"#, Some("23514")),
        (r#"{"dedup_key": "a\nb"}"#, Some("23514")),
        (r#"{"count": 0}"#, Some("23514")),
        (r#"{"count": null}"#, Some("23502")),
        (r#"{"rows_returned": -1}"#, Some("23514")),
    ] {
        let refused = tried(&postgres.owner, "vigie_ingest", "", &with(change)).await;
        assert_eq!(refused.as_deref(), code, "{change}");
    }
}

/// A count that goes back would hide what was lost.
#[sqlx::test(migrations = false)]
async fn no_count_goes_back(pool: PgPool) {
    let postgres = scene(pool).await;
    for (counts, code) in [
        ("1, 2, 3, 4", None),
        ("0, 0, 0, 0", None),
        ("-1, 0, 0, 0", Some("PT422")),
        ("0, -1, 0, 0", Some("PT422")),
        ("0, 0, -1, 0", Some("PT422")),
        ("0, 0, 0, -1", Some("PT422")),
        ("null, 0, 0, 0", Some("PT422")),
        ("0, 0, 0, null", Some("PT422")),
    ] {
        let heard = format!("select vigie.access_heard('app', {counts}, null, null)");
        let refused = tried(&postgres.owner, "vigie_ingest", "", &heard).await;
        assert_eq!(refused.as_deref(), code, "{counts}");
    }
}

/// The clock of the server was a day ahead, and somebody has put it right.
#[sqlx::test(migrations = false)]
async fn a_clock_that_went_back_is_heard_again(pool: PgPool) {
    let postgres = scene(pool).await;
    let at = async |minutes: i32| {
        let set = format!(
            "insert into vigie.access_sources (source, heard_at) values ('app', now() + interval '{minutes} minutes')
             on conflict on constraint access_sources_pkey do update set heard_at = excluded.heard_at"
        );
        run(&postgres.owner, &set).await;
        let beaten = postgres.recorder.beat(&Caller::Service, &heartbeat(0)).await;
        beaten.expect("heard");
        let ahead = "select extract(epoch from heard_at - now())::float8 from vigie.access_sources where source = 'app'";
        let ahead: f64 = sqlx::query_scalar(ahead)
            .fetch_one(&postgres.owner)
            .await
            .expect("heard");
        ahead
    };
    assert!(at(24 * 60).await < 1.0, "now");
    assert!(at(4).await > 60.0, "clocks differ by minutes");
}

#[sqlx::test(migrations = false)]
async fn functions_are_pinned_and_public_has_nothing(pool: PgPool) {
    let postgres = scene(pool).await;
    let open: Vec<String> = sqlx::query_scalar(
        "select p.proname::text from pg_proc p
         where p.pronamespace = 'vigie'::regnamespace and p.proname like '%access%'
           and (has_function_privilege('vigie_eval', p.oid, 'execute')
                -- a body of standard SQL is bound to what its names meant when it was made
                or p.prosqlbody is null
                   and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false))
         union all
         select c.relname from pg_class c
         where c.relnamespace = 'vigie'::regnamespace and c.relname like 'access%' and c.relkind in ('r', 'p')
           and c.relname not like '%migrations'
           and (has_table_privilege('vigie_eval', c.oid, 'select') or not c.relrowsecurity)",
    )
    .fetch_all(&postgres.owner)
    .await
    .expect("an answer");
    assert_eq!(open, Vec::<String>::new());
}
