//! Signing in with a password, at a fake `GoTrue`.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    browser::{self, Browser, cookie},
    running::{Api, Auth, PATIENCE},
    serves::checked,
    tokens::{SECRET, claims, signed, token},
};

const PASSWORD: &str = "correct horse battery staple";
const EMAIL: &str = "didier@depot.example.org";

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Fine,
    /// Its access tokens are about to end.
    Short,
    /// Its tokens are for others, and about to end.
    WrongAudience,
    /// Its tokens are somebody else's.
    Another,
    /// Answers with this status and this body.
    Says(u16, &'static str),
    Broken,
    Nonsense,
    Slow,
    /// Answers once the test lets it.
    Held,
}

/// What it has been asked.
#[derive(Debug)]
struct Heard {
    mood: Mood,
    gate: Arc<tokio::sync::Notify>,
    /// The refresh token that it takes: each one renews once.
    refresh: String,
    /// Grants, each with what was sent.
    asked: Vec<(String, Value)>,
    /// The tokens that were signed out.
    ended: Vec<String>,
}

type GoTrue = Arc<Mutex<Heard>>;

async fn gotrue() -> (SocketAddr, GoTrue) {
    let heard = Arc::new(Mutex::new(Heard {
        mood: Mood::Fine,
        gate: Arc::default(),
        refresh: String::new(),
        asked: Vec::new(),
        ended: Vec::new(),
    }));
    let router = Router::new()
        .route("/auth/v1/token", post(grant))
        .route("/auth/v1/logout", post(logout))
        .with_state(Arc::clone(&heard));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, heard)
}

async fn grant(
    State(gotrue): State<GoTrue>,
    Query(query): Query<Value>,
    Json(body): Json<Value>,
) -> Response {
    let grant = query["grant_type"].as_str().expect("a grant").to_owned();
    let (mood, gate) = {
        let mut heard = lock(&gotrue);
        heard.asked.push((grant.clone(), body.clone()));
        (heard.mood, Arc::clone(&heard.gate))
    };
    let mut claims = claims("didier");
    match mood {
        Mood::Broken => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::Nonsense => return "<html>".into_response(),
        Mood::Slow => std::future::pending().await,
        Mood::Held => gate.notified().await,
        Mood::WrongAudience => claims["aud"] = json!("others"),
        Mood::Another => claims["sub"] = json!("amina"),
        Mood::Says(status, body) => {
            let status = StatusCode::from_u16(status).expect("a status");
            return (status, body).into_response();
        }
        Mood::Fine | Mood::Short => {}
    }
    let mut heard = lock(&gotrue);
    let is_right = match grant.as_str() {
        "password" => body["password"] == PASSWORD && body["email"] == EMAIL,
        _ => body["refresh_token"] == heard.refresh.as_str(),
    };
    if !is_right {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    heard.refresh = format!("refresh-{}", heard.asked.len());
    Json(json!({
        "access_token": signed(&claims, SECRET),
        "refresh_token": heard.refresh,
        "expires_in": if matches!(mood, Mood::Short | Mood::WrongAudience) { 10 } else { 3600 },
    }))
    .into_response()
}

async fn logout(State(gotrue): State<GoTrue>, headers: HeaderMap) -> StatusCode {
    let bearer = headers["authorization"].to_str().expect("text").to_owned();
    lock(&gotrue).ended.push(bearer);
    StatusCode::NO_CONTENT
}

fn lock(gotrue: &GoTrue) -> std::sync::MutexGuard<'_, Heard> {
    gotrue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A service whose people sign in at a fake `GoTrue`, for as long as the test looks at it.
fn signing_in(test: impl AsyncFnOnce(&Api<'_>, &GoTrue)) {
    let (world, url) = checked();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (address, gotrue) = gotrue().await;
        let api = Api::start(&world, &url, Auth::Passwords(address), "").await;
        test(&api, &gotrue).await;
        api.says_no_secret(&[PASSWORD, EMAIL, "refresh-", "203.0.113.66", "198.51.100.7"]);
    });
}

const RIGHT: &[(&str, &str)] = &[("email", EMAIL), ("password", PASSWORD)];

async fn enters(api: &Api<'_>, fields: &[(&str, &str)]) -> reqwest::Response {
    browser::post(api, "/sign-in", fields)
        .send()
        .await
        .expect("an answer")
}

#[test]
fn the_right_password_begins_a_session_and_leaving_ends_it_everywhere() {
    signing_in(async |api, gotrue| {
        let answer = enters(api, RIGHT).await;
        assert_eq!(answer.status(), 303);
        let set = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
        assert!(set.starts_with("__Host-vigie="), "{set}");
        for word in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(set.contains(word), "{word} in {set}");
        }
        assert!(!set.contains("Domain") && !set.contains("eyJ"), "{set}");

        let browser = Browser::enter(api, RIGHT).await;
        let page = browser.page(api, "/governance/integrity").await;
        assert!(page.contains(EMAIL) && !page.contains("eyJ") && !page.contains("refresh-"));
        // From a script of ours: the API, which asks for the session's secret.
        let id = api.value("select id::text from vigie.alerts where status = 'OPEN' limit 1");
        let comment = |csrf: &str| {
            let path = format!("/api/v1/alerts/{id}/comment");
            let request = api.client.post(api.url(&path)).header("cookie", &browser.cookie);
            request
                .header("x-csrf-token", csrf)
                .json(&json!({ "comment": "vu" }))
        };
        for (csrf, status) in [("", 403), ("made up", 403), (browser.csrf.as_str(), 200)] {
            let answer = comment(csrf).send().await.expect("an answer");
            assert_eq!(answer.status(), status, "{csrf:?}");
        }

        let left = browser
            .post(api, "/sign-out", &[])
            .send()
            .await
            .expect("an answer");
        assert_eq!((left.status().as_u16(), cookie(&left)), (303, None));
        let again = browser
            .get(api, "/governance/integrity")
            .send()
            .await
            .expect("an answer");
        assert_eq!(again.status(), 303, "the old cookie is worth nothing");
        until(|| lock(gotrue).ended == [format!("Bearer {}", token("didier"))]).await;
    });
}

/// Over a session that is there, as on a machine that several people use: the one before is over, everywhere.
#[test]
fn who_signs_in_over_somebody_elses_session_ends_it_everywhere() {
    signing_in(async |api, gotrue| {
        let before = Browser::enter(api, RIGHT).await;
        let over = browser::post(api, "/sign-in", RIGHT).header("cookie", &before.cookie);
        let over = over.send().await.expect("an answer");
        assert!(cookie(&over).is_some_and(|cookie| cookie != before.cookie));
        is_over(api, &before).await;
        until(|| lock(gotrue).ended == [format!("Bearer {}", token("didier"))]).await;
    });
}

#[test]
fn what_is_not_the_right_password_begins_nothing() {
    signing_in(async |api, gotrue| {
        for (mood, password, status) in [
            (Mood::Fine, "wrong", 401),
            (Mood::Broken, PASSWORD, 503),
            (Mood::Nonsense, PASSWORD, 503),
            (Mood::WrongAudience, PASSWORD, 503),
            (Mood::Slow, PASSWORD, 503),
        ] {
            lock(gotrue).mood = mood;
            let fields = [("email", EMAIL), ("password", password)];
            let answer = enters(api, &fields).await;
            assert_eq!(
                (answer.status().as_u16(), cookie(&answer)),
                (status, None),
                "{mood:?}"
            );
            let page = answer.text().await.expect("a page");
            assert!(
                page.contains("<form") && !page.contains(password),
                "{mood:?}: {page}"
            );
        }
        lock(gotrue).mood = Mood::Fine;
        let evil = [("email", "\"><script>alert(1)</script>@x"), ("password", "wrong")];
        let page = enters(api, &evil).await.text().await.expect("a page");
        assert!(
            page.contains("alert(1)") && !page.contains("<script>alert"),
            "{page}"
        );
    });
}

#[test]
fn the_journal_of_accesses_holds_each_attempt_by_a_pseudonym() {
    signing_in(async |api, _| {
        for (password, status) in [("wrong", 401), (PASSWORD, 303)] {
            let answer = enters(api, &[("email", EMAIL), ("password", password)]).await;
            assert_eq!(answer.status(), status);
        }
        let end = tokio::time::Instant::now() + PATIENCE;
        let recorded = || {
            api.value(
                "select concat_ws(' ', count(*), string_agg(event, ' ' order by event), \
                 count(distinct account_hash)) from vigie.access_events where route = '/sign-in'",
            )
        };
        while recorded() != "2 authn_login_fail authn_login_success 1" {
            assert!(tokio::time::Instant::now() < end, "{}", recorded());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let rows = api.value("select string_agg(e::text, ' ') from vigie.access_events as e");
        assert!(
            !rows.contains("depot.example") && !rows.contains(PASSWORD),
            "{rows}"
        );
    });
}

#[test]
fn a_token_about_to_end_is_renewed_once_and_a_refusal_ends_the_session() {
    signing_in(async |api, gotrue| {
        let browser = about_to_end(api, gotrue).await;
        // While it cannot be renewed, nobody is told that they are signed out.
        lock(gotrue).mood = Mood::Broken;
        let unsure = browser
            .get(api, "/governance/integrity")
            .send()
            .await
            .expect("an answer");
        assert_eq!(unsure.status(), 503);
        lock(gotrue).mood = Mood::Fine;
        lock(gotrue).asked.clear();
        for _ in 0..3 {
            browser.page(api, "/governance/integrity").await;
        }
        let asked = lock(gotrue).asked.clone();
        let renewal = (
            "refresh_token".to_owned(),
            json!({ "refresh_token": "refresh-1" }),
        );
        assert_eq!(asked, [renewal]);

        // Now one whose renewal is refused.
        let browser = about_to_end(api, gotrue).await;
        lock(gotrue).refresh.clear();
        is_over(api, &browser).await;
    });
}

/// Signs in with tokens that are about to end.
async fn about_to_end(api: &Api<'_>, gotrue: &GoTrue) -> Browser {
    lock(gotrue).mood = Mood::Short;
    let answer = enters(api, RIGHT).await;
    lock(gotrue).mood = Mood::Fine;
    Browser {
        cookie: cookie(&answer).expect("a session"),
        csrf: String::new(),
    }
}

async fn is_over(api: &Api<'_>, browser: &Browser) {
    let asked = async |path| browser.get(api, path).send().await.expect("an answer");
    let over = asked("/governance/integrity").await;
    assert_eq!(over.status(), 303);
    let to = over.headers()["location"].to_str().expect("text");
    assert!(to.starts_with("/sign-in?"), "{to}");
    assert_eq!(asked("/api/v1/alerts").await.status(), 401);
}

/// What another server says in its place, such as a proxy that was configured wrongly, says nothing of a person.
#[test]
fn nobody_is_signed_out_by_what_stands_before_the_sign_in_service() {
    signing_in(async |api, gotrue| {
        let browser = about_to_end(api, gotrue).await;
        for (status, body) in [
            (400, "<html>Bad Request</html>"),
            (401, r#"{"message":"No API key found in request"}"#),
            (403, ""),
            (404, r#"{"error":"invalid_grant"}"#),
            (405, ""),
        ] {
            lock(gotrue).mood = Mood::Says(status, body);
            let unsure = browser
                .get(api, "/governance/integrity")
                .send()
                .await
                .expect("an answer");
            assert_eq!(unsure.status(), 503, "{status}");
            let fields = [("email", "amina@depot.example.org"), ("password", PASSWORD)];
            assert_eq!(enters(api, &fields).await.status(), 503, "{status}");
        }
        lock(gotrue).mood = Mood::Fine;
        browser.page(api, "/governance/integrity").await;

        let browser = about_to_end(api, gotrue).await;
        lock(gotrue).mood = Mood::Says(
            403,
            r#"{"code":403,"error_code":"user_banned","msg":"User is banned"}"#,
        );
        is_over(api, &browser).await;
    });
}

/// A refresh token counts once: what came for it is kept, also where it is of no use yet.
#[test]
fn new_tokens_are_kept_before_anybody_looks_whose_they_are() {
    signing_in(async |api, gotrue| {
        let browser = about_to_end(api, gotrue).await;
        lock(gotrue).mood = Mood::WrongAudience;
        let refused = browser
            .get(api, "/api/v1/alerts")
            .send()
            .await
            .expect("an answer");
        assert_eq!(refused.status(), 401);
        lock(gotrue).mood = Mood::Fine;
        browser.page(api, "/governance/integrity").await;
        let asked = lock(gotrue).asked.clone();
        let sent: Vec<&Value> = asked.iter().map(|(_, sent)| &sent["refresh_token"]).collect();
        assert_eq!(sent, [&Value::Null, &json!("refresh-1"), &json!("refresh-2")]);
    });
}

#[test]
fn a_renewal_never_makes_somebody_else_of_a_person() {
    signing_in(async |api, gotrue| {
        let browser = about_to_end(api, gotrue).await;
        lock(gotrue).mood = Mood::Another;
        is_over(api, &browser).await;
        lock(gotrue).mood = Mood::Fine;
        is_over(api, &browser).await;
    });
}

/// A token that renews another counts once: who goes away meanwhile must not take the answer with them.
#[test]
fn a_renewal_goes_on_when_its_visitor_goes_away() {
    signing_in(async |api, gotrue| {
        let browser = about_to_end(api, gotrue).await;
        lock(gotrue).mood = Mood::Held;
        lock(gotrue).asked.clear();
        let request = browser.get(api, "/governance/integrity").send();
        tokio::select! {
            answer = request => panic!("nothing was let through: {answer:?}"),
            () = until(|| lock(gotrue).asked.len() == 1) => {}
        }
        // Long enough for the service to see that the visitor is gone.
        api.until_idle().await;
        lock(gotrue).mood = Mood::Fine;
        let gate = Arc::clone(&lock(gotrue).gate);
        gate.notify_one();
        browser.page(api, "/governance/integrity").await;
        assert_eq!(lock(gotrue).asked.len(), 1, "renewed once");
    });
}

async fn until(is_so: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !is_so() {
        assert!(tokio::time::Instant::now() < deadline, "in vain");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[test]
fn after_five_attempts_an_account_has_to_wait() {
    signing_in(async |api, gotrue| {
        let wrong = [("email", EMAIL), ("password", "wrong")];
        for _ in 0..5 {
            assert_eq!(enters(api, &wrong).await.status(), 401);
        }
        // The right one too: else each attempt would tell.
        for fields in [&wrong, RIGHT] {
            let answer = enters(api, fields).await;
            assert_eq!((answer.status().as_u16(), cookie(&answer)), (429, None));
            let wait: u64 = answer.headers()["retry-after"]
                .to_str()
                .expect("text")
                .parse()
                .expect("seconds");
            assert!((1..=31).contains(&wait), "{wait}");
        }
        assert_eq!(lock(gotrue).asked.len(), 5, "those were not passed on");
        // Nobody else waits with them.
        let other = [("email", "amina@depot.example.org"), ("password", "wrong")];
        assert_eq!(enters(api, &other).await.status(), 401);
        let programs = api
            .of(Method::GET, "didier", "/api/v1/alerts")
            .send()
            .await
            .expect("an answer");
        assert_eq!(programs.status(), 200);
    });
}

/// A form that came through a proxy, which added whom it heard to what was there already.
async fn enters_through(api: &Api<'_>, passed_on: &str, fields: &[(&str, &str)]) -> u16 {
    let request = browser::post(api, "/sign-in", fields).header("x-forwarded-for", passed_on);
    request.send().await.expect("an answer").status().as_u16()
}

#[test]
fn behind_a_proxy_nobody_fills_the_limits_of_others() {
    signing_in(async |api, _| {
        let wrong = [("email", EMAIL), ("password", "wrong")];
        for n in 0..5 {
            // The left ones are made up.
            let passed_on = format!("203.0.113.{n}, 198.51.100.7");
            assert_eq!(enters_through(api, &passed_on, &wrong).await, 401);
        }
        assert_eq!(
            enters_through(api, "203.0.113.66, 198.51.100.7", RIGHT).await,
            429
        );
        assert_eq!(
            enters_through(api, "198.51.100.8", RIGHT).await,
            303,
            "the owner, elsewhere"
        );
    });
}

/// The limit of an account is not for the network from which its owner signed in.
#[test]
fn nobody_locks_an_owner_out_from_elsewhere() {
    signing_in(async |api, _| {
        let (owner, wrong) = ("198.51.100.8", [("email", EMAIL), ("password", "wrong")]);
        assert_eq!(enters_through(api, owner, RIGHT).await, 303);
        let mut attempts = 0;
        while enters_through(api, &format!("203.0.113.{attempts}"), &wrong).await != 429 {
            attempts += 1;
            assert!(attempts < 60, "there is no limit");
        }
        assert_eq!(enters_through(api, owner, RIGHT).await, 303);
    });
}

/// A line for each sign-in: what came of it, a digest of the account, and the network.
#[test]
fn sign_ins_are_journalled_and_nobody_is_named() {
    signing_in(async |api, gotrue| {
        let visitor = "203.0.113.66";
        let wrong = [("email", " Didier@DEPOT.example.org"), ("password", "wrong")];
        lock(gotrue).mood = Mood::Broken;
        assert_eq!(enters_through(api, visitor, RIGHT).await, 503);
        lock(gotrue).mood = Mood::Fine;
        assert_eq!(enters_through(api, visitor, &wrong).await, 401);
        let browser = Browser::enter(api, RIGHT).await;
        let left = browser
            .post(api, "/sign-out", &[])
            .header("x-forwarded-for", visitor);
        assert_eq!(left.send().await.expect("an answer").status(), 303);
        for _ in 0..3 {
            assert_eq!(enters_through(api, visitor, &wrong).await, 401);
        }
        assert_eq!(enters_through(api, visitor, &wrong).await, 429);

        // Under a key that the program made: all of one account's lines have the same, and it cannot be tried.
        let log = api.log();
        let (_, account) = log
            .split_once("sign-in outcome=\"unavailable\" account=")
            .expect("a line");
        let account = &account[..8];
        let plain: [u8; 32] = Sha256::digest(EMAIL).into();
        let plain = format!("{:02x}{:02x}{:02x}{:02x}", plain[0], plain[1], plain[2], plain[3]);
        assert_ne!(account, plain, "{log}");
        let line = |outcome, network| {
            format!("sign-in outcome=\"{outcome}\" account={account} network={network}.0/24")
        };
        let there = "203.0.113";
        let expected = [
            line("unavailable", there),
            line("refused", there),
            line("signed_in", "127.0.0"),
            line("signed_out", there),
            line("refused", there),
            line("refused", there),
            line("refused", there),
            line("too_many", there),
        ];
        let kept: Vec<&str> = log
            .lines()
            .filter_map(|line| line.find("sign-in outcome").map(|at| &line[at..]))
            .collect();
        assert_eq!(kept, expected, "{log}");
    });
}
