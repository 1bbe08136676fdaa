//! Two services: every check once per interval, and the one that is left goes on alone.

use nix::sys::signal::Signal;

use crate::{
    harness::{World, check},
    running::{Running, until},
};

const CONFIGURATION: &str = "packs = [\"checks\"]\nsync.lease = \"3s\"\n";

/// What every run evaluated, each with the slot of its snapshot.
const EVALUATED: &str = "
    with evaluated as (
        select code, every, floor(extract(epoch from started_at) / every) as slot, started_at
        from vigie.runs, jsonb_object_keys(outcomes) code, lateral (select case code when 'EVERY_4' then 4 else 2 end) e (every)
    )";

/// Slots in which a check was evaluated more than once.
fn twice(world: &World) -> String {
    world.value(&format!(
        "{EVALUATED}
         select string_agg(code || ' in ' || slot, ', ')
         from (select code, slot from evaluated group by code, slot having count(*) > 1) t"
    ))
}

/// Slots in which a check was not evaluated, though no run that began before was still going on then.
fn missed(world: &World, until: &str) -> String {
    world.value(&format!(
        "{EVALUATED}, ends as (
             select code, every, min(slot) as first, max(slot) as last from evaluated
             where started_at < {until} group by code, every
         )
         select string_agg(e.code || ' in ' || slot, ', ')
         from ends e, lateral generate_series(first, last) slot
         where not exists (select from evaluated v where v.code = e.code and v.slot = slot.slot)
           and not exists (select from vigie.runs r
                           where r.started_at < to_timestamp(((slot * every)::float8))
                             and r.finished_at > to_timestamp((slot * every)::float8))"
    ))
}

/// All runs, for a person who has to find out.
fn book(world: &World) -> String {
    world.value(
        "select string_agg(concat_ws(' ', status, started_at, finished_at, outcomes), E'\n' order by started_at)
         from vigie.runs",
    )
}

fn runs(world: &World) -> u64 {
    world
        .value("select count(*)::text from vigie.runs")
        .parse()
        .expect("a number")
}

#[test]
fn each_check_is_evaluated_once_per_interval_and_one_goes_on_when_the_other_dies() {
    let world = World::migrated();
    world.sql("create view public.slow as select 'B1' as entity_id from pg_sleep(1)");
    let slow = "select entity_id from slow";
    world.pack(&[
        ("every_2.sql", &check("EVERY_2", "WARN", "every = \"2s\"", slow)),
        (
            "every_4.sql",
            &check("EVERY_4", "WARN", "every = \"4s\"", "select 'B2' as entity_id"),
        ),
    ]);
    let mut pair = vec![
        Running::start(&world, CONFIGURATION).ready(),
        Running::start(&world, CONFIGURATION).ready(),
    ];
    until("runs", || (runs(&world) >= 6).then_some(()));

    let at_work = until("one in the middle of a run", || {
        let works = |service: &Running<'_>| service.number("vigie_sync_holds_lease", "") == Some(1.0);
        pair.iter().position(works)
    });
    let mut dead = pair.remove(at_work);
    dead.signal(Signal::SIGKILL);
    until("its end", || dead.ended());
    let died = world.value("select quote_literal(clock_timestamp()::text)");
    let before = runs(&world);
    assert_eq!(missed(&world, &died), "", "while both lived: {}", book(&world));
    until("runs of the other", || (runs(&world) >= before + 3).then_some(()));
    pair[0].answers(200);
    assert_eq!(twice(&world), "");
    assert_eq!(
        world.value("select string_agg(outcomes::text, ', ') from vigie.runs where status <> 'OK'"),
        ""
    );
    assert_eq!(
        world.value(
            "select string_agg(entity_id || ' ' || version, ', ' order by entity_id) from vigie.alerts"
        ),
        "B1 1, B2 1",
        "what stays the same is written once"
    );
}
