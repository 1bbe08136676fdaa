//! A host of its own, set up as Supabase sets one up: roles cannot be shared with other tests, and whoever installs
//! Vigie there is no superuser.

use std::{str::FromStr as _, sync::Arc};

use alerts_store::{
    Alert, AlertFilter, AlertStore as _, PgAlertStore,
    postgres::{
        ROOM, SYSTEM_ALERTS,
        sqlx::{
            self, Connection as _, Executor as _, PgConnection, PgPool, Row as _, postgres::PgConnectOptions,
        },
    },
};
use integrity_core::{Caller, Door, Outcome, Severity, postgres};
use pg_sandbox::{Options, Sandbox, Script};
use serde_json::Value;

use crate::contract::scene::{CODE, evaluation, tank};

/// The administrator: the one whose identity PostgREST hands over.
pub(crate) const AMINA: &str = "3f0c6f6e-6a55-4c5e-8a61-2f0f4c1d9a01";
/// May act, but accepts no CRITICAL.
pub(crate) const DIDIER: &str = "3f0c6f6e-6a55-4c5e-8a61-2f0f4c1d9a02";
/// Reads only.
pub(crate) const PATRICIA: &str = "3f0c6f6e-6a55-4c5e-8a61-2f0f4c1d9a03";

const HOST: &str = "
    create role anon nologin noinherit;
    create role authenticated nologin noinherit;
    create role service_role nologin noinherit bypassrls;
    create role authenticator login noinherit password 'x';
    grant anon, authenticated, service_role to authenticator;
    create role host_owner login createrole createdb bypassrls password 'x';
    grant anon, authenticated, service_role to host_owner with admin option;
";

const APPLICATION: &str = "
    grant usage on schema public to anon, authenticated, service_role;
    alter default privileges for role host_owner in schema public grant all on tables to anon, authenticated, service_role;
    alter default privileges for role host_owner in schema public grant all on functions to anon, authenticated, service_role;
    alter default privileges for role host_owner in schema public grant all on sequences to anon, authenticated, service_role;
    -- worse than Supabase: also what is created in other schemas
    alter default privileges for role host_owner grant all on tables to anon, service_role;
    alter default privileges for role host_owner grant execute on functions to anon, service_role;
    create schema auth;
    grant usage on schema auth to anon, authenticated, service_role;
    create function auth.uid() returns uuid language sql stable as
        $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
    create table public.profils (user_id uuid primary key, role text not null);
    alter table public.profils enable row level security;
    create policy own on public.profils for select to authenticated using (user_id = (select auth.uid()));
";

/// The host, with Vigie and `public.system_alerts` installed.
pub(crate) struct Host {
    sandbox: Sandbox,
    /// Who installed Vigie; no superuser.
    pub(crate) owner: PgPool,
    pub(crate) store: Arc<PgAlertStore>,
}

impl Host {
    pub(crate) async fn with_vigie() -> Self {
        let sandbox = Sandbox::start(&Options::from_env()).expect("a private PostgreSQL");
        sandbox
            .psql("postgres", Script::Text(HOST))
            .expect("the host's roles");
        sandbox
            .psql("postgres", Script::Text("create database app owner host_owner"))
            .expect("a database");
        sandbox
            .psql("app", Script::Text("alter schema public owner to host_owner"))
            .expect("a schema");
        let owner = postgres::pool_options()
            .connect_with(login(&sandbox, "host_owner"))
            .await
            .expect("connected");
        run(&owner, APPLICATION).await;
        postgres::ROOM.migrate(&owner).await.expect("integrity-core");
        ROOM.migrate(&owner).await.expect("alerts-store");
        run(&owner, postgres::ROLES).await;
        run(&owner, SYSTEM_ALERTS).await;
        run(
            &owner,
            &format!(
                "insert into vigie.members values ('{AMINA}', 'admin'), ('{DIDIER}', 'directeur'), ('{PATRICIA}', 'pca')"
            ),
        )
        .await;
        let store = Arc::new(PgAlertStore::new(owner.clone(), Door::Sync));
        Self {
            sandbox,
            owner,
            store,
        }
    }

    /// Applies a complete evaluation that finds these tanks.
    pub(crate) async fn finds(&self, tanks: &[&str]) {
        let now = sqlx::query_scalar("select clock_timestamp()")
            .fetch_one(&self.owner)
            .await
            .expect("the time");
        let findings = tanks
            .iter()
            .map(|name| tank(name, Severity::Critical, 1))
            .collect();
        let given = evaluation(CODE, now, Outcome::Complete, findings);
        self.store.apply(&Caller::Service, &given).await.expect("applied");
    }

    pub(crate) async fn alert(&self, tank: &str) -> Alert {
        let all = self.store.list(&Caller::Service, &AlertFilter::all()).await;
        let mut all = all.expect("a list").alerts.into_iter();
        all.find(|alert| alert.entity_id == tank).expect("an alert")
    }

    /// PostgREST's connection.
    pub(crate) async fn postgrest(&self) -> Postgrest {
        let options = login(&self.sandbox, "authenticator");
        let connection = PgConnection::connect_with(&options).await;
        Postgrest(connection.expect("authenticator logs in"))
    }
}

fn login(sandbox: &Sandbox, user: &str) -> PgConnectOptions {
    PgConnectOptions::from_str(&sandbox.url("app"))
        .expect("a URL")
        .username(user)
        .password("x")
}

pub(crate) async fn run(pool: &PgPool, script: &str) {
    let script: String = script.to_owned();
    pool.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(script)))
        .await
        .expect("a script that runs");
}

/// What PostgREST 11 and 12 do with a connection: one transaction a request, role and claims local to it.
pub(crate) struct Postgrest(pub(crate) PgConnection);

impl Postgrest {
    /// One request; the SQLSTATE where the database refuses.
    pub(crate) async fn request(
        &mut self,
        role: &str,
        user: Option<&str>,
        statement: &str,
    ) -> Result<Value, String> {
        let subject = user.map_or_else(String::new, |user| format!("\"sub\": \"{user}\", "));
        let before = format!(
            "begin isolation level read committed;
             select set_config('search_path', '\"public\"', true), set_config('role', '{role}', true),
                    set_config('request.jwt.claims', '{{{subject}\"role\": \"{role}\"}}', true),
                    set_config('request.method', 'PATCH', true), set_config('request.path', '/system_alerts', true)"
        );
        self.run(&before).await.expect("a transaction");
        let answer = self
            .0
            .fetch_one(sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())))
            .await;
        let answer = answer
            .map_err(|error| postgres::error_code(&error).unwrap_or_else(|| panic!("{statement}: {error}")));
        let end = if answer.is_ok() { "commit" } else { "rollback" };
        self.run(end).await.expect(end);
        answer.map(|row| row.try_get("body").expect("a body"))
    }

    /// `PATCH /system_alerts?<filter>` with the header `Prefer: return=representation`.
    pub(crate) async fn patch(&mut self, user: &str, filter: &str, body: &Value) -> Result<Value, String> {
        self.request("authenticated", Some(user), &patch(filter, body))
            .await
    }

    pub(crate) async fn run(&mut self, statements: &str) -> Result<(), sqlx::Error> {
        let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned()));
        self.0.execute(statements).await.map(drop)
    }
}

/// What PostgREST makes of a PATCH.
pub(crate) fn patch(filter: &str, body: &Value) -> String {
    let columns: Vec<&String> = body.as_object().expect("an object").keys().collect();
    let each = |form: &dyn Fn(&str) -> String| {
        let each: Vec<String> = columns.iter().map(|column| form(column)).collect();
        each.join(", ")
    };
    let kind = |column: &str| {
        if column.ends_with("_at") {
            "timestamp with time zone"
        } else {
            "text"
        }
    };
    format!(
        r#"WITH pgrst_source AS (
             UPDATE "public"."system_alerts" SET {} FROM (SELECT '{body}'::json AS json_data) pgrst_payload,
             LATERAL (SELECT {} FROM json_to_record(pgrst_payload.json_data) AS _({}) ) pgrst_body
             WHERE {filter} RETURNING "public"."system_alerts".*)
           SELECT '' AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, array[]::text[] AS header,
                  coalesce(json_agg(_postgrest_t), '[]') AS body,
                  nullif(current_setting('response.headers', true), '') AS response_headers,
                  nullif(current_setting('response.status', true), '') AS response_status
           FROM (SELECT "system_alerts".* FROM "pgrst_source" AS "system_alerts") _postgrest_t"#,
        each(&|column| format!(r#""{column}" = "pgrst_body"."{column}""#)),
        each(&|column| format!(r#""{column}""#)),
        each(&|column| format!(r#""{column}" {}"#, kind(column))),
    )
}
