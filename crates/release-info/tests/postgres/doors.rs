//! Who can do what to the tables and functions themselves, past the ledger.

use release_info::ledger::{
    Entry,
    postgres::sqlx::{self, Connection as _, PgConnection, PgPool, postgres::PgDatabaseError},
};

use crate::{contract::scene::*, server::Postgres};

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

const AMINA: &str = r#"{"sub": "amina"}"#;
const STARTED: &str = r#"{"environment": "test", "target": "web", "release": "vigie-web@0.1.0+4110b38a1b2c",
                          "kind": "started"}"#;
const DENIED: Option<&str> = Some("42501");

#[sqlx::test(migrations = false)]
async fn events_are_added_and_never_changed_not_even_by_the_owner(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.live('a', &[Started]).await;
    for statement in [
        "update vigie.release_events set reason = 'another'",
        "update vigie.release_events set reason = 'another' where false",
        "delete from vigie.release_events",
        "truncate vigie.release_events",
        "truncate vigie.releases cascade",
    ] {
        let refused = tried(&postgres.owner, "none", "", statement).await;
        assert_eq!(refused.as_deref(), DENIED, "{statement}");
    }
    let deleted = tried(
        &postgres.owner,
        "none",
        "",
        "delete from vigie.releases; set constraints all immediate",
    )
    .await;
    assert_eq!(deleted.as_deref(), Some("23503"), "a release with events stays");
}

#[sqlx::test(migrations = false)]
async fn nobody_writes_past_the_functions(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.live('a', &[Started, Deployed]).await;
    for role in ["authenticated", "vigie_sync", "vigie_api", "vigie_eval"] {
        for table in ["releases", "release_events", "release_steps"] {
            for statement in [
                format!("insert into vigie.{table} default values"),
                format!("update vigie.{table} set kind = kind"),
                format!("delete from vigie.{table}"),
                format!("truncate vigie.{table}"),
            ] {
                let statement = statement.replace("releases set kind = kind", "releases set stage = stage");
                let refused = tried(&postgres.owner, role, AMINA, &statement).await;
                assert_eq!(refused.as_deref(), DENIED, "{role}: {statement}");
            }
        }
    }
}

#[sqlx::test(migrations = false)]
async fn each_function_is_for_whom_it_is(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let call = |function: &str| format!("select vigie.{function}('{STARTED}'::jsonb)");
    let append = format!("select vigie.append_release_event('{STARTED}'::jsonb, 'amina')");
    for (role, claims, statement, code) in [
        ("authenticated", AMINA, call("record_release_event"), None),
        (
            "authenticated",
            r#"{"sub": "patricia"}"#,
            call("record_release_event"),
            Some("PT403"),
        ),
        (
            "authenticated",
            r#"{"sub": "nobody"}"#,
            call("record_release_event"),
            Some("PT403"),
        ),
        ("authenticated", "{}", call("record_release_event"), Some("PT403")),
        ("authenticated", "", call("record_release_event"), Some("PT403")),
        ("authenticated", AMINA, call("record_release_finding"), DENIED),
        ("authenticated", AMINA, append.clone(), DENIED),
        ("vigie_sync", "", call("record_release_finding"), Some("PT403")),
        ("vigie_sync", AMINA, call("record_release_event"), DENIED),
        ("vigie_sync", "", append.clone(), DENIED),
        ("vigie_api", AMINA, call("record_release_event"), DENIED),
        (
            "vigie_api",
            AMINA,
            "select count(*) from vigie.releases".to_owned(),
            DENIED,
        ),
        ("vigie_eval", AMINA, call("record_release_event"), DENIED),
    ] {
        let refused = tried(&postgres.owner, role, claims, &statement).await;
        assert_eq!(refused.as_deref(), code, "{role} {claims}: {statement}");
    }
}

/// Whoever calls the functions themselves leaves nothing that programs could not read, and nothing that proves nothing.
#[sqlx::test(migrations = false)]
async fn what_is_recorded_past_the_program_can_be_read(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.live('a', &[Started, Deployed]).await;
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    for (kind, evidence, code) in [
        ("note", "{\"a\": 1e400}".to_owned(), Some("23514")),
        ("note", "{\"a\": [-1e400]}".to_owned(), Some("23514")),
        ("note", nested(100), Some("23514")),
        ("note", nested(99), None),
        ("note", f64::MIN.to_string(), None),
        ("note", "[1e-400, \"1e400\"]".to_owned(), None),
        ("verify_passed", "null".to_owned(), Some("23514")),
        ("drill_passed", "null".to_owned(), Some("23514")),
    ] {
        let release = release('a');
        let call = format!(
            "select vigie.record_release_event(jsonb_build_object('environment', 'production', 'target', 'web',
             'release', '{release}', 'kind', '{kind}', 'evidence', '{evidence}'::jsonb))"
        );
        let refused = tried(
            &postgres.owner,
            "authenticated",
            AMINA,
            &format!("{call}; commit"),
        )
        .await;
        assert_eq!(refused.as_deref(), code, "{kind} {evidence}");
    }
    assert_eq!(scene.count('a').await, 5, "all of them are read");
}

/// The server's log keeps what is raised, for more people than may read the ledger.
#[sqlx::test(migrations = false)]
async fn a_refused_key_tells_the_log_no_more_than_a_number(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    let keyed = |kind| Entry {
        key: Some("run 17".to_owned()),
        ..entry('a', kind)
    };
    let first = scene.record(keyed(Started)).await;
    let mut connection = postgres.owner.acquire().await.expect("a connection");
    sqlx::raw_sql("select set_config('request.jwt.claims', '{\"sub\": \"amina\"}', false)")
        .execute(&mut *connection)
        .await
        .expect("amina");
    let refused = sqlx::query("select vigie.record_release_event($1)")
        .bind(serde_json::to_value(keyed(Deployed)).expect("JSON"))
        .execute(&mut *connection)
        .await
        .expect_err("another event");
    let raised = refused.as_database_error().expect("a refusal of the database");
    let raised: &PgDatabaseError = raised.downcast_ref();
    assert_eq!(raised.detail(), Some(first.event.id.to_string().as_str()));
}

/// What the tables themselves refuse, whoever writes: the last word, should a function ever be wrong.
#[sqlx::test(migrations = false)]
async fn the_tables_hold_one_live_and_one_open_release(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let scene = Scene::new(&postgres);
    scene.live('a', &[Started, Deployed]).await;
    scene.live('b', &[Started]).await;
    for (statement, code) in [
        ("update vigie.releases set stage = 'verified'", "23505"),
        ("update vigie.releases set stage = 'started'", "23505"),
        ("update vigie.releases set stage = 'fine'", "23514"),
        ("update vigie.releases set release = release || '.dirty'", "23514"),
        ("update vigie.releases set target = 'Web'", "23514"),
        (
            "update vigie.releases set release = 'vigie-web@banana+0123456789ab'",
            "23514",
        ),
        (
            "update vigie.releases set release = 'vigie-web@1.0+0123456789ab'",
            "23514",
        ),
        (
            "update vigie.releases set release = 'vigie-web@0.1.0+000000000000'",
            "23514",
        ),
        (
            "update vigie.releases set min_schema = 2, max_schema = 1",
            "23514",
        ),
    ] {
        let refused = tried(&postgres.owner, "none", "", statement).await;
        assert_eq!(refused.as_deref(), Some(code), "{statement}");
    }
}

#[sqlx::test(migrations = false)]
async fn functions_are_pinned_and_public_has_nothing(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let open: Vec<String> = sqlx::query_scalar(
        "select p.proname::text from pg_proc p
         where p.pronamespace = 'vigie'::regnamespace and p.proname like '%release%'
           and (has_function_privilege('vigie_eval', p.oid, 'execute')
                or p.proconfig is distinct from array['search_path=pg_catalog, pg_temp'])
         union all
         select c.relname from pg_class c
         where c.relnamespace = 'vigie'::regnamespace and c.relname like 'release%' and c.relkind = 'r'
           and c.relname not like '%migrations'
           and (has_table_privilege('vigie_eval', c.oid, 'select') or not c.relrowsecurity)",
    )
    .fetch_all(&postgres.owner)
    .await
    .expect("an answer");
    assert_eq!(open, Vec::<String>::new());
}
