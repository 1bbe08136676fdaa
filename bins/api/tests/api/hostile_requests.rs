//! The API for somebody who sends what nobody should send: it is told what is wrong, and nothing from inside.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::{runtime::Handle, task::block_in_place};

use crate::{
    browser::{self, Browser},
    running::Auth,
    serves::serving,
};

/// Sends, and insists that the answer is no failure of ours and tells nothing from inside.
async fn told(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let path = answer.url().to_string();
    let body = answer.text().await.expect("a body");
    assert!(!status.is_server_error(), "{path}: {status}: {body}");
    if status.is_client_error() {
        for inside in [
            "sqlx",
            "database:",
            "panicked",
            "from vigie.",
            "byte sequence",
            "SQLSTATE",
            ".rs:",
        ] {
            assert!(!body.contains(inside), "{path}: {inside:?} in {body}");
        }
    }
    (status.as_u16(), body)
}

#[test]
fn a_cursor_that_was_tampered_with_is_refused_or_harmless() {
    serving(Auth::Tokens, "", async |api| {
        let list = |cursor: &str| {
            let path = format!("/api/v1/alerts?limit=2&cursor={cursor}");
            told(api.of(Method::GET, "patricia", &path))
        };
        let (_, page) = list("").await;
        let page: Value = serde_json::from_str(&page).expect("JSON");
        let cursor = page["next"].as_str().expect("a next page").to_owned();
        assert_eq!(list(&cursor).await.0, 200);
        for at in 0..cursor.len() {
            for other in ["A", "_", "%00", "%", ""] {
                let tampered = format!("{}{other}{}", &cursor[..at], &cursor[at + 1..]);
                let (status, _) = list(&tampered).await;
                assert!([200, 400, 422].contains(&status), "{tampered}: {status}");
            }
        }
        let inside = URL_SAFE_NO_PAD.decode(&cursor).expect("base64");
        for at in 0..inside.len() {
            let mut flipped = inside.clone();
            flipped[at] ^= 1;
            let (status, _) = list(&URL_SAFE_NO_PAD.encode(&flipped)).await;
            assert!([200, 422].contains(&status), "{at}: {status}");
        }
        let inside: Value = serde_json::from_slice(&inside).expect("JSON");
        for (field, value) in [
            ("first_detected_at", json!("+262142-01-01T00:00:00Z")),
            ("first_detected_at", json!("-262143-01-01T00:00:00Z")),
            ("first_detected_at", json!("0000-01-01T00:00:00Z")),
            ("severity", json!("'; drop table vigie.alerts")),
            ("severity", json!("\u{0}")),
            ("id", json!("\u{0}")),
            ("overdue", json!(2)),
        ] {
            let mut inside = inside.clone();
            inside[field] = value.clone();
            let (status, _) = list(&URL_SAFE_NO_PAD.encode(inside.to_string())).await;
            assert_eq!(status, 422, "{field}: {value}");
        }
        assert_eq!(list(&cursor.repeat(20)).await.0, 422);
        // A place that somebody made up, of an alert that does not exist, shows what they may see anyway.
        let mut elsewhere = inside;
        elsewhere["id"] = json!("00000000-0000-0000-0000-000000000000");
        let elsewhere = URL_SAFE_NO_PAD.encode(elsewhere.to_string());
        assert_eq!(list(&elsewhere).await.0, 200);
        let path = format!("/api/v1/alerts?cursor={elsewhere}");
        assert_eq!(told(api.of(Method::GET, "nobody", &path)).await.0, 403);
    });
}

/// A spreadsheet takes what begins so for a formula.
#[test]
fn no_cell_of_an_export_is_a_formula() {
    const FORMULAS: [&str; 8] = [
        "=1+1",
        "+1",
        "-1+cmd|' /C calc'!A0",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "vu;=1+1",
        "vu\n@SUM(1)",
    ];
    let bare = |text: &str| text.replace('\'', "");
    serving(Auth::Tokens, "", async |api| {
        for formula in FORMULAS {
            let text = formula.replace('\'', "''");
            api.sql(&format!(
                "update vigie.alerts set message = '{text}', entity_label = '{text}', scope = '{text}',
                        acknowledged_by = '{text}'"
            ));
            let request = api.of(Method::GET, "patricia", "/api/v1/alerts?status=all");
            let (status, table) = told(request.header("accept", "text/csv")).await;
            assert_eq!(status, 200);
            let mut cells = 0;
            for row in csv::Reader::from_reader(table.as_bytes()).records() {
                for cell in &row.expect("a row") {
                    cells += usize::from(bare(cell).contains(&bare(formula)));
                    let begins = |piece: &str| piece.starts_with(['=', '+', '-', '@']);
                    assert!(
                        !cell.split([';', '\t', '\r', '\n']).any(begins),
                        "{formula:?}: {cell:?}"
                    );
                }
            }
            assert!(cells > 3, "{formula:?} is nowhere: {table}");
        }
    });
}

/// A body, what it is said to be, and the status.
fn bodies() -> Vec<(&'static str, Vec<u8>, &'static str, u16)> {
    const JSON: &str = "application/json";
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("huge", vec![b' '; 100_000], JSON, 413),
        ("just too large", vec![b' '; 64 * 1024 + 1], JSON, 413),
        ("no type", text("{}"), "", 415),
        ("another type", text("{}"), "text/plain", 415),
        (
            "a form",
            text("comment=vu"),
            "application/x-www-form-urlencoded",
            415,
        ),
        ("nothing", Vec::new(), JSON, 400),
        ("no JSON", text("{"), JSON, 400),
        ("two", text(r#"{"comment":"a","comment":"b"}"#), JSON, 422),
        ("a list", text("[]"), JSON, 422),
        (
            "unknown field",
            text(r#"{"comment":"vu","actor":"amina"}"#),
            JSON,
            422,
        ),
        ("NUL", text(r#"{"comment":"a\u0000b"}"#), JSON, 422),
        ("a lone surrogate", text(r#"{"comment":"\ud800"}"#), JSON, 400),
        ("no UTF-8", b"{\"comment\":\"\xff\"}".to_vec(), JSON, 400),
        ("deep", text(&"[".repeat(60_000)), JSON, 422),
        (
            "deeper inside",
            text(&format!("{{\"comment\":{}", "[".repeat(60_000))),
            JSON,
            422,
        ),
        (
            "too long",
            text(&json!({ "comment": "é".repeat(4001) }).to_string()),
            JSON,
            422,
        ),
        ("blank", text(r#"{"comment":" \n\t"}"#), JSON, 422),
        (
            "a version below",
            text(r#"{"comment":"vu","expected_version":-1}"#),
            JSON,
            422,
        ),
        (
            "a version above",
            text(r#"{"comment":"vu","expected_version":4294967296}"#),
            JSON,
            422,
        ),
        (
            "another version",
            text(r#"{"comment":"vu","expected_version":4294967295}"#),
            JSON,
            409,
        ),
        (
            "a date that is none",
            text(r#"{"comment":"vu","until":"demain"}"#),
            JSON,
            422,
        ),
        (
            "long after",
            text(r#"{"comment":"vu","until":"+262142-01-01T00:00:00Z"}"#),
            JSON,
            422,
        ),
        (
            "long before",
            text(r#"{"comment":"vu","until":"-262143-01-01T00:00:00Z"}"#),
            JSON,
            422,
        ),
    ]
}

#[test]
fn bodies_that_nobody_should_send_are_refused_by_name() {
    serving(Auth::Tokens, "", async |api| {
        let id = api.value("select id::text from vigie.alerts where status = 'OPEN' limit 1");
        let before = block_in_place(|| api.world.traces());
        for (what, body, kind, status) in bodies() {
            for act in ["comment", "accept"] {
                let path = format!("/api/v1/alerts/{id}/{act}");
                let mut request = api.of(Method::POST, "amina", &path).body(body.clone());
                if !kind.is_empty() {
                    request = request.header("content-type", kind);
                }
                let (got, said) = told(request).await;
                assert_eq!(got, status, "{act}, {what}: {said}");
                let said: Value = serde_json::from_str(&said).expect("a problem");
                assert_eq!(said["status"], status);
            }
        }
        for key in ["x", "", "\u{7f}", "00000000-0000-0000-0000-00000000000g"] {
            let path = format!("/api/v1/alerts/{id}/comment");
            let request = api
                .of(Method::POST, "amina", &path)
                .json(&json!({ "comment": "vu" }));
            let key = reqwest::header::HeaderValue::from_bytes(key.as_bytes());
            let Ok(key) = key else { continue };
            assert_eq!(told(request.header("idempotency-key", key)).await.0, 422);
        }
        assert_eq!(before, block_in_place(|| api.world.traces()));
    });
}

/// In a path or a query, as it is sent.
fn encoded(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}%{byte:02X}"))
}

/// Words as people send them, and as nobody should.
fn words() -> impl Strategy<Value = Vec<u8>> {
    let evil = [
        "\0",
        "..",
        "../..",
        "%00",
        "'; drop table vigie.alerts --",
        "\u{202e}",
        "\u{feff}",
        "NaN",
        "-1",
        "1e999",
        "00000000-0000-0000-0000-000000000000",
        "STOCK_NEGATIF",
        "stream",
        "summary",
        "true",
        "all",
        "CRITICAL",
        "+262142-01-01T00:00:00Z",
        "-262143-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "18446744073709551616",
    ];
    prop_oneof![
        prop::sample::select(evil.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
        any::<String>().prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..60),
        Just(vec![b'a'; 4000]),
    ]
}

/// Tries this many words, and finds the simplest that does harm.
fn tried(cases: u32, test: impl AsyncFn(String)) {
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&words(), |word| {
        block_in_place(|| Handle::current().block_on(test(encoded(&word))));
        Ok(())
    });
    outcome.expect("no word does harm");
}

#[test]
fn no_word_in_a_path_or_a_query_makes_the_api_fail() {
    const QUERIES: [&str; 9] = [
        "q",
        "scope",
        "entity_type",
        "check_code",
        "status",
        "severity",
        "cursor",
        "limit",
        "overdue",
    ];
    serving(Auth::Tokens, "", async |api| {
        tried(50, async |word| {
            for path in [
                "alerts/{}",
                "alerts/{}/events",
                "checks/{}",
                "{}",
                "runs?before={}",
                "runs?limit={}",
            ] {
                let path = format!("/api/v1/{}", path.replace("{}", &word));
                told(api.of(Method::GET, "patricia", &path)).await;
            }
            for name in QUERIES {
                told(api.of(Method::GET, "patricia", &format!("/api/v1/alerts?{name}={word}"))).await;
            }
            for path in ["alerts/{}/ack", "alerts/{}/{}", "checks/{}/confirm"] {
                let path = format!("/api/v1/{}", path.replace("{}", &word));
                told(
                    api.of(Method::POST, "amina", &path)
                        .json(&json!({ "comment": "vu" })),
                )
                .await;
            }
        });
        for (path, status) in [
            (format!("/api/v1/alerts?q={}", "a".repeat(201)), 422),
            (format!("/api/v1/alerts?q={}", "a".repeat(60_000)), 422),
            ("/api/v1/alerts?colour=red".to_owned(), 422),
        ] {
            let answer = api
                .of(Method::GET, "patricia", &path)
                .send()
                .await
                .expect("an answer");
            assert_eq!(answer.status(), status);
        }
        for method in ["PUT", "DELETE", "PATCH", "TRACE", "MADEUP"] {
            let method = method.parse().expect("a method");
            let (status, _) = told(api.of(method, "amina", "/api/v1/alerts")).await;
            assert_eq!(status, 405);
        }
        // Nor is what was made up counted one by one.
        let numbers = api.client.get(format!("http://{}/metrics", api.ops)).send().await;
        let numbers = numbers.expect("an answer").text().await.expect("numbers");
        assert!(
            numbers.contains("method=\"other\"") && !numbers.contains("MADEUP"),
            "{numbers}"
        );
        api.says_no_secret(&[]);
    });
}

/// A page of somebody else's, whose name suddenly leads to this machine, would be one of ours to a browser. In the demo,
/// where anybody is anybody, it gets nothing.
#[test]
fn the_demo_answers_only_who_asks_this_machine_by_its_own_name() {
    serving(Auth::Demo, "", async |api| {
        let admin = Browser::persona(api, "admin").await;
        let port = api.address.port();
        let asked = async |request: RequestBuilder, host: &str| {
            let answer = request.header("host", host).send().await.expect("an answer");
            assert!(!answer.headers().contains_key("set-cookie"), "{host}");
            answer.status().as_u16()
        };
        for host in [
            format!("evil.example:{port}"),
            "evil.example".to_owned(),
            format!("0.0.0.0:{port}"),
        ] {
            for path in [
                "/",
                "/sign-in",
                "/governance/integrity",
                "/api/v1/alerts",
                "/version",
                "/nowhere",
            ] {
                assert_eq!(asked(admin.get(api, path), &host).await, 421, "{host}: {path}");
            }
            let enter = browser::post(api, "/sign-in", &[("persona", "admin")]);
            assert_eq!(asked(enter, &host).await, 421, "{host}");
        }
        for host in [
            format!("localhost:{port}"),
            format!("[::1]:{port}"),
            "127.0.0.1".to_owned(),
        ] {
            let page = admin.get(api, "/governance/integrity");
            assert_eq!(asked(page, &host).await, 200, "{host}");
        }
    });
    // Elsewhere a name is whoever's who sends requests here.
    serving(Auth::Tokens, "", async |api| {
        let request = api.of(Method::GET, "patricia", "/api/v1/alerts");
        assert_eq!(told(request.header("host", "vigie.example.org")).await.0, 200);
    });
}

#[test]
fn no_word_in_a_path_or_a_query_makes_a_page_fail() {
    serving(Auth::Demo, "", async |api| {
        let browser = Browser::persona(api, "admin").await;
        tried(50, async |word| {
            for path in [
                "/governance/alerts/{}",
                "/governance/checks/{}",
                "/governance/integrity?q={}",
                "/governance/integrity?{}",
                "/governance/integrity?cursor={}",
                "/governance/integrity?resolve={}&limit={}",
                "/sign-in?next={}&lang={}",
                "/assets/{}",
                "/{}",
            ] {
                told(browser.get(api, &path.replace("{}", &word))).await;
            }
            for path in [
                "/governance/alerts/{}/ack",
                "/governance/checks/{}/confirm",
                "/governance/alerts/{}/{}",
            ] {
                let fields = [("comment", "vu"), ("return", "/governance/integrity?q=")];
                told(browser.post(api, &path.replace("{}", &word), &fields)).await;
            }
        });
    });
}
