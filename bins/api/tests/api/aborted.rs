//! Clients that go away in the middle leave nobody's rights on a connection that the next one gets.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, sync::Semaphore, task::JoinSet};

use crate::{
    running::{Api, Auth},
    serves::serving,
    tokens::token,
};

/// So many are really aborted: their client was gone before the first byte of an answer.
const ABORTED: usize = 10_000;
/// After so many attempts it is given up: the service answers faster than a client can go away.
const ATTEMPTS: usize = 40_000;
/// So many clients at once: a few more than there are connections to the database, so that many are in the middle of a
/// transaction when they go.
const AT_ONCE: usize = 12;
/// How many milliseconds a client stays: from less than any answer takes, to more than most.
const PAUSES: [u64; 10] = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55];
const USERS: [&str; 4] = ["nobody", "patricia", "didier", "amina"];

#[test]
fn ten_thousand_who_go_away_leave_nobodys_rights_behind() {
    serving(Auth::Tokens, "", many_go_away);
}

async fn many_go_away(api: &mut Api<'_>) {
    let id = api.value("select id::text from vigie.alerts where status = 'OPEN' limit 1");
    let requests: Arc<Vec<String>> = Arc::new(USERS.iter().flat_map(|user| heads(user, &id)).collect());
    let over = Arc::new(AtomicBool::new(false));
    let patient = patient_ones(api, &over);
    // Chance that can be repeated.
    let mut chance = fastrand::Rng::with_seed(42);
    let clients = Arc::new(Semaphore::new(AT_ONCE));
    let mut going: JoinSet<bool> = JoinSet::new();
    let (mut aborted, mut tried) = (0, 0);
    while aborted < ABORTED {
        assert!(tried < ATTEMPTS, "{aborted} of {tried} were aborted");
        let client = Arc::clone(&clients).acquire_owned().await.expect("a place");
        tried += 1;
        let (address, requests) = (api.address, Arc::clone(&requests));
        let (which, cut, pause) = (
            chance.usize(..requests.len()),
            chance.usize(..8),
            PAUSES[chance.usize(..PAUSES.len())],
        );
        going.spawn(async move {
            let gone = goes_away(address, requests[which].as_bytes(), cut, pause).await;
            drop(client);
            gone
        });
        while let Some(gone) = going.try_join_next() {
            aborted += usize::from(gone.expect("a client"));
        }
    }
    let rest = going.join_all().await;
    aborted += rest.into_iter().filter(|gone| *gone).count();
    over.store(true, Ordering::Relaxed);
    let answered: usize = patient.join_all().await.into_iter().sum();
    let acted = api.value("select count(*)::text from vigie.alert_events where door = 'api'");
    eprintln!(
        "{aborted} of {tried} requests were aborted before the first byte of an answer; {acted} acts were done all the \
         same; {answered} patient ones were answered meanwhile"
    );
    assert_ne!(acted, "0", "nobody was in the middle of anything");
    assert_ne!(answered, 0, "nobody got through");

    everybody_is_who_they_are(api, &id).await;
    // What the aborted ones did, they did in their own name; and only those who may.
    assert_eq!(
        api.value(
            "select coalesce(string_agg(distinct actor || ': ' || (diff->'args'->>'comment'), ', '), '')
             from vigie.alert_events where door = 'api'"
        ),
        "amina: amina, didier: didier"
    );
    // In the end nothing of theirs is still going on.
    let deadline = tokio::time::Instant::now() + crate::running::PATIENCE;
    while api.value(&format!(
        "select count(*)::text from pg_stat_activity where state <> 'idle' and {OF_THE_API}"
    )) != "0"
    {
        assert!(tokio::time::Instant::now() < deadline, "transactions stay open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    api.says_no_secret(&[]);
}

const OF_THE_API: &str = "datname = current_database() and usename <> 'postgres'";

/// Those who wait for their answers meanwhile, and get the ones that are theirs; each gives how many.
fn patient_ones(api: &Api<'_>, over: &Arc<AtomicBool>) -> JoinSet<usize> {
    let mut patient = JoinSet::new();
    for (user, status) in USERS.into_iter().zip([403, 200, 200, 200]) {
        let over = Arc::clone(over);
        let request = api.of(Method::GET, user, "/api/v1/alerts?limit=1");
        patient.spawn(async move {
            let mut answered = 0;
            while !over.load(Ordering::Relaxed) {
                let request = request.try_clone().expect("no body");
                let answer = request.send().await.expect("an answer");
                // Where all connections are taken for longer than anybody waits for one, they are told: later.
                if answer.status() != 503 {
                    assert_eq!(answer.status(), status, "{user}");
                    answered += 1;
                }
            }
            answered
        });
    }
    patient
}

/// What a user could be sending.
fn heads(user: &str, id: &str) -> Vec<String> {
    let head = |line: &str, more: &str| {
        let token = token(user);
        format!("{line} HTTP/1.1\r\nHost: vigie\r\nAuthorization: Bearer {token}\r\n{more}\r\n")
    };
    let body = format!("{{\"comment\":\"{user}\"}}");
    let about = format!(
        "Content-Type: application/json\r\nContent-Length: {}\r\n",
        body.len()
    );
    vec![
        head("GET /api/v1/alerts?limit=200", ""),
        head("GET /api/v1/alerts/summary", ""),
        head("GET /api/v1/alerts/stream", ""),
        head(&format!("GET /api/v1/alerts/{id}/events"), ""),
        head(&format!("POST /api/v1/alerts/{id}/comment"), &about) + &body,
    ]
}

/// Sends all of it, or up to somewhere, and goes after some milliseconds; gives whether it went before it was answered.
async fn goes_away(address: SocketAddr, request: &[u8], cut: usize, pause: u64) -> bool {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    // One in eight sends a few bytes only.
    let sent = if cut == 0 {
        request.len() / 3
    } else {
        request.len()
    };
    stream.write_all(&request[..sent]).await.expect("sent");
    tokio::time::sleep(Duration::from_millis(pause)).await;
    let gone = stream.try_read(&mut [0]).is_err();
    if pause.is_multiple_of(2) {
        // At once, with what was not read: a reset.
        stream.set_zero_linger().expect("an option");
    }
    gone
}

/// Enough of them at once that every connection to the database is used.
async fn everybody_is_who_they_are(api: &Api<'_>, id: &str) {
    let asked = USERS.iter().cycle().take(160).map(|user| async move {
        let list = api
            .of(Method::GET, user, "/api/v1/alerts")
            .send()
            .await
            .expect("an answer");
        let path = format!("/api/v1/alerts/{id}/comment");
        let comment = serde_json::json!({ "comment": user });
        let act = api
            .of(Method::POST, user, &path)
            .json(&comment)
            .send()
            .await
            .expect("an answer");
        (*user, list.status().as_u16(), act.status().as_u16())
    });
    let mut seen: BTreeMap<_, usize> = BTreeMap::new();
    let mut answers = stream::iter(asked).buffer_unordered(AT_ONCE);
    while let Some(answers) = answers.next().await {
        *seen.entry(answers).or_default() += 1;
    }
    let expected = [
        (("amina", 200, 200), 40),
        (("didier", 200, 200), 40),
        (("nobody", 403, 403), 40),
        (("patricia", 200, 403), 40),
    ];
    assert_eq!(seen, BTreeMap::from(expected));
}
