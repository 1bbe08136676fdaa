//! What is refused stands in the journal of accesses, and nothing of whom it was about.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{StreamExt as _, stream};
use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::Value;

use crate::{
    browser,
    running::{Api, Auth},
    serves::{checked, serving},
    tokens::{SECRET, claims, signed},
};

/// What is planted wherever a client can put something.
const PLANTED: [&str; 5] = [
    "Amina.Planted@exemple.cd",
    "203.0.113.77",
    "203.0.113.78",
    "planted-password",
    "Planted Person",
];

/// Each row of the journal, all of it, as text.
fn rows(api: &Api<'_>) -> Vec<Value> {
    let rows = api.value(
        "select coalesce(jsonb_agg(to_jsonb(e) order by e.seq), '[]')::text from vigie.access_events as e",
    );
    serde_json::from_str(&rows).expect("rows")
}

/// As people write it, and as programs do.
fn written(secret: &str) -> [String; 6] {
    let percent = |text: &str| {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect::<String>()
    };
    let hex = |text: &str| {
        text.bytes()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    };
    let lower = secret.to_lowercase();
    [
        STANDARD.encode(secret).trim_end_matches('=').to_owned(),
        STANDARD.encode(&lower).trim_end_matches('=').to_owned(),
        percent(secret).to_lowercase(),
        hex(secret),
        hex(&lower),
        lower,
    ]
}

#[track_caller]
fn holds_nothing_of(text: &str, secrets: &[&str]) {
    let lower = text.to_lowercase();
    for form in secrets.iter().flat_map(|secret| written(secret)) {
        let found = if form.chars().any(char::is_uppercase) {
            text.contains(&form)
        } else {
            lower.contains(&form)
        };
        assert!(!found, "{form:?} in {text}");
    }
}

/// Stops it, so that everything is recorded; gives the rows and the log.
fn ended(api: &mut Api<'_>) -> (Vec<Value>, String) {
    api.signal(Signal::SIGTERM);
    assert_eq!(api.ended().code(), Some(0));
    (rows(api), api.log())
}

#[test]
fn what_is_refused_is_recorded_and_nothing_that_is_somebodys() {
    // Its requests come through a proxy, so that X-Forwarded-For is heard.
    let more = "[access]\nkey_file = \"access-key\"\nallow = [\"203.0.113.78\"]\n";
    let (world, url) = checked();
    world.file("access-key", "k".repeat(64));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        // Nobody listens there: the words of a sign-in are planted all the same.
        let gotrue = crate::running::free_address();
        let mut api = Api::start(&world, &url, Auth::Passwords(gotrue), more).await;
        let stranger = signed(&claims("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"), SECRET);
        let forged = signed(
            &claims("amina"),
            "another secret, that is as long as it has to be",
        );
        ask(&api, &stranger, &forged).await;
        let (rows, log) = ended(&mut api);
        let told: Vec<_> = rows
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
                (row["status"].as_u64(), text("event"), text("route"))
            })
            .collect();
        let expected = [
            (401, "authn_token_invalid", "/api/v1/alerts"),
            (401, "authn_token_invalid", "/api/v1/alerts/summary"),
            (403, "authz_fail", "/api/v1/checks"),
            (403, "authz_fail", "/api/v1/alerts/{id}"),
            (401, "authn_token_invalid", "/api/v1/checks/{code}"),
            (403, "authz_fail", "/sign-in"),
            // Of a path that leads nowhere there is no route, and the path itself is a pseudonym.
            (404, "resource_enumeration", "-"),
        ];
        for (status, event, route) in expected {
            let row = (Some(status), event.to_owned(), route.to_owned());
            assert!(told.contains(&row), "{row:?} in {told:?}");
        }
        assert_eq!(told.len(), expected.len(), "{told:?}");
        let of = |route: &str| rows.iter().find(|row| row["route"] == route).expect("a row");
        assert!(rows.iter().all(|row| row["source"] == "api"));
        assert_eq!(
            of("/api/v1/alerts")["client_release"],
            "depot-web@1.3.2+0c5a77d91e42"
        );
        assert_eq!(of("/api/v1/alerts/summary")["client_release"], Value::Null);
        assert_eq!(
            of("/api/v1/checks")["actor_id"],
            "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
        );
        assert_eq!(of("/api/v1/checks")["actor_role"], "authenticated");
        assert_eq!(of("/api/v1/alerts")["is_allowed"], false);
        assert_eq!(of("/api/v1/alerts/summary")["is_allowed"], true);
        let address = |route: &str| of(route)["address_hash"].clone();
        assert_ne!(address("/api/v1/alerts"), address("/api/v1/alerts/summary"));
        assert_eq!(address("/api/v1/alerts"), address("/api/v1/checks"));

        let kept = format!("{rows:?}");
        holds_nothing_of(&kept, &PLANTED);
        holds_nothing_of(&log, &PLANTED);
        for token in [&stranger, &forged] {
            holds_nothing_of(&kept, &[token]);
            holds_nothing_of(&log, &[token]);
        }
        assert!(!kept.contains("eyJ") && !kept.contains('\u{1b}'), "{kept}");
        let everything = api.value(
            "select (select jsonb_agg(to_jsonb(s)) from vigie.access_sources as s)::text
                    || (select jsonb_agg(to_jsonb(a)) from vigie.alert_events as a)::text",
        );
        holds_nothing_of(&everything, &PLANTED);
        let lost = api.value("select seen || '/' || dropped from vigie.access_sources where source = 'api'");
        assert_eq!(lost, "8/0", "health is not looked at");
    });
}

/// Asks in every way that plants something; eight times, of which seven are recorded.
async fn ask(api: &Api<'_>, stranger: &str, forged: &str) {
    let planted = "q=Amina.Planted%40exemple.cd&token=planted-password";
    let status = async |request: reqwest::RequestBuilder, from: &str| {
        let request = request
            .header("x-forwarded-for", from)
            .header("user-agent", "Amina.Planted@exemple.cd planted-password")
            .header("x-request-id", "planted-password");
        request.send().await.expect("an answer").status().as_u16()
    };
    let anonymous = api
        .get(&format!("/api/v1/alerts?{planted}"))
        .header("x-client-info", "depot-web@1.3.2+0c5a77d91e42");
    // What stands left of whom our proxy heard, anybody may have made up.
    assert_eq!(status(anonymous, "198.51.100.1, 203.0.113.77").await, 401);
    let office = api
        .get(&format!("/api/v1/alerts/summary?{planted}"))
        .header("x-client-info", "Amina.Planted@exemple.cd");
    assert_eq!(status(office, "203.0.113.78").await, 401);
    let checks = api.get("/api/v1/checks").bearer_auth(stranger);
    assert_eq!(status(checks, "203.0.113.77").await, 403);
    let alert = api.get("/api/v1/alerts/6f9619ff-8b86-4d01-b42d-00cf4fc964fe");
    assert_eq!(status(alert.bearer_auth(stranger), "203.0.113.77").await, 403);
    let check = api.get("/api/v1/checks/Amina.Planted@exemple.cd%1b%5b31m%00");
    assert_eq!(status(check.bearer_auth(forged), "203.0.113.77").await, 401);
    let form = [
        ("email", "Amina.Planted@exemple.cd"),
        ("password", "planted-password"),
    ];
    let elsewhere = browser::post(api, "/sign-in", &form).header("origin", "https://evil.example");
    assert_eq!(status(elsewhere, "203.0.113.77").await, 403);
    // Nobody can tell whether it is right.
    let nobody = browser::post(api, "/sign-in", &form);
    assert_eq!(status(nobody, "203.0.113.77").await, 503);
    let nowhere = api.get("/Amina.Planted@exemple.cd");
    assert_eq!(status(nowhere, "203.0.113.77").await, 404);
    for path in ["/health", "/livez", "/health/details"] {
        status(api.get(path), "203.0.113.77").await;
    }
    let preflight = api.client.request(Method::OPTIONS, api.url("/api/v1/alerts"));
    status(preflight, "203.0.113.77").await;
    // A head that is too large is no request.
    let large = api
        .get("/api/v1/alerts")
        .header("x-large", "a".repeat(512 * 1024));
    let _ = large.send().await;
}

#[test]
fn of_many_refused_requests_each_is_counted_once_and_few_have_a_row() {
    const MANY: u64 = 2000;
    serving(Auth::Tokens, "", async |api| {
        let answers: Vec<_> = stream::iter(0..MANY)
            .map(|_| api.get("/api/v1/alerts").send())
            .buffer_unordered(32)
            .map(|answer| answer.expect("an answer").status().as_u16())
            .collect()
            .await;
        assert!(answers.iter().all(|status| *status == 401));
        let numbers = api.client.get(format!("http://{}/metrics", api.ops)).send().await;
        let numbers = numbers.expect("an answer").text().await.expect("numbers");
        assert!(
            numbers.contains("vigie_api_access_seen_total 2000\n"),
            "{numbers}"
        );
        for name in ["recorded_total", "merged_total", "dropped_total", "waiting"] {
            let name = format!("\nvigie_api_access_{name} ");
            assert!(numbers.contains(&name), "{name} in {numbers}");
        }
        let (rows, _) = ended(api);
        let recorded: u64 = rows.iter().filter_map(|row| row["count"].as_u64()).sum();
        let dropped = api.value("select dropped::text from vigie.access_sources where source = 'api'");
        let dropped: u64 = dropped.parse().expect("a number");
        assert_eq!(recorded + dropped, MANY, "{rows:?}");
        // One for the first, and one for each ten seconds that it took.
        assert!((2..50).contains(&rows.len()), "{} rows", rows.len());
    });
}
