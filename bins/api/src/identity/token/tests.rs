//! Which tokens count, and which do not.

use std::{
    fs,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, http::StatusCode, routing::get};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    EncodingKey, Header, encode,
    jwk::{Jwk, JwkSet},
};
use serde_json::json;
use tokio::sync::Semaphore;

use super::*;

const SECRET: &str = "a secret of the tests, 32 bytes long at least";
/// 2100-01-01.
const LATER: u64 = 4_102_444_800;

fn by_secret(change: impl FnOnce(&mut AuthConfig)) -> Verifier {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("secret");
    fs::write(&file, format!("{SECRET}\n")).expect("written");
    let mut auth = AuthConfig {
        secret_file: Some(file),
        ..AuthConfig::default()
    };
    change(&mut auth);
    Verifier::new(&auth).expect("a verifier")
}

fn good() -> Value {
    json!({ "sub": "amina", "role": "authenticated", "aud": "authenticated", "exp": LATER })
}

fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut claims = good();
    change(&mut claims);
    encode(
        &Header::new(Algorithm::HS256),
        &claims,
        &EncodingKey::from_secret(SECRET.as_bytes()),
    )
    .expect("a token")
}

#[tokio::test]
async fn a_signed_in_persons_token_counts() {
    let verifier = by_secret(|_| {});
    let caller = verifier.caller(&with(|_| {})).await.expect("it counts");
    assert_eq!(caller.subject(), Some("amina"));
    let Caller::Claims { database_role, .. } = caller else {
        panic!("a person");
    };
    assert_eq!(database_role, "authenticated");
    let several = with(|claims| claims["aud"] = json!(["other", "authenticated"]));
    verifier.caller(&several).await.expect("it is meant for us too");
}

/// Whatever somebody sends, it is no token, or that one.
#[test]
fn fuzz_tokens() {
    let verifier = by_secret(|_| {});
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let good = with(|_| {});
    crate::spoil::spoil("tokens", &[&good], |text| {
        let Ok(text) = str::from_utf8(text) else {
            return false;
        };
        let counts = runtime.block_on(verifier.caller(text)).is_ok();
        assert_eq!(counts, text == good, "{text}");
        counts
    });
}

#[tokio::test]
async fn every_other_token_does_not() {
    let verifier = by_secret(|_| {});
    let refused = async |what: &str, token: String, why: NotValid| {
        assert_eq!(verifier.caller(&token).await.err(), Some(why), "{what}");
    };
    let past = 1_700_000_000_u64;
    refused("expired", with(|c| c["exp"] = json!(past)), NotValid::Time).await;
    refused("not yet", with(|c| c["nbf"] = json!(LATER - 10)), NotValid::Time).await;
    refused(
        "no end",
        with(|c| {
            c.as_object_mut().expect("claims").remove("exp");
        }),
        NotValid::Signature,
    )
    .await;
    refused(
        "for others",
        with(|c| c["aud"] = json!("other")),
        NotValid::Audience,
    )
    .await;
    refused(
        "for nobody",
        with(|c| {
            c.as_object_mut().expect("claims").remove("aud");
        }),
        NotValid::Signature,
    )
    .await;
    for role in ["anon", "service_role", "postgres", ""] {
        refused(role, with(|c| c["role"] = json!(role)), NotValid::NobodysToken).await;
    }
    refused(
        "nobody",
        with(|c| {
            c.as_object_mut().expect("claims").remove("sub");
        }),
        NotValid::NobodysToken,
    )
    .await;
    refused("no name", with(|c| c["sub"] = json!("")), NotValid::NobodysToken).await;
    let other = EncodingKey::from_secret(b"another secret, also 32 bytes long, at least");
    let forged = encode(&Header::new(Algorithm::HS256), &good(), &other).expect("a token");
    refused("another secret", forged, NotValid::Signature).await;
    let longer = encode(
        &Header::new(Algorithm::HS512),
        &good(),
        &EncodingKey::from_secret(SECRET.as_bytes()),
    );
    refused("another algorithm", longer.expect("a token"), NotValid::Signature).await;

    let encoded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for alg in ["none", "None", "NONE", ""] {
        let unsigned = format!(
            "{}.{}.",
            encoded(json!({ "alg": alg, "typ": "JWT" })),
            encoded(good())
        );
        refused(alg, unsigned, NotValid::Signature).await;
    }
    let good = with(|_| {});
    let (head, signature) = good.rsplit_once('.').expect("three parts");
    refused("cut", head.to_owned(), NotValid::Signature).await;
    refused("no signature", format!("{head}."), NotValid::Signature).await;
    let (header, _) = head.split_once('.').expect("three parts");
    let other =
        encoded(json!({ "sub": "didier", "role": "authenticated", "aud": "authenticated", "exp": LATER }));
    refused(
        "other claims",
        format!("{header}.{other}.{signature}"),
        NotValid::Signature,
    )
    .await;
    refused("huge", "a".repeat(LONGEST + 1), NotValid::Signature).await;
    for garbage in ["", ".", "..", "a.b.c", "\u{0}", "é.é.é"] {
        refused(garbage, garbage.to_owned(), NotValid::Signature).await;
    }
}

#[tokio::test]
async fn an_issuer_counts_where_one_is_asked_for() {
    let verifier = by_secret(|auth| auth.issuer = Some("https://id.example".to_owned()));
    let from = |issuer: &str| with(|claims| claims["iss"] = json!(issuer));
    verifier
        .caller(&from("https://id.example"))
        .await
        .expect("it counts");
    assert_eq!(
        verifier.caller(&from("https://evil.example")).await.err(),
        Some(NotValid::Audience)
    );
    verifier.caller(&with(|_| {})).await.expect_err("nobody says who");
}

#[test]
fn what_names_no_key_is_refused() {
    let says = |auth: &AuthConfig| {
        Verifier::new(auth)
            .err()
            .map(|stop| stop.message().to_owned())
            .unwrap_or_default()
    };
    assert!(says(&AuthConfig::default()).contains("give secret_file"));
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("secret");
    fs::write(&file, "too short").expect("written");
    let short = AuthConfig {
        secret_file: Some(file),
        ..AuthConfig::default()
    };
    assert!(says(&short).contains("fewer than 32 bytes") && !says(&short).contains("too short"));
    let open = AuthConfig {
        jwks_url: Some("http://keys.example/".to_owned()),
        ..AuthConfig::default()
    };
    assert!(says(&open).contains("https"));
}

/// A key of the tests, and of nothing else: PKCS #8, in base64.
const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgc/+UKnV/+E0+IQixq5nQ4pICA+P9aMMLoBFZUolnS+Ch\
                   RANCAATYfOuHq6BzIV8c+Re0TEHa7xlvl+NFmtxCKyYYZCrGY6I1MxzALdJURd/lGNO7/vbo3H2OCqlZv8+VPF0YUulK";

fn published(name: &str) -> (EncodingKey, Jwk) {
    let key = EncodingKey::from_ec_der(&STANDARD.decode(KEY).expect("base64"));
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).expect("its public half");
    jwk.common.key_id = Some(name.to_owned());
    (key, jwk)
}

fn named(key: &EncodingKey, name: Option<&str>) -> String {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = name.map(str::to_owned);
    encode(&header, &good(), key).expect("a token")
}

/// A server of one key.
#[derive(Clone)]
struct Server {
    asked: Arc<AtomicUsize>,
    /// Whoever asks waits for one of these; once it is closed, it answers no more.
    gate: Arc<Semaphore>,
}

impl Server {
    /// One that answers, and a verifier that asks it.
    async fn of(jwk: Jwk) -> (Self, Verifier) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = Self {
            asked: Arc::default(),
            gate: Arc::new(Semaphore::new(100)),
        };
        let own = server.clone();
        let router = Router::new().route(
            "/jwks",
            get(async move || {
                own.asked.fetch_add(1, Ordering::SeqCst);
                let may = own.gate.acquire().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
                may.forget();
                Ok::<_, StatusCode>(Json(JwkSet { keys: vec![jwk] }))
            }),
        );
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a port");
        let address = listener.local_addr().expect("its address");
        tokio::spawn(async { axum::serve(listener, router).await });
        let auth = AuthConfig {
            jwks_url: Some(format!("http://{address}/jwks")),
            ..AuthConfig::default()
        };
        (server, Verifier::new(&auth).expect("a verifier"))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn hold(&self) {
        self.gate.forget_permits(usize::MAX);
    }

    fn let_go(&self) {
        self.gate.add_permits(1);
    }

    /// Waits until it has been asked so often, with something else going on.
    async fn until_asked<T: std::fmt::Debug>(
        &self,
        times: usize,
        meanwhile: Pin<&mut impl Future<Output = T>>,
    ) {
        let asked = async {
            while self.asked() < times {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            done = meanwhile => panic!("it did not wait: {done:?}"),
            () = asked => {}
        }
    }
}

#[tokio::test]
async fn published_keys_are_fetched_once_and_again_for_a_new_name_but_not_for_every_made_up_one() {
    let (key, jwk) = published("first");
    let (server, verifier) = Server::of(jwk).await;
    for name in [Some("first"), None, Some("first")] {
        verifier.caller(&named(&key, name)).await.expect("it counts");
    }
    assert_eq!(server.asked(), 1, "fetched once");
    for _ in 0..20 {
        let made_up = verifier.caller(&named(&key, Some("made up"))).await;
        assert_eq!(made_up.err(), Some(NotValid::Signature));
    }
    assert_eq!(server.asked(), 1, "not fetched again so soon");
    // The public key is no secret: a token that uses it as one must not count.
    let confused = encode(
        &Header::new(Algorithm::HS256),
        &good(),
        &EncodingKey::from_secret(KEY.as_bytes()),
    );
    assert_eq!(
        verifier.caller(&confused.expect("a token")).await.err(),
        Some(NotValid::Signature)
    );
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_say_nothing_of_the_token() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (key, _) = published("first");
    let auth = AuthConfig {
        jwks_url: Some("http://127.0.0.1:9/jwks".to_owned()),
        ..AuthConfig::default()
    };
    let verifier = Verifier::new(&auth).expect("a verifier");
    assert_eq!(
        verifier.caller(&named(&key, Some("first"))).await.err(),
        Some(NotValid::NoKeys)
    );
}

#[tokio::test]
async fn keys_come_also_where_who_asked_first_goes_away() {
    let (key, jwk) = published("first");
    let (server, verifier) = Server::of(jwk).await;
    server.hold();
    let token = named(&key, Some("first"));
    {
        let mut first = pin!(verifier.caller(&token));
        server.until_asked(1, first.as_mut()).await;
    }
    server.let_go();
    verifier
        .caller(&token)
        .await
        .expect("the keys that the first one asked for");
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn whose_key_is_known_waits_for_nobody() {
    let (key, jwk) = published("first");
    let (server, verifier) = Server::of(jwk).await;
    let (known, made_up) = (named(&key, Some("first")), named(&key, Some("made up")));
    verifier.caller(&known).await.expect("it counts");
    // Long enough for another attempt.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    tokio::time::resume();
    server.hold();
    let mut other = pin!(verifier.caller(&made_up));
    server.until_asked(2, other.as_mut()).await;
    tokio::select! {
        biased;
        refused = other.as_mut() => panic!("it waited for the made-up one: {refused:?}"),
        caller = verifier.caller(&known) => { caller.expect("it counts"); }
    }
    // Nor does the next one with a made-up name, who would hold a place.
    tokio::select! {
        biased;
        refused = other.as_mut() => panic!("it waited for the first one: {refused:?}"),
        next = verifier.caller(&made_up) => { assert_eq!(next.err(), Some(NotValid::NoKeys)); }
    }
    server.let_go();
    assert_eq!(other.await.err(), Some(NotValid::Signature));
}

/// Old keys are looked at again behind the scenes, and go on counting meanwhile, and where that fails.
#[tokio::test]
async fn known_keys_count_while_they_are_fetched_again_and_where_they_cannot_be() {
    let (key, jwk) = published("first");
    let (server, verifier) = Server::of(jwk).await;
    let (known, made_up) = (named(&key, Some("first")), named(&key, Some("made up")));
    verifier.caller(&known).await.expect("it counts");
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(11)).await;
    tokio::time::resume();
    server.hold();
    verifier.caller(&known).await.expect("it counts at once");
    server.until_asked(2, pin!(std::future::pending::<()>())).await;
    verifier.caller(&known).await.expect("it counts meanwhile");
    let refused = verifier.caller(&made_up).await.err();
    assert_eq!(refused, Some(NotValid::NoKeys), "the attempt is still under way");
    server.gate.close();
    // The attempt is over once a made-up name is no more than that.
    while verifier.caller(&made_up).await.err() == Some(NotValid::NoKeys) {
        tokio::task::yield_now().await;
    }
    verifier.caller(&known).await.expect("it counts still");
    assert_eq!(server.asked(), 2);
}
