//! The stream of news: what is told, to whom, and when it ends.

use nix::sys::signal::Signal;
use reqwest::{Method, Response};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use crate::{
    running::{Api, Auth, PATIENCE},
    serves::serving,
};

/// What a service names first of all that it tells: that from now on it hears the database.
const HEARS: &str = ".2";

/// A client that follows.
struct Follows {
    said: Response,
    unread: String,
}

/// What it is told.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    kind: String,
    id: String,
}

impl Follows {
    /// From the event of this name on.
    async fn from(api: &Api<'_>, last: Option<&str>) -> Self {
        let answer = follow(api, "patricia", last).await;
        assert_eq!(answer.status(), 200);
        let headers = answer.headers();
        assert_eq!(headers["content-type"], "text/event-stream");
        assert_eq!(headers["x-accel-buffering"], "no");
        Self {
            said: answer,
            unread: String::new(),
        }
    }

    /// The next event; `None` at an orderly end.
    async fn next(&mut self) -> Option<Told> {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some((event, _)) = self.unread.split_once("\n\n") {
                let field = |name: &str| {
                    let mut lines = event.lines().filter_map(|line| line.split_once(": "));
                    lines
                        .find(|(key, _)| *key == name)
                        .map(|(_, value)| value.to_owned())
                };
                let told = field("event").zip(field("id"));
                let read = event.len() + 2;
                self.unread.drain(..read);
                if let Some((kind, id)) = told {
                    return Some(Told { kind, id });
                }
                // A comment: it is still there.
                continue;
            }
            let piece = timeout_at(end, self.said.chunk()).await.expect("in time");
            self.unread += std::str::from_utf8(&piece.expect("not cut")?).expect("text");
        }
    }
}

async fn follow(api: &Api<'_>, user: &str, last: Option<&str>) -> Response {
    let mut request = api.of(Method::GET, user, "/api/v1/alerts/stream");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    request.send().await.expect("an answer")
}

/// Changes something; gives nothing back but that it is done.
async fn changes(api: &Api<'_>) {
    let id = api.value("select id::text from vigie.alerts where status = 'OPEN' limit 1");
    let path = format!("/api/v1/alerts/{id}/comment");
    let act = api
        .of(Method::POST, "didier", &path)
        .json(&json!({ "comment": "vu" }));
    assert_eq!(act.send().await.expect("an answer").status(), 200);
}

/// Waits until the service hears the database; gives the name of the last that it has told.
async fn hears(api: &Api<'_>) -> String {
    let mut any = Follows::from(api, None).await;
    loop {
        let told = any.next().await.expect("it goes on");
        assert_eq!(told.kind, "resync", "nothing has changed: {told:?}");
        if told.id.ends_with(HEARS) {
            return told.id;
        }
    }
}

#[test]
fn who_follows_is_told_of_what_changes_and_of_what_may_have_been_missed() {
    serving(Auth::Tokens, "", async |api| {
        let now = hears(api).await;
        for behind in [None, Some("made up"), Some("another-process.2")] {
            let first = Follows::from(api, behind).await.next().await.expect("news");
            let missed = Told {
                kind: "resync".to_owned(),
                id: now.clone(),
            };
            assert_eq!(first, missed, "{behind:?}");
        }

        // Whoever has heard the last hears nothing before the next.
        let mut up_to_date = Follows::from(api, Some(&now)).await;
        changes(api).await;
        let changed = up_to_date.next().await.expect("news");
        assert_eq!(changed.kind, "change");
        assert_ne!(changed.id, now);
        let mut behind = Follows::from(api, Some(&now)).await;
        assert_eq!(behind.next().await.expect("news").kind, "resync");
        assert_eq!(follow(api, "nobody", None).await.status(), 403);

        api.signal(Signal::SIGTERM);
        assert_eq!(up_to_date.next().await, None, "an orderly end");
        assert_eq!(behind.next().await, None);
        assert_eq!(api.ended().code(), Some(0));
    });
}
