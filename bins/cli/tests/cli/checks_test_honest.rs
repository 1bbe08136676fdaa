//! `vigie checks test`: what a case must not do to be proof, and what it cannot change about the others.

use std::fmt::Write as _;

use crate::{
    checks_test::{Bench, FIRES, LEAST, SILENT, SQL, cases},
    harness::{Answer, World, check, row, vigie},
};

/// A silent case with scripts of its own.
fn case(name: &str, scripts: &[(&str, &str)]) -> String {
    scripts.iter().fold(
        format!("[[case]]\nname = \"{name}\"\nexpect_none = true\n"),
        |mut text, (key, sql)| {
            let _ = writeln!(text, "{key} = \"\"\"{sql}\"\"\"");
            text
        },
    )
}

const FULL: &str = "insert into public.bacs values ('full', 5)";

/// The objections of every case.
fn told(bench: &Bench) -> Vec<(String, Vec<String>)> {
    let report = bench.test(&["--json"]).exits(1).json();
    cases(&report, "low.sql")
        .iter()
        .map(|case| {
            let objections = serde_json::from_value(case["objections"].clone()).expect("words");
            (case["name"].as_str().expect("a name").to_owned(), objections)
        })
        .collect()
}

#[test]
fn what_a_case_commits_before_it_fails_is_gone_for_the_next() {
    let commits = "insert into public.bacs values ('c', -1); commit; begin; select 1 / 0";
    let bench = Bench::new(&format!(
        "{FIRES}{}{SILENT}",
        case("commits", &[("given", commits)])
    ));
    let told = told(&bench);
    assert!(told[1].1[0].contains("division by zero"), "{told:?}");
    assert!(told[0].1.is_empty() && told[2].1.is_empty(), "{told:?}");
}

#[test]
fn what_a_case_leaves_on_the_server_is_told_and_undone() {
    let leaving = [
        ("database other", "create database other"),
        (
            "setting work_mem of role postgres",
            "alter role postgres set work_mem = '1MB'",
        ),
        (
            "setting work_mem of database template1",
            "alter database template1 set work_mem = '1MB'",
        ),
        (
            "setting work_mem of role postgres in database template1",
            "alter role postgres in database template1 set work_mem = '1MB'",
        ),
        ("setting work_mem", "alter system set work_mem = '1MB'"),
        (
            "role postgres, changed",
            "alter role postgres connection limit 50",
        ),
        (
            "membership of pg_monitor in pg_signal_backend",
            "grant pg_signal_backend to pg_monitor",
        ),
        ("replication origin o", "select pg_replication_origin_create('o')"),
    ];
    let mut fixture = FIRES.to_owned();
    for (thing, sql) in leaving {
        fixture += &case(thing, &[("before", sql), ("given", FULL)]);
        fixture += &case(&format!("after {thing}"), &[("given", FULL)]);
    }
    // What belongs to the case's own database goes with it.
    fixture += &case(
        "its own",
        &[
            (
                "before",
                "do $$ begin execute format('alter database %I set work_mem = ''1MB''', current_database()); end $$",
            ),
            ("given", FULL),
        ],
    );
    let told = told(&Bench::new(&fixture));
    for (name, objections) in told {
        let is_leaving = leaving.iter().any(|(thing, _)| *thing == name);
        let expected: Vec<String> = is_leaving
            .then(|| format!("the case leaves behind: {name}; take it away in `after`"))
            .into_iter()
            .collect();
        assert_eq!(objections, expected, "{name}");
    }
}

#[test]
fn what_cannot_be_undone_ends_the_run() {
    let gone = case("drops", &[("before", "drop database template1"), ("given", FULL)]);
    let gone = gone.replace(
        "drop database template1",
        "alter database template1 is_template false; drop database template1",
    );
    let bench = Bench::new(&format!("{FIRES}{gone}{SILENT}"));
    bench.test(&[]).exits(2).says(
        "low.test.toml, case \"drops\": it leaves behind: database template1, gone, which cannot be undone",
    );
    assert_eq!(bench.record(), None);
}

#[test]
fn a_case_is_about_data_unless_its_file_says_otherwise() {
    let firing = FIRES.replace("from public.bacs", "from public.v_bacs");
    let clamped = "create or replace view public.v_bacs as select id, litres from public.bacs; insert into public.bacs values ('1', -1)";
    let firing = firing.replace("insert into public.bacs values ('1', -1, 'nobody')", clamped);
    let alters = |name, sql: &str| case(name, &[("given", &format!("{sql}; {FULL}"))]);
    let fixture = [
        firing,
        SILENT.to_owned(),
        alters(
            "adds",
            "create table public.more (id int primary key, bac text references public.bacs); create sequence public.s; create index on public.bacs (litres); create view public.v as select 1",
        ),
        alters(
            "constraint",
            "alter table public.bacs alter column litres drop not null",
        ),
        alters(
            "function",
            "create function public.lower(int) returns int language sql as 'select 1'",
        ),
        alters(
            "hides",
            "set local allow_system_table_mods = on; create view pg_catalog.bacs as select 1 as one",
        ),
        alters("drops", "drop view public.v_bacs"),
    ];
    let bench = Bench::new(&fixture.concat());
    bench.file(
        "checks/low.sql",
        &check("LOW", "WARN", LEAST, &SQL.replace("public.bacs", "public.v_bacs")),
    );
    let expected = [
        ("a litre missing", Some("view public.v_bacs")),
        ("empty and full", None),
        ("adds", None),
        ("constraint", Some("table public.bacs")),
        ("function", Some("function public.lower(integer)")),
        ("hides", Some("view pg_catalog.bacs")),
    ];
    let told = told(&bench);
    for ((name, objections), (expected_name, changed)) in told.iter().zip(expected) {
        assert_eq!(name, expected_name);
        let said = changed.map(|changed| {
            format!(
                "the case changes {changed}; a case is about data: a file about other tables says so at its top with \
                 alters_schema = \"why\""
            )
        });
        assert_eq!(*objections, Vec::from_iter(said), "{name}");
    }
    assert!(
        told[6]
            .1
            .last()
            .is_some_and(|last| last.starts_with("the case changes view public.v_bacs; ")),
        "{told:?}"
    );

    let constraint = [fixture[1].as_str(), fixture[3].as_str()].concat();
    let fixture = fixture[..2].concat();
    bench.file(
        "checks/low.test.toml",
        &format!("format = 1\nalters_schema = \" \"\n{fixture}"),
    );
    assert!(
        bench
            .test(&[])
            .exits(1)
            .stdout
            .contains("low.test.toml:2: alters_schema: is empty")
    );
    bench.file(
        "checks/low.test.toml",
        &format!("format = 1\nalters_schema = \"an older view\"\n{fixture}"),
    );
    // The view is what is being proved, whatever the file says.
    let refused = bench.test(&[]).exits(1).stdout;
    assert!(
        refused.contains("the case changes view public.v_bacs; a case is about data: a view"),
        "{refused}"
    );
    bench.file(
        "checks/low.test.toml",
        &format!("format = 1\nalters_schema = \"an older table\"\n{constraint}"),
    );
    bench.test(&[]).exits(0);
    let shown = Answer::of(vigie(bench.path()).args(["checks", "show", "LOW", "--pack", "./checks"]));
    assert!(
        shown.stdout.contains("they alter the schema: an older table"),
        "{shown:#?}"
    );
}

#[test]
fn a_setting_changes_nothing_about_a_check() {
    let sql = "select id as entity_id, jsonb_build_object('litres', litres) as payload\n\
               from public.bacs\nwhere parent = null or litres < :least or id = current_setting('app.bac', true)";
    let sets =
        "set transform_null_equals = on; set app.bac = 'full'; insert into public.bacs values ('full', 5)";
    let bench = Bench::new(&format!("{FIRES}{}", case("sets", &[("given", sets)])));
    bench.file("checks/low.sql", &check("LOW", "WARN", LEAST, sql));
    bench.test(&[]).exits(0);

    let world = World::migrated();
    world.sql("create table public.bacs (id text primary key, litres int not null, parent text)");
    world.sql("insert into public.bacs values ('1', 3)");
    world.sql("do $$ begin execute format('alter database %I set transform_null_equals = on', current_database()); end $$");
    world.pack(&[("low.sql", &check("LOW", "WARN", LEAST, sql))]);
    let report = world.vigie(&["sync", "--pack", "./checks", "--json"]).json();
    assert_eq!(row(&report, "LOW")["findings"], 0, "{report:#}");
}

#[test]
fn what_the_pack_says_of_its_time_zone_is_part_of_a_proof() {
    let bench = Bench::new(&format!("{FIRES}{SILENT}"));
    bench.test(&[]).exits(0);
    let first = bench.record();
    bench.file(
        "checks/pack.toml",
        "name = \"checks\"\nformat = 1\nschema = \"schema.sql\"\ntime_zone = \"Africa/Kinshasa\"\n",
    );
    bench.test(&[]).exits(0).says("wrote ./checks/proved.toml");
    assert_ne!(bench.record(), first);
}

#[test]
fn no_file_of_a_pack_is_read_without_end() {
    let bench = Bench::new(&format!("{FIRES}{SILENT}"));
    let long = " ".repeat(1024 * 1024 + 1);
    bench.file("checks/low.test.toml", &long);
    let answer = bench.test(&[]).exits(1);
    assert!(
        answer
            .stdout
            .contains("low.test.toml:1: the file cannot be read: it is larger than 1024 KiB"),
        "{answer:#?}"
    );
    bench.file("checks/pack.toml", &long);
    bench
        .test(&[])
        .exits(2)
        .says("pack.toml cannot be read: it is larger than 1024 KiB");
}
