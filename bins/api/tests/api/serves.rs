//! The main path: started, asked, answered, ended.

use nix::sys::signal::Signal;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::World,
    running::{Api, Auth},
};

/// A depot whose checks were run once.
pub(crate) fn checked() -> (World, String) {
    let mut world = World::depot();
    world.vigie(&["sync", "--pack", "depot"]).exits(0);
    let url = world.people();
    (world, url)
}

/// A service on a depot whose checks were run once, for as long as the test looks at it.
pub(crate) fn serving(auth: Auth, more: &str, test: impl AsyncFnOnce(&mut Api<'_>)) {
    let (world, url) = checked();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut api = Api::start(&world, &url, auth, more).await;
        test(&mut api).await;
    });
}

#[test]
fn a_person_reads_acts_and_sees_the_answer_of_the_database() {
    serving(Auth::Tokens, "", reads_and_acts);
}

async fn reads_and_acts(api: &mut Api<'_>) {
    let read = async |path: &str| -> Value {
        let answer = api
            .of(Method::GET, "patricia", path)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.expect("JSON")
    };
    let page = read("/api/v1/alerts?limit=3").await;
    let alert = &page["alerts"][0];
    assert_eq!(
        (&alert["severity"], &alert["status"]),
        (&json!("CRITICAL"), &json!("OPEN"))
    );
    assert_eq!(page["alerts"].as_array().map(Vec::len), Some(3));
    assert!(page["next"].is_string());
    let id = alert["id"].as_str().expect("an id");

    let path = format!("/api/v1/alerts/{id}/ack");
    let body = json!({ "expected_version": alert["version"], "comment": "j'y vais" });
    let acted = api
        .of(Method::POST, "didier", &path)
        .json(&body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(acted.status(), 200);
    let acted: Value = acted.json().await.expect("JSON");
    assert_eq!(
        (&acted["status"], &acted["acknowledged_by"]),
        (&json!("ACK"), &json!("didier"))
    );
    let again = api
        .of(Method::POST, "amina", &path)
        .json(&body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(again.status(), 409);
    assert_eq!(again.headers()["content-type"], "application/problem+json");
    let again: Value = again.json().await.expect("JSON");
    assert_eq!(again["current"]["acknowledged_by"], "didier");
    let events = read(&format!("/api/v1/alerts/{id}/events")).await;
    assert_eq!(
        (&events[0]["kind"], &events[0]["comment"]),
        (&json!("ACKNOWLEDGED"), &json!("j'y vais"))
    );
    let first = read(&format!("/api/v1/alerts/{id}/events?before=2&limit=1")).await;
    assert_eq!(
        (&first[0]["seq"], &first[0]["kind"]),
        (&json!(1), &json!("OPENED"))
    );
    let none = read(&format!("/api/v1/alerts/{id}/events?before=1")).await;
    assert_eq!(none, json!([]), "the alert is there");

    api.signal(Signal::SIGTERM);
    assert_eq!(api.ended().code(), Some(0));
}
