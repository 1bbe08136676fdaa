//! What a sync would do, told without doing it.

use crate::harness::{World, check, row};

const NEGATIVE: &str =
    "select id as entity_id, jsonb_build_object('n', n) as payload from public.bacs where n < 0";

fn negative(more: &str) -> String {
    check("BAC_NEGATIVE", "WARN", more, NEGATIVE)
}

const BACS: &str = "create table public.bacs (id text primary key, n integer not null);
                    insert into public.bacs values ('a', -1), ('b', -2), ('c', -3), ('d', 4)";

/// Everything of Vigie's that could be written.
fn everything(world: &World) -> String {
    let books = world.value(
        "select concat_ws('; ',
            (select string_agg(concat_ws(' ', s, xmin, ctid), ',' order by check_code) from vigie.check_states s),
            (select string_agg(concat_ws(' ', c, xmin, ctid), ',' order by code) from vigie.checks c),
            (select count(*) from vigie.runs))",
    );
    format!("{} {books}", world.traces())
}

#[test]
fn a_plan_needs_no_schema_and_makes_none() {
    let world = World::empty();
    world.sql(BACS);
    world.pack(&[("bac_negative.sql", &negative(""))]);
    let told = world.vigie(&["checks", "plan", "--pack", "checks"]).exits(4);
    let told = told.says("Vigie's schema is not in this database");
    let told = told
        .says("\n  │   vigie migrate\n")
        .says("vigie sync --pack checks");
    insta::assert_snapshot!("plan_no_schema", told.stdout);
    let planned = world
        .vigie(&["checks", "plan", "--pack", "checks", "--json"])
        .exits(4);
    assert_eq!(planned.stderr, "", "programs need no advice");
    let planned = planned.json();
    assert_eq!(
        (&planned["standing"], &planned["total"]["opened"]),
        (&"no_schema".into(), &3.into())
    );
    assert_eq!(
        world.value("select to_regnamespace('vigie')::text"),
        "",
        "it made something"
    );

    world.sql("delete from public.bacs where n < 0");
    world.vigie(&["checks", "plan", "--pack", "checks"]).exits(0);
}

#[test]
fn what_is_announced_is_what_happens() {
    let world = World::migrated();
    world.sql(BACS);
    world.pack(&[("bac_negative.sql", &negative("resolve_after = 1"))]);
    let (plan, sync) = (
        ["checks", "plan", "--pack", "checks", "--json"],
        ["sync", "--pack", "checks", "--json"],
    );
    let agree = |code: i32| {
        let before = everything(&world);
        let planned = world.vigie(&plan).exits(code).json();
        assert_eq!(everything(&world), before, "a plan wrote something");
        let done = world.vigie(&sync).exits(0).json();
        for key in [
            "outcome",
            "findings",
            "opened",
            "reopened",
            "changed",
            "cleared",
            "refuted",
            "kept",
            "about_check",
        ] {
            let (planned, done) = (row(&planned, "BAC_NEGATIVE"), row(&done, "BAC_NEGATIVE"));
            assert_eq!(planned[key], done[key], "{key}");
        }
        planned["total"].clone()
    };
    assert_eq!(agree(4)["opened"], 3);
    assert_eq!(agree(0)["opened"], 0);
    let id = world.value("select id::text from vigie.alerts where entity_id = 'a'");
    world
        .vigie(&["alerts", "resolve", &id, "--as", "amina", "--reason", "réparé"])
        .exits(0);
    world.sql("update public.bacs set n = -9 where id = 'b'; delete from public.bacs where id = 'c'; update public.bacs set n = -4 where id = 'd'");
    let total = agree(4);
    for key in ["opened", "changed", "cleared", "refuted"] {
        assert_eq!(total[key], 1, "{key} in {total}");
    }
    world.sql("insert into public.bacs values ('c', -3)");
    assert_eq!(agree(4)["reopened"], 1);
}

#[test]
fn a_plan_reads_only_with_a_login_that_may_only_read() {
    let mut world = World::migrated();
    world.sql(BACS);
    world.pack(&[("bac_negative.sql", &negative(""))]);
    world.vigie(&["sync", "--pack", "checks"]).exits(0);
    world.sql("delete from public.bacs where id = 'a'");
    let reader = world.login(
        "bypassrls",
        "grant usage on schema public, vigie to {}; grant select on all tables in schema public, vigie to {}; \
         alter role {} set default_transaction_read_only = on",
    );
    let blind = world.login(
        "",
        "grant usage on schema public, vigie to {}; grant select on all tables in schema public, vigie to {}",
    );
    let before = everything(&world);
    let plan = ["checks", "plan", "--pack", "checks", "--json"];
    let ask = |url: &str| crate::harness::Answer::of(&mut world.command(url, &plan));
    assert_eq!(ask(&reader).exits(4).json()["total"]["changed"], 1);
    ask(&blind)
        .exits(2)
        .says("Row Level Security hides the alerts from this login");
    assert_eq!(everything(&world), before);
}

#[test]
fn what_could_not_be_looked_at_is_not_nothing() {
    let world = World::migrated();
    world.sql(BACS);
    let guard = "guard = \"select false\"";
    world.pack(&[
        ("bac_negative.sql", &negative("")),
        (
            "bac_empty.sql",
            &check(
                "BAC_EMPTY",
                "WARN",
                guard,
                "select id as entity_id from public.bacs where false",
            ),
        ),
        (
            "bac_broken.sql",
            &check(
                "BAC_BROKEN",
                "CRITICAL",
                "",
                "select (1 / (n - n))::text as entity_id from public.bacs",
            ),
        ),
        (
            "bac_bad.sql",
            &check(
                "BAC_BAD",
                "WARN",
                "every = \"soon\"",
                "select id as entity_id from public.bacs",
            ),
        ),
    ]);
    world
        .vigie(&["sync", "--pack", "checks", "--only", "BAC_NEGATIVE"])
        .exits(0);
    let told = world.vigie(&["checks", "plan", "--pack", "checks"]).exits(3);
    let told = told
        .says("BAC_BROKEN: Failed(Sql)")
        .says("BAC_EMPTY: Suspect(Guard)")
        .says("BAC_BAD: Failed(Contract)");
    let told = told.says("incomplete: 3 of 4 checks could not be looked at whole");
    insta::assert_snapshot!("plan_incomplete", told.stdout);
    world
        .vigie(&["checks", "plan", "--pack", "checks", "--only", "BAC_NEGATIVE"])
        .exits(0);
    world
        .vigie(&["checks", "plan", "--pack", "checks", "--only", "BAC_NEGATVE"])
        .exits(2)
        .says("did you mean BAC_NEGATIVE");
}

#[test]
fn a_schema_that_is_half_there_is_no_empty_one() {
    let world = World::migrated();
    world.sql(BACS);
    world.pack(&[("bac_negative.sql", &negative(""))]);
    for room in ["integrity_core", "alerts_store"] {
        let table = format!("vigie.{room}_migrations");
        world.sql(&format!(
            "delete from {table} where version = (select max(version) from {table})"
        ));
    }
    world
        .vigie(&["checks", "plan", "--pack", "checks"])
        .exits(2)
        .says("run `vigie migrate`");
}
