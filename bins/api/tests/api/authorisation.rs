//! Who may do what: every endpoint, by everybody who could come, and what stands behind the endpoints.

use std::collections::BTreeSet;

use alerts_store::{
    AlertFilter, AlertId, AlertStore as _, Command, Error, Verb,
    postgres::{PgAlertStore, sqlx::PgPool},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use integrity_core::{Caller, Door};
use release_info::{
    AppEnv,
    ledger::{self, PgReleaseLedger, Place, ReleaseFilter, ReleaseLedger as _},
};
use reqwest::Method;
use rls_audit::{AuditStore as _, PgAuditStore};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use crate::{
    harness::raw,
    running::{Api, Auth},
    serves::{checked, serving},
    tokens::{LATER, SECRET, claims, signed, token},
};

/// What is answered to somebody without a role, to the pca, to the directeur, and to the admin. Nobody else gets
/// further than 401.
type Answers = [u16; 4];

/// An endpoint of the description, and what is sent there.
struct Row {
    endpoint: &'static str,
    body: Option<&'static str>,
    answers: Answers,
}

const fn read(endpoint: &'static str, answers: Answers) -> Row {
    Row {
        endpoint,
        body: None,
        answers,
    }
}

const fn write(endpoint: &'static str, body: &'static str, answers: Answers) -> Row {
    Row {
        endpoint,
        body: Some(body),
        answers,
    }
}

const SAID: &str = r#"{"comment": "vu"}"#;

const ROWS: &[Row] = &[
    read("get /health/details", [403, 200, 200, 200]),
    read("get /api/v1/alerts", [403, 200, 200, 200]),
    read("get /api/v1/alerts/summary", [403, 200, 200, 200]),
    read("get /api/v1/alerts/stream", [403, 200, 200, 200]),
    read("get /api/v1/alerts/{id}", [403, 200, 200, 200]),
    read("get /api/v1/alerts/{id}/events", [403, 200, 200, 200]),
    read("get /api/v1/checks", [403, 200, 200, 200]),
    read("get /api/v1/checks/{code}", [403, 200, 200, 200]),
    read("get /api/v1/runs", [403, 200, 200, 200]),
    read("get /api/v1/audit/rls", [403, 200, 200, 200]),
    read("get /api/v1/access/summary", [403, 200, 200, 200]),
    read("get /api/v1/releases", [403, 200, 200, 200]),
    write("post /api/v1/alerts/{id}/ack", "{}", [403, 403, 200, 200]),
    write("post /api/v1/alerts/{id}/unack", "{}", [403, 403, 200, 200]),
    write("post /api/v1/alerts/{id}/resolve", SAID, [403, 403, 200, 200]),
    write(
        "post /api/v1/alerts/{id}/accept",
        r#"{"comment": "vu", "until": "UNTIL"}"#,
        [403, 403, 403, 200],
    ),
    write(
        "post /api/v1/alerts/{id}/false-positive",
        SAID,
        [403, 403, 200, 200],
    ),
    write("post /api/v1/alerts/{id}/comment", SAID, [403, 403, 200, 200]),
    // Whoever may confirm learns that nothing is suspect.
    write("post /api/v1/checks/{code}/confirm", SAID, [403, 403, 403, 409]),
];

#[test]
fn every_endpoint_answers_everybody_as_their_role_allows() {
    serving(Auth::Tokens, "", everybody_everywhere);
}

async fn everybody_everywhere(api: &mut Api<'_>) {
    every_endpoint_has_a_row(api).await;
    tokio::task::block_in_place(|| api.world.audited());
    for row in ROWS {
        for (who, token) in strangers_to_us() {
            refused(api, row, who, token.as_deref(), 401).await;
        }
        for (user, status) in ["nobody", "patricia", "didier", "amina"]
            .into_iter()
            .zip(row.answers)
        {
            let token = token(user);
            if row.body.is_none() || status == 401 || status == 403 {
                refused(api, row, user, Some(&token), status).await;
            } else {
                asked(api, row, user, Some(&token), status).await;
            }
        }
    }
}

async fn every_endpoint_has_a_row(api: &Api<'_>) {
    let description: Value = api
        .get("/api/openapi.json")
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let described: BTreeSet<String> = description["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods").keys();
            methods.map(move |method| format!("{method} {path}"))
        })
        .collect();
    let tried: BTreeSet<String> = ROWS
        .iter()
        .map(|row| row.endpoint.to_owned())
        .filter(|endpoint| endpoint.contains("/api/"))
        .collect();
    assert_eq!(described, tried, "each endpoint has its row here");
}

/// Those who are not known, whatever they say: name, and the token they bring.
fn strangers_to_us() -> Vec<(&'static str, Option<String>)> {
    let with = |name: &str, value: Value| {
        let mut claims = claims("amina");
        claims[name] = value;
        claims
    };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims("amina")));
    vec![
        ("anonymous", None),
        (
            "bad signature",
            Some(signed(&claims("amina"), "another secret of 32 bytes or more ...")),
        ),
        (
            "expired",
            Some(signed(&with("exp", json!(1_600_000_000)), SECRET)),
        ),
        (
            "wrong audience",
            Some(signed(&with("aud", json!("others")), SECRET)),
        ),
        ("alg: none", Some(unsigned)),
        (
            "service key",
            Some(signed(&with("role", json!("service_role")), SECRET)),
        ),
        ("not yet", Some(signed(&with("nbf", json!(LATER)), SECRET))),
    ]
}

/// Asks, and insists that the database is exactly as before.
async fn refused(api: &Api<'_>, row: &Row, who: &str, token: Option<&str>, status: u16) {
    let state = || {
        tokio::task::block_in_place(|| api.world.traces())
            + &api.value("select md5(string_agg(s::text, '|' order by s::text)) from vigie.check_states s")
    };
    let before = state();
    asked(api, row, who, token, status).await;
    assert_eq!(before, state(), "{}, {who}: something was written", row.endpoint);
}

async fn asked(api: &Api<'_>, row: &Row, who: &str, token: Option<&str>, status: u16) {
    let (method, path) = row.endpoint.split_once(' ').expect("a method and a path");
    let path = path.replace("{code}", "STOCK_NEGATIF").replace(
        "{id}",
        &if path.contains("{id}") {
            an_alert(api, path)
        } else {
            String::new()
        },
    );
    let method: Method = method.to_uppercase().parse().expect("a method");
    let mut request = api.client.request(method, api.url(&path));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = row.body {
        let until = api.value("select to_char(now() + interval '30 days', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
        request = request
            .header("content-type", "application/json")
            .body(body.replace("UNTIL", &until));
    }
    let answer = request.send().await.expect("an answer");
    let got = answer.status();
    let kind = answer.headers()["content-type"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        got.is_success() || kind == "application/problem+json",
        "{}, {who}: {kind}",
        row.endpoint
    );
    // A stream that is let in has no end.
    let body = if kind == "text/event-stream" {
        String::new()
    } else {
        answer.text().await.expect("a body")
    };
    assert_eq!(got, status, "{}, {who}: {body}", row.endpoint);
}

/// A critical alert in the state that the act of this path wants.
fn an_alert(api: &Api<'_>, path: &str) -> String {
    let status = if path.ends_with("/unack") { "ACK" } else { "OPEN" };
    let found = api.value(&format!(
        "select (select id::text from vigie.alerts where severity = 'CRITICAL' and status = '{status}' limit 1)"
    ));
    assert!(
        !found.is_empty(),
        "{path}: no critical alert is {status} any more"
    );
    found
}

/// A handler that forgets to ask still shows nothing and does nothing: the store, as the service holds it, on behalf of
/// somebody without a role.
#[test]
fn behind_the_endpoints_the_database_refuses_strangers() {
    let (world, url) = checked();
    let id = world.value("select id::text from vigie.alerts limit 1");
    let before = world.traces();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = PgAlertStore::new(PgPool::connect(&url).await.expect("a pool"), Door::Api);
        let stranger = Caller::person("nobody");
        let database = "main";
        let alert = AlertId(Uuid::parse_str(&id).expect("an id"));
        assert_eq!(store.role(&stranger).await.expect("an answer"), None);
        forbidden("list", &store.list(&stranger, &AlertFilter::all()).await);
        forbidden("summary", &store.summary(&stranger, database).await);
        forbidden("checks", &store.checks(&stranger, database).await);
        forbidden("runs", &store.runs(&stranger, database, None, 10).await);
        forbidden(
            "outcomes",
            &store.outcomes(&stranger, database, "STOCK_NEGATIF", 10).await,
        );
        forbidden(
            "times",
            &store
                .times(&stranger, database, Some("STOCK_NEGATIF".to_owned()))
                .await,
        );
        forbidden(
            "trend",
            &store.trend(&stranger, database, 30, chrono_tz::Tz::UTC).await,
        );
        forbidden("last_seen", &store.last_seen(&stranger, database).await);
        forbidden(
            "confirm",
            &store.confirm(&stranger, database, "STOCK_NEGATIF", "oui").await,
        );
        for verb in [
            Verb::Ack,
            Verb::Resolve,
            Verb::Accept,
            Verb::FalsePositive,
            Verb::Comment,
        ] {
            forbidden(
                "act",
                &store
                    .act(&stranger, &Command::new(alert, verb).comment("oui"))
                    .await,
            );
        }
        forbidden("get", &store.get(&stranger, alert).await);
        let audits = PgAuditStore::new(PgPool::connect(&url).await.expect("a pool"), Door::Api);
        let latest = audits.latest(&stranger, database).await;
        assert!(
            matches!(latest, Err(rls_audit::Error::Forbidden { .. })),
            "{latest:?}"
        );
        let ledger = PgReleaseLedger::new(PgPool::connect(&url).await.expect("a pool"), Door::Api);
        let filter = ReleaseFilter::default();
        for answer in [
            ledger.list(&stranger, &filter).await.map(drop),
            ledger.history(&stranger, &filter).await.map(drop),
            ledger.current(&stranger).await.map(drop),
            ledger
                .last_drills(&stranger, &Place::new(AppEnv::Production, "web"))
                .await
                .map(drop),
        ] {
            assert!(
                matches!(answer, Err(ledger::Error::Forbidden { .. })),
                "{answer:?}"
            );
        }
        forbidden("events", &store.events(&stranger, alert).await);
    });
    assert_eq!(before, world.traces());
}

fn forbidden<T: std::fmt::Debug>(what: &str, answer: &Result<T, Error>) {
    assert!(
        matches!(answer, Err(Error::Forbidden { .. })),
        "{what}: {answer:?}"
    );
}

/// And below the store: plain SQL under the service's login.
#[test]
fn the_services_login_alone_can_do_nothing() {
    /// Of which Row Level Security lets members see something.
    const FILTERED: [&str; 8] = [
        "alerts",
        "alert_events",
        "checks",
        "check_states",
        "runs",
        "audits",
        "releases",
        "release_events",
    ];
    /// Of which people see numbers only.
    const CLOSED: [&str; 7] = [
        "access_events",
        "access_keys",
        "access_sources",
        "access_hours",
        "access_streams",
        "access_seals",
        "access_verifications",
    ];
    let (world, url) = checked();
    let before = world.traces();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut login = PgConnection::connect(&url).await.expect("a connection");
        let mut writes = vec!["insert into vigie.members values ('nobody', 'admin')".to_owned()];
        for table in FILTERED.into_iter().chain(CLOSED) {
            writes.push(format!("delete from vigie.{table}"));
            writes.push(format!("truncate vigie.{table} cascade"));
        }
        for table in FILTERED.into_iter().chain(CLOSED).chain(["members"]) {
            denied(&mut login, &format!("select * from vigie.{table}")).await;
        }
        for write in &writes {
            denied(&mut login, write).await;
        }
        for role in ["vigie_sync", "vigie_eval", "postgres"] {
            denied(&mut login, &format!("set role {role}")).await;
        }
        let stranger = "set role authenticated; \
                        set \"request.jwt.claims\" = '{\"sub\": \"nobody\", \"role\": \"admin\"}'";
        for claims in ["set role authenticated", stranger] {
            login.execute(raw(claims)).await.expect(claims);
            for table in CLOSED {
                denied(&mut login, &format!("select * from vigie.{table}")).await;
            }
            for table in FILTERED {
                let rows = login
                    .fetch_all(raw(&format!("select * from vigie.{table}")))
                    .await;
                assert_eq!(rows.expect("no rows").len(), 0, "{claims}: {table}");
            }
            for write in &writes {
                denied(&mut login, write).await;
            }
            login
                .execute("reset role; reset \"request.jwt.claims\"")
                .await
                .expect("reset");
        }
    });
    assert_eq!(before, world.traces());
}

async fn denied(login: &mut PgConnection, statement: &str) {
    let error = login.execute(raw(statement)).await.expect_err(statement);
    let code = error
        .as_database_error()
        .and_then(|error| error.code().map(String::from));
    assert_eq!(code.as_deref(), Some("42501"), "{statement}: {error}");
}
