//! The database goes away while people use the service, and comes back.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use pg_sandbox::{Options, Sandbox};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;

use crate::{
    harness::World,
    running::{Api, Auth, PATIENCE, free_address},
};

/// So long may pass until a monitor hears that the database is gone.
const HEARD: Duration = Duration::from_secs(3);
/// What a monitor looks for: any of them.
const GREEN: [&str; 2] = ["VIGIE_HEALTH_PASS", "VIGIE_HEALTH_WARN"];

#[test]
fn it_says_that_the_database_is_gone_and_serves_again_when_it_is_back() {
    let kept = tempfile::tempdir().expect("a directory");
    let options = Options::from_env()
        .keep(kept.path().join("server"))
        // What is kept is kept over a stop, not over a power cut.
        .setting("fsync", "off")
        .port(free_address().port());
    let server = Sandbox::start(&options).expect("a private server");
    let mut world = World::empty_on(server.url("postgres")).with_vigie().with_depot();
    world.vigie(&["sync", "--pack", "depot"]).exits(0);
    let url = world.people();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(async {
        let api = Api::start(&world, &url, Auth::Tokens, "").await;
        api.until_answers("/readyz", 200).await;
        assert!(is_green(&health(&api).await), "before");
        down(&api, server).await;
        let server = tokio::task::block_in_place(|| Sandbox::start(&options)).expect("the same server");
        back(&api).await;
        server
    });
    drop(world);
    server.stop().expect("stopped");
}

async fn down(api: &Api<'_>, server: Sandbox) {
    tokio::task::block_in_place(|| server.stop()).expect("stopped");
    let gone = Instant::now();
    while get(api, "/readyz").await.status() != 503 {
        assert!(gone.elapsed() < HEARD, "nobody has heard of it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Also at the door of those who look after it.
    for (path, status) in [("/livez", 200), ("/readyz", 503)] {
        let url = format!("http://{}{path}", api.ops);
        let watched = api.client.get(url).send().await.expect("an answer");
        assert_eq!(get(api, path).await.status(), status, "{path}");
        assert_eq!(watched.status(), status, "{path}");
    }
    for path in ["/readyz", "/health"] {
        let answer = get(api, path).await;
        assert_eq!(answer.status(), 503, "{path}");
        says_only_words(&answer.text().await.expect("a body"));
    }
    let said = health(api).await;
    assert!(!is_green(&said) && said.contains("VIGIE_HEALTH_FAIL"), "{said}");
    let said: Value = serde_json::from_str(&said).expect("JSON");
    let fields: Vec<&str> = said
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let known = [
        "environment",
        "keyword",
        "releaseId",
        "serviceId",
        "status",
        "time",
    ];
    assert_eq!(fields, known);

    let posted = api
        .of(Method::POST, "didier", "/api/v1/checks/STOCK_NEGATIF/confirm")
        .json(&serde_json::json!({ "comment": "oui" }));
    let asked = [
        "/api/v1/alerts",
        "/api/v1/alerts/summary",
        "/api/v1/checks",
        "/health/details",
    ];
    let asked = asked.map(|path| api.of(Method::GET, "amina", path));
    // At once: each waits for a connection as long as it may.
    let answers = join_all(asked.into_iter().chain([posted]).map(RequestBuilder::send)).await;
    let answers = answers.into_iter().map(|answer| answer.expect("an answer"));
    for answer in answers {
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (503, &"5".parse().expect("text"))
        );
        says_only_words(&answer.text().await.expect("a body"));
    }
}

async fn back(api: &Api<'_>) {
    api.until_answers("/readyz", 200).await;
    api.until_answers("/health", 200).await;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = api
            .of(Method::GET, "amina", "/api/v1/alerts")
            .send()
            .await
            .expect("an answer");
        if answer.status() == 200 {
            break;
        }
        assert!(Instant::now() < deadline, "{answer:?}");
    }
    api.says_no_secret(&[]);
}

async fn get(api: &Api<'_>, path: &str) -> Response {
    api.get(path).send().await.expect("an answer")
}

async fn health(api: &Api<'_>) -> String {
    get(api, "/health").await.text().await.expect("a body")
}

/// What a monitor does.
fn is_green(said: &str) -> bool {
    GREEN.iter().any(|keyword| said.contains(keyword))
}

/// No host, no user, no SQL, no text of an error from inside.
#[track_caller]
fn says_only_words(said: &str) {
    for inside in [
        "127.0.0.1",
        "postgres",
        "vigie_",
        "select",
        "refused (os",
        "os error",
        "connection",
        "role ",
    ] {
        assert!(!said.contains(inside), "{inside:?} in {said}");
    }
}

/// A page, as a proxy or a gateway would show in the service's place, is no proof of health.
#[test]
fn a_page_in_the_services_place_is_no_health() {
    crate::serves::serving(Auth::Demo, "", async |api| {
        let page = get(api, "/sign-in").await;
        assert_eq!(page.status(), 200);
        let page = page.text().await.expect("a page");
        assert!(page.contains("<html") && !is_green(&page), "{page}");
        let missing = get(api, "/healthy").await;
        assert_eq!(missing.status(), 404);
        assert!(!is_green(&missing.text().await.expect("a page")));
    });
}
