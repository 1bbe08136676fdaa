//! A service that is silent: stalled, killed, or standing still. Nothing anywhere says healthy.

use std::{net::TcpStream, time::Duration};

use nix::sys::signal::Signal;

use crate::{
    elsewhere::Elsewhere,
    harness::{World, check},
    heartbeat::Ear,
    running::{Running, until},
};

/// A check that is due every second.
fn quick() -> World {
    let world = World::migrated();
    let quick = check("QUICK", "WARN", "every = \"1s\"", "select 'B1' as entity_id");
    world.pack(&[("quick.sql", &quick)]);
    world
}

/// What looks at the database from outside the service says so too.
#[track_caller]
fn everybody_calls_it_silent(world: &World) {
    world.until(
        "silence by SQL",
        "select (vigie.sync_heartbeat() > interval '3 s')::text",
    );
    let answer = world.vigie(&["status"]).exits(3);
    assert!(answer.stdout.contains("SILENT: no run for "), "{answer:#?}");
    assert!(answer.stdout.contains(", one is due every 1 s"), "{answer:#?}");
    let said = world.vigie(&["status", "--json"]).exits(3).json();
    assert_eq!(said["heartbeat"]["silent"], true, "{said:#}");
}

#[track_caller]
fn nobody_calls_it_silent(world: &World) {
    let answer = world.vigie(&["status"]);
    assert!(answer.stdout.contains("Last run "), "{answer:#?}");
    assert!(!answer.stdout.contains("SILENT"), "{answer:#?}");
}

/// That it is not ready, in words and in numbers.
#[track_caller]
fn it_calls_itself_silent(service: &Running<'_>) {
    // It may have missed the database before it misses a run.
    until("a run that is missed", || {
        let reasons = service.answers(503)["reasons"].to_string();
        reasons
            .contains("no run has evaluated anything for ")
            .then_some(())
    });
    assert_eq!(service.number("vigie_sync_ready", ""), Some(0.0));
    let age = service
        .number("vigie_sync_last_run_age_seconds", "")
        .expect("an age");
    let limit = service
        .number("vigie_sync_silent_after_seconds", "")
        .expect("a limit");
    assert!(
        (limit - 3.0).abs() < f64::EPSILON && age > limit,
        "{age} and {limit}"
    );
}

#[track_caller]
fn a_stalled_service_says_so_and_comes_back(lock: &str, outside: impl Fn(&World)) {
    let world = quick();
    let service = Running::start(&world, "packs = [\"checks\"]\n").ready();
    nobody_calls_it_silent(&world);
    let mut somebody = Elsewhere::within(&world);
    somebody.sql(lock);
    it_calls_itself_silent(&service);
    outside(&world);
    drop(somebody);
    service.answers(200);
    assert_eq!(service.number("vigie_sync_ready", ""), Some(1.0));
    nobody_calls_it_silent(&world);
}

#[test]
fn a_service_that_waits_for_its_lease_for_ever_is_silent_everywhere() {
    a_stalled_service_says_so_and_comes_back(
        "begin; lock table vigie.leases in access exclusive mode",
        everybody_calls_it_silent,
    );
}

#[test]
fn a_service_that_cannot_even_look_is_silent() {
    // Nobody else can look either: who asks waits, and is told nothing at all.
    a_stalled_service_says_so_and_comes_back(
        "begin; lock table vigie.check_states in access exclusive mode",
        |_| (),
    );
}

#[test]
fn a_killed_service_is_silent_everywhere() {
    let world = quick();
    let ear = Ear::answering("200 OK", "");
    let mut service = Running::start(&world, &ear.configuration(&world)).ready();
    until("a call", || (ear.calls() > 0).then_some(()));
    service.signal(Signal::SIGKILL);
    until("its end", || service.ended());
    assert!(
        TcpStream::connect(service.address).is_err(),
        "something still listens"
    );
    world.until(
        "its last words",
        "select (vigie.sync_heartbeat() > interval '1 s')::text",
    );
    let calls = ear.calls();
    everybody_calls_it_silent(&world);
    assert_eq!(ear.calls(), calls, "somebody still calls");
}

#[test]
fn a_service_that_stands_still_is_silent_everywhere_and_goes_on() {
    let world = quick();
    let ear = Ear::answering("200 OK", "");
    let service = Running::start(&world, &ear.configuration(&world)).ready();
    until("a call", || (ear.calls() > 0).then_some(()));
    service.signal(Signal::SIGSTOP);
    world.until(
        "its last words",
        "select (vigie.sync_heartbeat() > interval '1 s')::text",
    );
    let calls = ear.calls();
    everybody_calls_it_silent(&world);
    assert_eq!(ear.calls(), calls, "somebody still calls");
    assert!(service.is_mute(Duration::from_millis(300)), "it answers");
    service.signal(Signal::SIGCONT);
    service.answers(200);
    until("a call", || (ear.calls() > calls).then_some(()));
    nobody_calls_it_silent(&world);
}
