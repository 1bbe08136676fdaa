//! Ctrl-C in the middle of a run: the server stops too, and what was done is in the book.

use std::{
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::harness::{World, check};

/// Takes hours, unless somebody stops it.
const ENDLESS: &str = "select 'x' as entity_id from generate_series(1, 100000) a, generate_series(1, 100000) b having count(*) < 0";

const RUNNING: &str = "select count(*)::text from pg_stat_activity where datname = current_database() \
                       and state = 'active' and query like '%generate_series(1, 100000)%' and pid <> pg_backend_pid()";

#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(50));
    }
}

fn interrupt(child: &Child) {
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    kill(pid, Signal::SIGINT).expect("SIGINT");
}

#[test]
fn an_interrupted_sync_leaves_nothing_running_and_records_what_it_did() {
    let world = World::migrated();
    world.sql("create table bac (id text); insert into bac values ('b1')");
    world.pack(&[
        (
            "aaa_quick.sql",
            &check("AAA_QUICK", "WARN", "", "select id as entity_id from public.bac"),
        ),
        (
            "bbb_endless.sql",
            &check("BBB_ENDLESS", "WARN", "timeout = \"10m\"", ENDLESS),
        ),
        (
            "ccc_after.sql",
            &check("CCC_AFTER", "WARN", "", "select id as entity_id from public.bac"),
        ),
    ]);
    let child = world
        .command(&world.url(), &["sync", "--pack", "./checks"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    until("the endless check runs", || world.value(RUNNING) == "1");
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("2 of 3 checks were not looked at"), "{said}");
    until("the server has stopped too", || world.value(RUNNING) == "0");
    assert_eq!(
        world.value("select status || ' ' || (select string_agg(k, ',') from jsonb_object_keys(outcomes) k) from vigie.runs"),
        "PARTIAL AAA_QUICK"
    );
    assert_eq!(
        world.value("select string_agg(check_code, ',') from vigie.check_states"),
        "AAA_QUICK",
        "what was not looked at has no state"
    );
    assert_eq!(
        world.value("select string_agg(check_code, ',') from vigie.alerts"),
        "AAA_QUICK"
    );
}
