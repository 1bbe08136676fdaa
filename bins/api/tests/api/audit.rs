//! `GET /api/v1/audit/rls`: none, the last one, and the one that is there already.

use reqwest::Method;
use serde_json::Value;

use crate::{
    running::{Api, Auth},
    serves::serving,
};

#[test]
fn the_last_audit_is_answered_whole_and_not_twice() {
    serving(Auth::Tokens, "", answered);
}

async fn answered(api: &mut Api<'_>) {
    let ask = || api.of(Method::GET, "patricia", "/api/v1/audit/rls");
    let none = ask().send().await.expect("an answer");
    assert_eq!(none.status(), 404);
    let problem: Value = none.json().await.expect("JSON");
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|detail| detail.starts_with("no audit was made yet")),
        "{problem}"
    );

    tokio::task::block_in_place(|| api.world.audited());
    let whole = ask().send().await.expect("an answer");
    assert_eq!(whole.status(), 200);
    let tag = whole.headers()["etag"].clone();
    let body: Value = whole.json().await.expect("JSON");
    assert_eq!(body["at"], body["audit"]["looked"]["at"]);
    assert!(
        ["findings", "fine"].contains(&body["outcome"].as_str().expect("a word")),
        "{body}"
    );
    let access = body["audit"]["access"].as_array().expect("rows");
    assert!(
        access
            .iter()
            .any(|row| row["relation"]["name"] == "citernes_depot" || row["relation"]["schema"] == "public")
    );

    let again = ask()
        .header("if-none-match", tag.clone())
        .send()
        .await
        .expect("an answer");
    assert_eq!(again.status(), 304);
    let later =
        "update vigie.audits set at = now(), document = jsonb_set(document, '{looked,at}', to_jsonb(now()))";
    tokio::task::block_in_place(|| api.world.sql(later));
    let newer = ask()
        .header("if-none-match", tag)
        .send()
        .await
        .expect("an answer");
    assert_eq!(newer.status(), 200);
}
