//! The heartbeat URL: called after a run that evaluated something, and by nobody else.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use nix::sys::signal::Signal;

use crate::{
    harness::{World, check},
    http::free_address,
    running::{Running, until},
    secrets::TOKEN,
};

/// A server that counts how often the heartbeat URL is called, and always answers the same.
pub(crate) struct Ear {
    address: SocketAddr,
    calls: Arc<AtomicU64>,
}

impl Ear {
    /// One that answers with this status and this line more.
    pub(crate) fn answering(status: &'static str, header: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let calls = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&calls);
        let answer = format!("HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n");
        // It ends with the test's process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if is_the_call(stream, &answer) {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        Self { address, calls }
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/ping/{TOKEN}", self.address)
    }

    /// A configuration with the pack `checks` and this URL.
    pub(crate) fn configuration(&self, world: &World) -> String {
        configuration(world, &self.url())
    }
}

fn is_the_call(mut stream: TcpStream, answer: &str) -> bool {
    let mut request = [0; 4096];
    let read = stream.read(&mut request).unwrap_or(0);
    // Who does not wait for the answer has called all the same.
    let _ = stream.write_all(answer.as_bytes());
    String::from_utf8_lossy(&request[..read]).starts_with(&format!("GET /ping/{TOKEN} "))
}

fn configuration(world: &World, url: &str) -> String {
    let port = url.rsplit(':').next().and_then(|rest| rest.split('/').next());
    let name = format!("heartbeat-{}", port.expect("a port"));
    world.file(&name, url);
    format!("packs = [\"checks\"]\nsync.heartbeat_url_file = \"{name}\"\n")
}

fn quick(sql: &str) -> World {
    let world = World::migrated();
    world.pack(&[("quick.sql", &check("QUICK", "WARN", "every = \"1s\"", sql))]);
    world
}

fn runs(world: &World) -> u64 {
    let runs = world.value("select count(*)::text from vigie.runs");
    runs.parse().expect("a number")
}

#[test]
fn it_is_called_once_after_each_run_by_whoever_made_it() {
    let world = quick("select 'B1' as entity_id");
    let ears = [Ear::answering("200 OK", ""), Ear::answering("204 No Content", "")];
    let mut pair = ears
        .each_ref()
        .map(|ear| Running::start(&world, &ear.configuration(&world)));
    until("runs", || (runs(&world) >= 8).then_some(()));
    for service in &mut pair {
        service.signal(Signal::SIGTERM);
        until("its end", || service.ended());
    }
    let calls: u64 = ears.iter().map(Ear::calls).sum();
    let runs = runs(&world);
    // Who is asked to end does not wait for an answer of its last call.
    assert!((runs - 2..=runs).contains(&calls), "{calls} calls, {runs} runs");
}

#[test]
fn it_is_not_called_after_a_run_that_evaluated_nothing() {
    let world = quick("select id as entity_id from no_such_table");
    let ear = Ear::answering("200 OK", "");
    let service = Running::start(&world, &ear.configuration(&world));
    world.until(
        "runs",
        "select (count(*) >= 3)::text from vigie.runs where status = 'FAILED'",
    );
    assert_eq!(ear.calls(), 0);
    assert!(service.number("vigie_sync_runs_total", "status=\"FAILED\"") >= Some(2.0));
    assert_eq!(
        service.number("vigie_sync_runs_total", "status=\"OK\""),
        Some(0.0)
    );
    service.answers(503);
}

#[track_caller]
fn is_called_in_vain(url: &str, why: &str) {
    let world = quick("select 'B1' as entity_id");
    let service = Running::start(&world, &configuration(&world, url)).ready();
    until("a failure that is counted", || {
        (service.number("vigie_sync_heartbeat_failures_total", "") >= Some(1.0)).then_some(())
    });
    let said = service.said();
    assert!(
        said.contains(&format!("the heartbeat URL was called in vain: {why}")),
        "{said}"
    );
    // The checks go on.
    service.answers(200);
}

#[test]
fn a_monitor_that_refuses_is_counted_and_told() {
    let ear = Ear::answering("500 Internal Server Error", "");
    is_called_in_vain(&ear.url(), "it answers 500");
}

#[test]
fn a_monitor_that_is_away_is_counted_and_told() {
    is_called_in_vain(
        &format!("http://{}/ping/{TOKEN}", free_address()),
        "no connection",
    );
}

#[test]
fn a_redirection_is_not_followed() {
    let elsewhere = Ear::answering("200 OK", "");
    let ear = Ear::answering("302 Found", &format!("Location: {}\r\n", elsewhere.url()));
    is_called_in_vain(&ear.url(), "it answers 302");
    assert_eq!(elsewhere.calls(), 0);
    assert!(ear.calls() > 0);
}
