//! Taking over a database full of old anomalies: what is announced is what happens, and what was accepted stays away.

use serde_json::Value;

use crate::harness::{World, check, row};

const CODE: &str = "MEASURE_OFF";

/// A database with 5,000 old anomalies, and a check that finds them.
fn old_database() -> World {
    let world = World::migrated();
    world.sql(
        "create table public.measures (id integer primary key, off numeric not null);
         insert into public.measures select n, n from generate_series(1, 5000) n;
         insert into public.measures select n, 0 from generate_series(5001, 6000) n",
    );
    let more = "max_rows = 50000\n[accept]\nkey = \"off\"\nworse = \"up\"\ntolerance = \"2%\"";
    let sql = "select id as entity_id, jsonb_build_object('off', off) as payload from public.measures where off > 0";
    world.pack(&[("measure_off.sql", &check(CODE, "WARN", more, sql))]);
    world
}

fn numbers(row: &Value) -> Vec<u64> {
    [
        "findings", "opened", "reopened", "changed", "cleared", "refuted", "kept",
    ]
    .map(|key| row[key].as_u64().expect(key))
    .to_vec()
}

#[test]
fn a_database_full_of_old_anomalies_is_taken_over() {
    let world = old_database();
    let (plan, sync) = (
        ["checks", "plan", "--pack", "checks"],
        ["sync", "--pack", "checks"],
    );
    let json = |args: &[&str], code| world.vigie(&[args, &["--json"]].concat()).exits(code).json();

    let told = world.vigie(&plan).exits(4).says("vigie sync --pack checks");
    let told = told.says("vigie alerts accept --code MEASURE_OFF --all");
    assert!(
        told.stdout.contains("A sync now would open 5000 alerts."),
        "{told:#?}"
    );
    let planned = json(&plan, 4);
    assert_eq!(numbers(&planned["total"]), [5000, 5000, 0, 0, 0, 0, 0]);
    let done = json(&sync, 0);
    assert_eq!(
        numbers(row(&done, CODE)),
        numbers(row(&planned, CODE)),
        "what was announced is what happened"
    );

    let accept = [
        "alerts",
        "accept",
        "--code",
        CODE,
        "--all",
        "--until",
        "90d",
        "--as",
        "didier",
        "--reason",
        "de l'ancien système",
    ];
    let accepted = world.vigie(&accept).exits(0);
    assert!(
        accepted
            .stdout
            .starts_with("Accepted: 5000 alerts of MEASURE_OFF, until "),
        "{accepted:#?}"
    );
    let events = "select count(*)::text from vigie.alert_events where kind = 'ACCEPTED' and actor = 'didier' and door = 'cli'";
    assert_eq!(world.value(events), "5000");

    let before = world.traces();
    let planned = json(&plan, 0);
    assert_eq!(numbers(&planned["total"]), [5000, 0, 0, 0, 0, 0, 0]);
    let done = json(&sync, 0);
    assert_eq!(
        numbers(row(&done, CODE)),
        [5000, 0, 0, 0, 0, 0, 0],
        "nothing accepted comes back"
    );
    assert_eq!(world.traces(), before, "nothing was written");

    world.sql("update public.measures set off = off * 1.01 where id = 41; update public.measures set off = off * 1.5 where id = 42");
    let planned = json(&plan, 4);
    assert_eq!(numbers(&planned["total"]), [5000, 0, 1, 1, 0, 0, 0]);
    let done = json(&sync, 0);
    assert_eq!(numbers(row(&done, CODE)), numbers(row(&planned, CODE)));
    let live = json(&["alerts", "list"], 0);
    let live: Vec<_> = live["alerts"]
        .as_array()
        .expect("alerts")
        .iter()
        .map(|alert| &alert["entity_id"])
        .collect();
    assert_eq!(live, ["42"], "only what got worse than what was accepted");
    world.vigie(&["alerts", "verify"]).exits(0);
}
