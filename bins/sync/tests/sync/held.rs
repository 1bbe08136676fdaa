//! Somebody holds a table that the service writes its books into, for longer than it may wait.

use nix::sys::signal::Signal;

use crate::{
    elsewhere::Elsewhere,
    ends::exit,
    harness::{World, check},
    running::{Running, until},
};

/// A check that is due once a day: silence alone would show after three.
fn daily() -> World {
    let world = World::migrated();
    let daily = check("DAILY", "WARN", "every = \"1d\"", "select 'B1' as entity_id");
    world.pack(&[("daily.sql", &daily)]);
    world
}

fn held<'w>(world: &'w World, table: &str) -> (Elsewhere, Running<'w>) {
    let mut somebody = Elsewhere::within(world);
    somebody.sql(&format!("begin; lock table vigie.{table} in share mode"));
    (somebody, Running::start(world, "packs = [\"checks\"]\n"))
}

const FAILED: (&str, &str) = ("vigie_sync_runs_total", "status=\"FAILED\"");

#[test]
fn a_run_that_is_lost_is_counted_and_told() {
    let world = daily();
    let (mut somebody, service) = held(&world, "runs");
    let service = service.ready();
    until("a run that failed", || {
        service.number(FAILED.0, FAILED.1).filter(|failed| *failed >= 1.0)
    });
    let reasons = service.answers(503)["reasons"].to_string();
    assert!(reasons.contains("held up by somebody else"), "{reasons}");
    somebody.sql("commit");
    // Its own turn is tomorrow, and what failed is tried again in the next minute.
    let tries = service.number(FAILED.0, FAILED.1).expect("a number");
    assert!(tries <= 2.0, "{tries} tries");
}

#[test]
fn it_ends_in_time_and_gives_its_lease_back_while_its_books_are_held() {
    for table in ["checks", "runs"] {
        let world = daily();
        let (_somebody, mut service) = held(&world, table);
        world.until(
            "the service waits",
            "select (count(*) > 0)::text from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'",
        );
        service.signal(Signal::SIGTERM);
        assert_eq!(exit(&mut service), Some(0), "{table}: {}", service.said());
        let is_free =
            world.value("select coalesce(bool_and(until < clock_timestamp()), true)::text from vigie.leases");
        assert_eq!(is_free, "true", "{table}: {}", service.said());
    }
}
