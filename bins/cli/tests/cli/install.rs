//! `vigie install` and `vigie uninstall --plan`, beside an application.

use std::{path::Path, process::Command};

use crate::{
    harness::Answer,
    neighbour::{CHECKS, Neighbour, SUPABASE},
};

/// Installs everything there is for the pack of the test.
fn install(host: &Neighbour) -> Answer {
    host.vigie(&["migrate"]).exits(0);
    host.write_checks(CHECKS);
    host.vigie(&["install", "--compat", "--pack", "./checks"])
}

/// Runs the SQL that uninstalls, as its help says.
#[track_caller]
fn uninstall(host: &Neighbour) -> String {
    let plan = host.vigie(&["uninstall", "--plan"]).exits(0).stdout;
    psql(host, &plan);
    plan
}

#[track_caller]
fn psql(host: &Neighbour, script: &str) {
    let file = host.directory.path().join("script.sql");
    std::fs::write(&file, script).expect("a file");
    let said = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--quiet",
            "--single-transaction",
            "--set",
            "ON_ERROR_STOP=1",
            "--file",
        ])
        .arg(Path::new(&file))
        .arg(host.url())
        .output()
        .expect("psql runs");
    assert!(
        said.status.success(),
        "{}\n{script}",
        String::from_utf8_lossy(&said.stderr)
    );
}

#[test]
fn a_host_is_left_as_it_was_found() {
    let host = Neighbour::new(SUPABASE);
    let before = host.everything();
    let installed = install(&host).exits(0);
    for line in [
        "role vigie_eval made",
        "granted: SELECT on table public.\"Ça va?\" to vigie_eval",
        "granted: SELECT on table public.\"a.b\" to vigie_eval",
        "granted: USAGE on schema \"fermé\" to vigie_eval",
        "granted: EXECUTE on routine \"fermé\".cle(\"l'id\" integer) to vigie_eval",
        "granted: CONNECT on database depot to vigie_sync",
        "view public.system_alerts made",
        "view public.v_integrity_checks made",
    ] {
        assert!(installed.stdout.contains(line), "{line} in {installed:#?}");
    }
    assert!(!installed.stdout.contains("role authenticated made"));
    assert_ne!(before, host.everything());

    let plan = uninstall(&host);
    assert_eq!(before, host.everything(), "{plan}");
    let place = |words: &str| plan.find(words).unwrap_or_else(|| panic!("{words} in\n{plan}"));
    let order = [
        place("drop view public.v_integrity_checks;"),
        place("drop view public.system_alerts;"),
        place("drop schema vigie cascade;"),
        place("revoke SELECT on table public.\"Ça va?\" from vigie_eval;"),
        place("drop role vigie_eval;"),
    ];
    assert!(order.is_sorted(), "{plan}");
    assert!(!plan.contains("drop role authenticated"), "{plan}");
}

#[test]
fn a_plain_postgresql_is_left_as_it_was_found() {
    let host = Neighbour::new("create table public.t (id integer)");
    let before = host.everything();
    install_plain(&host, &["install", "--compat", "--pack", "./checks"]).exits(0);
    assert!(uninstall(&host).contains("drop role authenticated;"));
    assert_eq!(before, host.everything());

    // without --compat, and with nothing but the migrations
    install_plain(&host, &["install", "--pack", "./checks"]).exits(0);
    assert!(!uninstall(&host).contains("drop view"));
    assert_eq!(before, host.everything());
    host.vigie(&["migrate"]).exits(0);
    assert_eq!(uninstall(&host).trim(), "drop schema vigie cascade;");
    assert_eq!(before, host.everything());
    let nothing = host.vigie(&["uninstall", "--plan"]).exits(0);
    assert!(nothing.stdout.contains("-- nothing to remove"), "{nothing:#?}");
}

fn install_plain(host: &Neighbour, args: &[&str]) -> Answer {
    host.vigie(&["migrate"]).exits(0);
    host.write_checks(&[("TEE", "select id as entity_id from public.t")]);
    host.vigie(args)
}

#[test]
fn installing_twice_changes_nothing() {
    let host = Neighbour::new(SUPABASE);
    install(&host).exits(0);
    let query = "query:select role from public.profils where user_id::text = :actor_id";
    let args = [
        "install",
        "--compat",
        "--pack",
        "./checks",
        "--role-source",
        query,
    ];
    host.vigie(&args).exits(0);
    let traces = host.traces();
    let again = host.vigie(&args).exits(0);
    assert!(again.stdout.starts_with("nothing to do"), "{again:#?}");
    assert_eq!(traces, host.traces());
    let json = host.vigie(&[&args[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(
        (&json["changed"], &json["steps"]),
        (&false.into(), &serde_json::json!([]))
    );
    let view = host
        .vigie(&["checks", "view", "--pack", "./checks", "--install"])
        .exits(0);
    assert!(view.stdout.starts_with("nothing to do"), "{view:#?}");
    assert_eq!(traces, host.traces());

    // What somebody took away is given again, and the list stays right.
    host.sql("revoke select on public.\"Ça va?\" from vigie_eval; grant select on vigie.alerts to anon");
    let mended = host.vigie(&args).exits(0);
    assert!(
        mended
            .stdout
            .contains("granted: SELECT on table public.\"Ça va?\""),
        "{mended:#?}"
    );
    assert_eq!(
        host.sql("select has_table_privilege('anon', 'vigie.alerts', 'SELECT')"),
        "f\n"
    );
}

#[test]
fn a_plan_changes_nothing_and_is_what_would_be_done() {
    let host = Neighbour::new(SUPABASE);
    host.vigie(&["migrate"]).exits(0);
    host.write_checks(CHECKS);
    let (before, traces) = (host.everything(), host.traces());
    let plan = host
        .vigie(&["install", "--compat", "--pack", "./checks", "--plan"])
        .exits(0);
    assert_eq!(
        (before.as_str(), traces),
        (host.everything().as_str(), host.traces())
    );

    host.sql(&plan.stdout);
    let installed = host
        .vigie(&["install", "--compat", "--pack", "./checks"])
        .exits(0);
    assert!(installed.stdout.starts_with("nothing to do"), "{installed:#?}");
    host.sql(&host.vigie(&["uninstall", "--plan"]).exits(0).stdout);
    host.vigie(&["migrate"]).exits(0);
    assert_eq!(before, host.everything());
}

#[test]
fn what_is_the_hosts_stays_the_hosts() {
    let host = Neighbour::new(SUPABASE);
    host.sql(
        "create role vigie_sync login; alter role vigie_sync set work_mem = '8MB';
         create role vigie_eval login; grant select on public.\"Ça va?\" to vigie_eval;",
    );
    let before = host.everything();
    install(&host).exits(0);
    let plan = uninstall(&host);
    assert_eq!(before, host.everything(), "{plan}");
    for line in [
        "alter role vigie_eval nobypassrls;",
        "alter role vigie_eval reset default_transaction_read_only;",
    ] {
        assert!(plan.contains(line), "{line} in\n{plan}");
    }

    // A relation of the name of ours is not replaced.
    host.vigie(&["migrate"]).exits(0);
    host.sql("create table public.system_alerts (id integer)");
    let before = host.everything();
    host.vigie(&["install", "--compat", "--pack", "./checks"])
        .exits(2)
        .says("public.system_alerts is there already and is not Vigie's");
    host.sql("create view public.v_integrity_checks as select 1 as x");
    host.vigie(&["checks", "view", "--pack", "./checks", "--install"])
        .exits(2)
        .says("public.v_integrity_checks is there already and is not Vigie's");
    host.sql("drop view public.v_integrity_checks");
    assert_eq!(before, host.everything());
}

#[test]
fn a_role_that_another_database_needs_stays() {
    let host = Neighbour::new(SUPABASE);
    install(&host).exits(0);
    host.sql("create database other");
    host.sql("\\c other\ngrant usage on schema public to vigie_eval;");
    host.sql("grant select on public.profils to vigie_sync");
    let plan = uninstall(&host);
    assert!(
        plan.contains("-- the role vigie_eval stays: it is used in the database other"),
        "{plan}"
    );
    assert!(plan.contains("-- granted by somebody else, and taken away with the role: SELECT on table public.profils to vigie_sync"), "{plan}");
    assert_eq!(
        host.sql("select rolname from pg_roles where rolname like 'vigie%'"),
        "vigie_eval\n"
    );
}

#[test]
fn a_login_that_may_not_install_is_told_what_it_lacks() {
    let host = Neighbour::new(SUPABASE);
    host.sql(
        "create role owner login createrole; grant create on database depot to owner; grant connect on database depot to owner;
         create role reader login; grant connect on database depot to reader;",
    );
    let owner = host.url_of("owner");
    host.vigie_as(&owner, &["migrate"]).exits(0);
    host.write_checks(CHECKS);
    let before = host.everything();
    let args = ["install", "--pack", "./checks"];
    // It owns the schema, but nothing that the checks read.
    host.vigie_as(&owner, &args)
        .exits(2)
        .says("permission denied for table a.b; let the owner run this first: grant select on table public.\"a.b\"")
        .says("nothing was done");
    host.sql("alter role owner nocreaterole");
    host.vigie_as(&owner, &args)
        .exits(2)
        .says("have CREATEROLE, since the role vigie_sync is still to be made")
        .says("nothing was done");
    host.sql("alter role owner createrole; grant usage on schema vigie to reader; grant select on all tables in schema vigie to reader");
    host.vigie_as(&host.url_of("reader"), &args)
        .exits(2)
        .says("be the owner of the schema vigie, which is owner");
    host.sql("revoke usage on schema vigie from reader; revoke select on all tables in schema vigie from reader; drop owned by reader");
    host.sql("grant connect on database depot to reader");
    assert_eq!(before, host.everything());

    // With grant options it can, but BYPASSRLS is not its to give: what follows is said.
    host.sql(
        "grant select on public.\"Ça va?\", public.\"a.b\", public.directe, \"fermé\".secret to owner with grant option;
         grant usage on schema \"fermé\" to owner with grant option; grant execute on all functions in schema \"fermé\" to owner with grant option;
         grant connect on database depot to owner with grant option;",
    );
    host.vigie_as(&owner, &args)
        .exits(0)
        .says("vigie_eval has no BYPASSRLS")
        .says("checks that read public.Ça va? will end as Failed(Privilege)");
    let evaluator = host.url_of("vigie_eval");
    host.sql("alter role vigie_sync password 'x'");
    let sync = Answer::of(
        crate::harness::vigie(host.directory.path())
            .env("VIGIE_DATABASE_URL", host.url_of("vigie_sync"))
            .env("VIGIE_EVAL_URL", evaluator)
            .args(["sync", "--pack", "./checks", "--json"]),
    )
    .exits(3)
    .json();
    let outcome = |code: &str| crate::harness::row(&sync, code)["kind"].clone();
    assert_eq!(
        (outcome("CA_VA"), outcome("FERME")),
        ("Privilege".into(), serde_json::Value::Null)
    );
}

#[test]
fn migrations_come_first() {
    let host = Neighbour::new(SUPABASE);
    host.vigie(&["install"]).exits(2).says("run `vigie migrate`");
}
