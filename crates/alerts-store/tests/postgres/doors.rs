//! Who may do what, by the catalog and by trying.

use alerts_store::{
    AlertStore as _, Error,
    postgres::sqlx::{self, PgPool},
};
use integrity_core::{Caller, Severity};

use crate::{
    contract::{Harness as _, scene::Scene},
    server::Postgres,
};

/// Everything of Vigie's that a role can reach, by the catalog.
async fn reachable(owner: &PgPool, role: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select format('%s %s', privilege, c.oid::regclass)
         from pg_class c
         cross join unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) privilege
         where c.relnamespace = 'vigie'::regnamespace and c.relkind in ('r', 'v', 'm', 'p', 'f')
           and has_table_privilege($1, c.oid, privilege)
         union all
         select format('EXECUTE %s', p.oid::regprocedure)
         from pg_proc p
         where p.pronamespace = 'vigie'::regnamespace and has_function_privilege($1, p.oid, 'EXECUTE')
         order by 1",
    )
    .bind(role)
    .fetch_all(owner)
    .await
    .expect("the catalog")
}

#[sqlx::test(migrations = false)]
async fn defect_09_nothing_is_executable_by_everyone(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    sqlx::raw_sql(
        "do $$ begin create role vigie_test_anon nologin; exception when duplicate_object or unique_violation then null; end $$",
    )
    .execute(&postgres.owner)
    .await
    .expect("an anonymous role");
    assert_eq!(
        reachable(&postgres.owner, "vigie_test_anon").await,
        Vec::<String>::new()
    );
    let may_look: bool =
        sqlx::query_scalar("select has_schema_privilege('vigie_test_anon', 'vigie', 'USAGE')")
            .fetch_one(&postgres.owner)
            .await
            .expect("the catalog");
    assert!(!may_look);
}

#[sqlx::test(migrations = false)]
async fn signed_in_people_reach_what_they_need_and_no_more(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let mut expected = vec![
        "EXECUTE vigie.act_on_alert(uuid,text,jsonb,integer,uuid)",
        "EXECUTE vigie.act_on_check(text,text,text,jsonb)",
        "EXECUTE vigie.actor_id()",
        "EXECUTE vigie.actor_role()",
        "EXECUTE vigie.confirm_check(text,text,text)",
        "EXECUTE vigie.sync_heartbeat(text)",
        "SELECT vigie.alert_details",
        "SELECT vigie.alert_events",
        "SELECT vigie.alert_times",
        "SELECT vigie.alerts",
        "SELECT vigie.check_states",
        "SELECT vigie.checks",
        "SELECT vigie.runs",
    ];
    expected.sort_unstable();
    assert_eq!(reachable(&postgres.owner, "authenticated").await, expected);
}

#[sqlx::test(migrations = false)]
async fn every_table_has_row_level_security_and_no_policy_for_everyone(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let open: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c
         where c.relnamespace = 'vigie'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity
           and c.relname not like '%\\_migrations'
         union all
         select p.polname::text from pg_policy p where 0 = any (p.polroles)",
    )
    .fetch_all(&postgres.owner)
    .await
    .expect("the catalog");
    assert_eq!(open, Vec::<String>::new());
}

#[sqlx::test(migrations = false)]
async fn the_login_that_serves_people_may_do_nothing_itself(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    Scene::new(&postgres).sees_one(Severity::Warn).await;
    let filter = alerts_store::AlertFilter::all();
    let error = postgres
        .people()
        .list(&Caller::Service, &filter)
        .await
        .expect_err("refused");
    assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
    let error = postgres
        .service()
        .list(&Caller::person("amina"), &filter)
        .await
        .expect_err("refused");
    assert!(
        matches!(&error, Error::Forbidden { reason } if reason.contains("authenticated")),
        "{error:?}"
    );
}

#[sqlx::test(migrations = false)]
async fn people_cannot_write_past_the_function(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    Scene::new(&postgres).sees_one(Severity::Warn).await;
    for statement in [
        "update vigie.alerts set status = 'RESOLVED'",
        "delete from vigie.alerts",
        "insert into vigie.members values ('didier', 'admin')",
        "update vigie.members set role = 'admin'",
        "select vigie.record_events(null, null, now(), '{}', '{}', '{}')",
        "select * from vigie.members",
        "select * from vigie.transitions",
    ] {
        let mut transaction = integrity_core::postgres::CallerTransaction::begin(
            &postgres.owner,
            &Caller::person("didier"),
            integrity_core::Door::Api,
        )
        .await
        .expect("begun");
        let error = sqlx::query(statement)
            .execute(transaction.connection())
            .await
            .expect_err(statement);
        let code = integrity_core::postgres::error_code(&error);
        assert_eq!(code.as_deref(), Some("42501"), "{statement}: {error}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_connection_comes_back_clean(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let pool = integrity_core::postgres::pool_options()
        .max_connections(1)
        .connect_with((*postgres.owner.connect_options()).clone())
        .await
        .expect("connected");
    let backend = async || -> i32 {
        sqlx::query_scalar("select pg_backend_pid()")
            .fetch_one(&pool)
            .await
            .expect("a backend")
    };
    let first = backend().await;
    assert_eq!(backend().await, first, "a clean connection is kept");
    for leak in [
        "begin",
        "set role authenticated",
        "select set_config('request.jwt.claims', '{\"sub\": \"amina\"}', false)",
    ] {
        let before = backend().await;
        let mut connection = pool.acquire().await.expect("a connection");
        sqlx::raw_sql(leak).execute(&mut *connection).await.expect(leak);
        drop(connection);
        assert_ne!(backend().await, before, "{leak}: the connection was closed");
    }
}

/// A function with definer rights that looked its types up in `pg_temp` would run what anybody put there.
#[sqlx::test(migrations = false)]
async fn nobody_can_put_a_type_of_their_own_into_the_function(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let alert = Scene::new(&postgres).sees_one(Severity::Warn).await;
    let mut session = postgres.owner.acquire().await.expect("a connection").detach();
    sqlx::raw_sql(
        "set session authorization vigie_api; set role authenticated;
         select set_config('request.jwt.claims', '{\"sub\": \"didier\"}', false);
         create function pg_temp.evil(value pg_catalog.timestamptz) returns boolean language plpgsql as
             $$begin update vigie.members set role = 'admin' where user_id = 'didier'; return true; end$$;
         create domain pg_temp.timestamptz as pg_catalog.timestamptz check (pg_temp.evil(value));
         create domain pg_temp.jsonb as pg_catalog.jsonb check (pg_temp.evil(pg_catalog.now()));
         create domain pg_temp.text as pg_catalog.text check (pg_temp.evil(pg_catalog.now()))",
    )
    .execute(&mut session)
    .await
    .expect("anybody may do this");
    sqlx::query("select vigie.act_on_alert($1, 'false_positive', '{\"comment\": \"x\"}')")
        .bind(alert.id.0)
        .execute(&mut session)
        .await
        .expect("didier may");
    let role: String = sqlx::query_scalar("select role from vigie.members where user_id = 'didier'")
        .fetch_one(&postgres.owner)
        .await
        .expect("a member");
    assert_eq!(role, "directeur");
}

/// A function of a closer match elsewhere must not run with the rights of Vigie's logins.
#[sqlx::test(migrations = false)]
async fn nobody_can_shadow_what_a_statement_calls(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    sqlx::raw_sql(
        "create function public.cardinality(text[]) returns integer language plpgsql as
             $$begin raise exception 'somebody else runs as %', current_user; end$$",
    )
    .execute(&postgres.owner)
    .await
    .expect("where others may create in public");
    let filter = alerts_store::AlertFilter::all();
    let list = postgres.service().list(&Caller::Service, &filter).await;
    assert!(list.is_ok(), "{list:?}");
}

#[sqlx::test(migrations = false)]
async fn nobody_is_the_login_itself(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    let store = alerts_store::PgAlertStore::new(postgres.owner.clone(), integrity_core::Door::Api);
    for database_role in ["none", ""] {
        let caller = Caller::Claims {
            database_role: database_role.to_owned(),
            claims: serde_json::Map::new(),
        };
        let error = store
            .list(&caller, &alerts_store::AlertFilter::all())
            .await
            .expect_err("refused");
        assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_login_that_row_security_blinds_is_told_so(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    Scene::new(&postgres).sees_one(Severity::Warn).await;
    let options = (*postgres.owner.connect_options()).clone();
    let pool = integrity_core::postgres::pool_options()
        .after_connect(|connection, _| {
            Box::pin(async move {
                // any login that has inherited what signed-in people may
                sqlx::raw_sql("set session authorization authenticated")
                    .execute(connection)
                    .await
                    .map(drop)
            })
        })
        .connect_with(options)
        .await
        .expect("connected");
    let store = alerts_store::PgAlertStore::new(pool, integrity_core::Door::Cli);
    let error = store
        .list(&Caller::Service, &alerts_store::AlertFilter::all())
        .await
        .expect_err("refused");
    assert!(
        matches!(&error, Error::Forbidden { reason } if reason.contains("Row Level Security")),
        "{error:?}"
    );
    let error = store
        .verify(&Caller::Service)
        .await
        .expect_err("nothing to verify is no proof");
    assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
}
