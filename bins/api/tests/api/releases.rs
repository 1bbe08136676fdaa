//! `GET /api/v1/releases`: none, what stands in the ledger, page by page, and what is there already.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::{
    running::{Api, Auth},
    serves::serving,
};

#[test]
fn the_ledger_is_told_page_by_page_and_not_twice() {
    serving(Auth::Tokens, "", told);
}

async fn asked(api: &Api<'_>, query: &str) -> Response {
    let path = format!("/api/v1/releases{query}");
    let answer = api.of(Method::GET, "patricia", &path).send().await;
    answer.expect("an answer")
}

async fn read(api: &Api<'_>, query: &str) -> Value {
    let answer = asked(api, query).await;
    assert_eq!(answer.status(), 200, "{query}");
    answer.json().await.expect("JSON")
}

fn kinds(body: &Value) -> Vec<&str> {
    let events = body["events"].as_array().expect("events").iter();
    events
        .map(|event| event["kind"].as_str().expect("a word"))
        .collect()
}

async fn told(api: &mut Api<'_>) {
    let none = read(api, "").await;
    assert_eq!(
        (&none["releases"], &none["events"], &none["next"]),
        (&json!([]), &json!([]), &json!(null))
    );

    tokio::task::block_in_place(|| api.world.released());
    let whole = read(api, "").await;
    assert_eq!(kinds(&whole), ["started", "verify_passed", "deployed", "started"]);
    assert_eq!(whole["next"], json!(null));
    let first = &whole["events"][0];
    assert_eq!(
        (&first["actor"], &first["reason"]),
        (&json!("didier"), &json!("version de novembre"))
    );
    assert_eq!(whole["events"][1]["actor"], json!(null), "found by looking");
    let standing = |body: &Value| -> Vec<Value> {
        let releases = body["releases"].as_array().expect("releases").iter();
        releases
            .map(|one| {
                json!([
                    one["environment"],
                    one["stage"],
                    one["live"],
                    one["open"],
                    one["verified"]
                ])
            })
            .collect()
    };
    let live = json!(["production", "verified", true, false, true]);
    let open = json!(["staging", "started", false, true, false]);
    assert_eq!(standing(&whole), [live.clone(), open.clone()]);
    assert_eq!(whole["releases"][0]["verified_at"], whole["events"][1]["at"]);

    let page = read(api, "?limit=3").await;
    assert_eq!(kinds(&page), ["started", "verify_passed", "deployed"]);
    let rest = read(
        api,
        &format!("?limit=3&cursor={}", page["next"].as_str().expect("a cursor")),
    )
    .await;
    assert_eq!((kinds(&rest), &rest["next"]), (vec!["started"], &json!(null)));
    assert_eq!(standing(&rest), [live.clone(), open], "on every page");
    let production = read(api, "?environment=production&target=web").await;
    assert_eq!(kinds(&production), ["verify_passed", "deployed", "started"]);
    assert_eq!(standing(&production), [live]);
    assert_eq!(read(api, "?target=api").await["releases"], json!([]));

    for wrong in [
        "?environment=prod",
        "?limit=0",
        "?limit=201",
        "?cursor=x",
        "?cursor=e30",
        "?target=%00",
        "?status=x",
    ] {
        let refused = asked(api, wrong).await;
        assert_eq!(refused.status(), 422, "{wrong}");
        assert_eq!(
            refused.headers()["content-type"],
            "application/problem+json",
            "{wrong}"
        );
    }

    let tag = asked(api, "").await.headers()["etag"].clone();
    let again = || {
        api.of(Method::GET, "patricia", "/api/v1/releases")
            .header("if-none-match", tag.clone())
    };
    assert_eq!(again().send().await.expect("an answer").status(), 304);
    let remark = [
        "release", "record", "note", "--env", "staging", "--target", "web", "--reason", "vu",
    ];
    let remark = [&remark[..], &["--release", "depot-web@1.4.0+4110b38a1b2c"]].concat();
    tokio::task::block_in_place(|| api.world.vigie(&remark)).exits(0);
    assert_eq!(again().send().await.expect("an answer").status(), 200);
}
