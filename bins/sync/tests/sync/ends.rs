//! SIGTERM in the middle of a run.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;

use crate::{
    harness::{World, check},
    running::Running,
};

/// Supervisors are told 10 s; what is above is for a busy machine.
const AT_MOST: Duration = Duration::from_secs(12);

/// Checks by name: in the order of their codes, the second one takes so long.
fn world(seconds: u32) -> World {
    let world = World::migrated();
    world.sql(&format!(
        "create view public.long as select 'B2' as entity_id from pg_sleep({seconds})"
    ));
    let long = "select entity_id from long";
    world.pack(&[
        (
            "a_first.sql",
            &check("A_FIRST", "WARN", "", "select 'B1' as entity_id"),
        ),
        ("b_long.sql", &check("B_LONG", "WARN", "timeout = \"60s\"", long)),
        (
            "c_last.sql",
            &check("C_LAST", "WARN", "", "select 'B3' as entity_id"),
        ),
    ]);
    world
}

/// Starts the service and waits until the long check is in hand.
#[track_caller]
fn in_the_middle(world: &World) -> Running<'_> {
    let service = Running::start(world, "packs = [\"checks\"]\n");
    world.until("the long check", &sleeping("> 0"));
    service
}

/// Whether so many of the world's connections are asleep in the check.
fn sleeping(how_many: &str) -> String {
    format!(
        "select (count(*) {how_many})::text from pg_stat_activity
         where datname = current_database() and wait_event = 'PgSleep'"
    )
}

/// Its exit code, within what supervisors wait.
#[track_caller]
pub(crate) fn exit(service: &mut Running<'_>) -> Option<i32> {
    let deadline = Instant::now() + AT_MOST;
    loop {
        if let Some(status) = service.ended() {
            let said = service.said();
            assert!(!said.contains("did not end in time"), "{said}");
            return status.code();
        }
        assert!(Instant::now() < deadline, "it does not end: {}", service.said());
        sleep(Duration::from_millis(20));
    }
}

const SEEN: &str =
    "select coalesce(string_agg(check_code, ' ' order by check_code), '') from vigie.check_states";
const ALERTS: &str = "select coalesce(string_agg(check_code, ' ' order by check_code), '') from vigie.alerts";
const RUN: &str = "select string_agg(status || ': '
    || (select string_agg(code, ' ' order by code) from jsonb_object_keys(outcomes) code), '; ') from vigie.runs";
const LEASE_IS_FREE: &str = "select bool_and(until < clock_timestamp())::text from vigie.leases";

#[test]
fn a_long_check_is_given_up_whole_and_those_before_it_are_kept() {
    let world = world(60);
    let mut service = in_the_middle(&world);
    service.signal(Signal::SIGTERM);
    assert_eq!(exit(&mut service), Some(0), "{}", service.said());
    assert_eq!(world.value(LEASE_IS_FREE), "true");
    assert_eq!(
        world.value(&sleeping("= 0")),
        "true",
        "the server still works on it"
    );
    assert_eq!(world.value(SEEN), "A_FIRST");
    assert_eq!(world.value(ALERTS), "A_FIRST");
    assert_eq!(world.value(RUN), "PARTIAL: A_FIRST");
}

#[test]
fn a_short_check_in_hand_is_finished_and_no_other_begun() {
    let world = world(3);
    let mut service = in_the_middle(&world);
    service.signal(Signal::SIGTERM);
    assert_eq!(exit(&mut service), Some(0), "{}", service.said());
    assert_eq!(world.value(LEASE_IS_FREE), "true");
    assert_eq!(world.value(SEEN), "A_FIRST B_LONG");
    assert_eq!(world.value(ALERTS), "A_FIRST B_LONG");
    assert_eq!(world.value(RUN), "PARTIAL: A_FIRST B_LONG");
}

#[test]
fn while_it_ends_it_is_alive_and_not_ready() {
    let world = world(60);
    let mut service = in_the_middle(&world);
    service.signal(Signal::SIGTERM);
    let said = service.answers(503);
    assert_eq!(said["reasons"][0], "it was asked to end", "{said:#}");
    service.signal(Signal::SIGTERM);
    // 128 + SIGINT, as a shell says it: nothing was finished.
    assert_eq!(exit(&mut service), Some(130));
    assert_eq!(world.value(SEEN), "");
    assert_eq!(world.value(ALERTS), "");
}

#[test]
fn one_that_waits_ends_at_once() {
    let world = world(0);
    let mut service = Running::start(&world, "packs = [\"checks\"]\n").ready();
    service.signal(Signal::SIGINT);
    assert_eq!(exit(&mut service), Some(0));
    assert_eq!(world.value(LEASE_IS_FREE), "true");
}
