//! The audit as a part of the service's runs: what it finds is an alert, and only a complete one resolves.

use serde_json::Value;

use crate::harness::{World, check, row};

const DAILY: &str = "packs = [\"checks\"]\n[audit]\nevery = \"1d\"\n";

/// A table that everybody signed in reads, and a configuration that audits daily.
fn world() -> World {
    let world = World::migrated();
    let fine = check("FINE", "WARN", "", "select 'B1' as entity_id where false");
    world.pack(&[("fine.sql", &fine)]);
    world.file("vigie.toml", DAILY);
    world.sql(
        "create table public.notes (id int primary key); insert into public.notes values (1);
               grant select on public.notes to authenticated",
    );
    world
}

fn once(world: &World, exit: i32) -> Value {
    world.sync(&["--once", "--json"]).exits(exit).json()
}

/// How each alert stands: code, what it is about, status.
fn alerts(world: &World) -> String {
    world.value(
        "select string_agg(concat_ws(' ', check_code, '|', entity_id, '|', status), E'\n' order by check_code, entity_id)
         from vigie.alerts",
    )
}

#[test]
fn an_error_is_an_alert_until_a_complete_audit_no_longer_finds_it() {
    let mut world = world();
    let report = once(&world, 0);
    assert_eq!(row(&report, "RLS_101")["opened"], 1);
    assert_eq!(alerts(&world), "RLS_101 | RLS-101 public.notes | OPEN");
    let payload = world.value("select payload::text from vigie.alerts");
    let payload: Value = serde_json::from_str(&payload).expect("JSON");
    assert_eq!(
        (&payload["object"], &payload["verdict"]),
        (&"public.notes".into(), &"proved".into())
    );
    assert_eq!(
        world.value("select string_agg(outcome, ' ') from vigie.audits"),
        "findings"
    );

    // Once more: after the first, Vigie's own tables have rows.
    once(&world, 0);
    // Mended, and then looked at by somebody who can see nothing.
    world.sql("alter table public.notes enable row level security");
    let blind = world.stranger();
    world.file("audit.url", blind);
    world.file("vigie.toml", format!("{DAILY}url_file = \"audit.url\"\n"));
    let report = once(&world, 3);
    let failed = row(&report, "RLS_AUDIT");
    assert_eq!(failed["outcome"], "Failed");
    let reason = failed["reason"].as_str().expect("a reason");
    assert!(reason.contains("not a member"), "{reason}");
    assert_eq!(
        alerts(&world),
        "CHECK_FAILING | RLS_AUDIT | OPEN\nRLS_101 | RLS-101 public.notes | OPEN"
    );

    world.file("vigie.toml", DAILY);
    once(&world, 0);
    assert_eq!(
        alerts(&world),
        "CHECK_FAILING | RLS_AUDIT | RESOLVED\nRLS_101 | RLS-101 public.notes | RESOLVED"
    );
}

#[test]
fn who_can_do_more_than_before_is_an_alert_that_a_person_ends() {
    let world = world();
    // Twice: after the first, Vigie's own tables have rows.
    once(&world, 0);
    once(&world, 0);
    let widened = "select string_agg(concat_ws(' ', severity, status), ', ') from vigie.alerts
                   where check_code = 'RLS_AUDIT'";
    assert_eq!(world.value(widened), "");
    world.sql("grant delete on public.notes to authenticated");
    once(&world, 0);
    assert_eq!(world.value(widened), "WARN OPEN");
    // Compared with the audit before, nothing has changed any more; that mends nothing.
    once(&world, 0);
    assert_eq!(world.value(widened), "WARN OPEN");

    // Once somebody has agreed, it is known when it is no longer too much.
    world.vigie(&["audit", "baseline"]).exits(0);
    world.sql("grant update on public.notes to authenticated");
    once(&world, 0);
    assert_eq!(world.value(widened), "WARN OPEN");
    world.sql("revoke update on public.notes from authenticated");
    once(&world, 0);
    assert_eq!(world.value(widened), "WARN RESOLVED");
}

#[test]
fn by_hand_it_audits_only_when_its_turn_has_come() {
    let world = world();
    world.file("vigie.toml", DAILY.replace("1d", "30d"));
    let audits = || world.value("select count(*)::text from vigie.audits");
    for _ in 0..2 {
        world.vigie(&["sync"]).exits(0);
        assert_eq!(audits(), "1");
    }
    // Seen in a turn before.
    world.sql("update vigie.check_states set seen_at = seen_at - interval '30 d'");
    world.vigie(&["sync"]).exits(0);
    assert_eq!(audits(), "2");
}

#[test]
fn without_being_asked_it_does_not_audit() {
    let world = world();
    world.file("vigie.toml", "packs = [\"checks\"]\n");
    let report = once(&world, 0);
    assert_eq!(report["checks"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.value("select count(*)::text from vigie.audits"), "0");
    world.file("vigie.toml", "packs = [\"checks\"]\n[audit]\nevery = \"5s\"\n");
    world
        .sync(&["--once"])
        .exits(2)
        .says("every is between 1m and 30d");
}
