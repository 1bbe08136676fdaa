//! Ending in the middle of work: whatever was sent is answered whole, or was never begun.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use nix::sys::signal::Signal;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};
use uuid::Uuid;

use crate::{
    harness::raw,
    running::{Api, Auth, PATIENCE},
    serves::{checked, serving},
    tokens::token,
};

const TIMES: usize = 20;
const CLIENTS: usize = 8;

/// What became of what a client sent.
#[derive(Debug, Default)]
struct Counted {
    sent: usize,
    /// Done, and answered whole.
    done: usize,
    /// Answered whole: not now.
    later: usize,
    /// The door was closed: no byte of an answer.
    refused: usize,
    /// An answer with no end.
    cut: usize,
}

/// Every request is an act, so the database knows which of them were done.
#[test]
fn twenty_ends_under_load_cut_no_answer_and_lose_no_act() {
    let (world, url) = checked();
    let id = world.value("select id::text from vigie.alerts where status = 'OPEN' limit 1");
    let done_ones = || world.value("select count(*)::text from vigie.alert_events where door = 'api'");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut all = Counted::default();
    for round in 0..TIMES {
        runtime.block_on(async {
            let mut api = Api::start(&world, &url, Auth::Tokens, "").await;
            let over = Arc::new(AtomicBool::new(false));
            let mut clients = JoinSet::new();
            for client in 0..CLIENTS {
                // Half of them keep their connections.
                clients.spawn(sends(api.address, id.clone(), client % 2 == 0, Arc::clone(&over)));
            }
            // Under way, and somewhere else each time.
            tokio::time::sleep(std::time::Duration::from_millis(100 + 13 * round as u64)).await;
            api.signal(Signal::SIGTERM);
            let status = tokio::task::block_in_place(|| api.ended());
            assert_eq!(status.code(), Some(0), "{}", api.log());
            over.store(true, Ordering::Relaxed);
            for counted in clients.join_all().await {
                all.sent += counted.sent;
                all.done += counted.done;
                all.later += counted.later;
                all.refused += counted.refused;
                all.cut += counted.cut;
            }
        });
    }
    eprintln!("{all:?}");
    assert_eq!(all.cut, 0, "{all:?}");
    assert_eq!(all.sent, all.done + all.later + all.refused, "{all:?}");
    assert!(all.done > TIMES * CLIENTS, "there was no load: {all:?}");
    assert_eq!(
        tokio::task::block_in_place(done_ones),
        all.done.to_string(),
        "{all:?}"
    );
}

/// One act waits for a row that somebody else holds until the door is closed.
#[test]
fn an_act_that_takes_its_time_is_answered_after_the_door_is_closed() {
    serving(Auth::Tokens, "", async |api| {
        let id = api.value("select id::text from vigie.alerts where status = 'OPEN' limit 1");
        let mut holder = PgConnection::connect(&api.world.url())
            .await
            .expect("a connection");
        let hold = format!("begin; select from vigie.alerts where id = '{id}' for update");
        holder.execute(raw(&hold)).await.expect("the row");
        let stream = TcpStream::connect(api.address).await.expect("it listens");
        let act = tokio::spawn(async move { ask(stream, &id, true).await });
        let waiting = "select count(*)::text from pg_stat_activity
                       where datname = current_database() and wait_event_type = 'Lock'";
        until(async || api.value(waiting) == "1").await;
        api.signal(Signal::SIGTERM);
        until(async || TcpStream::connect(api.address).await.is_err()).await;
        holder.execute(raw("rollback")).await.expect("let go");
        let answered = act.await.expect("a client");
        assert!(matches!(answered, Answered::Whole(200, None)), "{answered:?}");
        assert_eq!(api.ended().code(), Some(0));
    });
}

async fn until(is_so: impl AsyncFn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(tokio::time::Instant::now() < deadline, "in vain");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

async fn sends(address: SocketAddr, id: String, keeps: bool, over: Arc<AtomicBool>) -> Counted {
    let mut counted = Counted::default();
    let mut kept = None;
    while !over.load(Ordering::Relaxed) {
        let stream = match kept.take() {
            Some(stream) => Ok(stream),
            None => TcpStream::connect(address).await,
        };
        let Ok(stream) = stream else {
            // Nothing was sent.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            continue;
        };
        counted.sent += 1;
        match ask(stream, &id, keeps).await {
            Answered::Whole(200, stream) => {
                counted.done += 1;
                kept = stream;
            }
            Answered::Whole(503, stream) => {
                counted.later += 1;
                kept = stream;
            }
            Answered::Whole(status, _) => panic!("answered {status}"),
            Answered::NotAtAll => counted.refused += 1,
            Answered::Cut => counted.cut += 1,
        }
    }
    counted
}

#[derive(Debug)]
enum Answered {
    /// With this status; and the connection, where it stays.
    Whole(u16, Option<TcpStream>),
    NotAtAll,
    Cut,
}

async fn ask(mut stream: TcpStream, id: &str, keeps: bool) -> Answered {
    let token = token("didier");
    let connection = if keeps { "keep-alive" } else { "close" };
    let body = "{\"comment\":\"vu\"}";
    let request = format!(
        "POST /api/v1/alerts/{id}/comment HTTP/1.1\r\nHost: vigie\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nConnection: {connection}\r\nIdempotency-Key: {}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        Uuid::new_v4(),
        body.len()
    );
    if stream.write_all(request.as_bytes()).await.is_err() {
        return Answered::NotAtAll;
    }
    let mut answer = Vec::new();
    loop {
        if let Some((status, stays)) = whole(&answer) {
            return Answered::Whole(status, stays.then_some(stream));
        }
        match stream.read_buf(&mut answer).await {
            Ok(0) | Err(_) if answer.is_empty() => return Answered::NotAtAll,
            Ok(0) | Err(_) => return Answered::Cut,
            Ok(_) => {}
        }
    }
}

/// Status of an answer that is there to its last byte, and whether the connection stays.
fn whole(answer: &[u8]) -> Option<(u16, bool)> {
    let text = std::str::from_utf8(answer).ok()?.to_lowercase();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let is_whole = body.len() == length.trim().parse::<usize>().ok()?;
    is_whole.then(|| (status, !head.contains("connection: close")))
}
