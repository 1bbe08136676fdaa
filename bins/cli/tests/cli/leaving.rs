//! What is whose: migrations that open nothing, checks that get nothing, and an uninstallation that takes Vigie's alone.

use crate::neighbour::{CHECKS, Neighbour, SUPABASE};

const INSTALL: [&str; 3] = ["install", "--pack", "./checks"];
const PLAN: [&str; 2] = ["uninstall", "--plan"];

/// Another database of the same server.
fn vigie_in(host: &Neighbour, database: &str, args: &[&str]) -> crate::harness::Answer {
    let url = host.url().replace("/depot", &format!("/{database}"));
    host.vigie_as(&url, args)
}

#[test]
fn after_the_migrations_alone_nobody_holds_anything() {
    let host = Neighbour::new(SUPABASE);
    host.sql(
        "alter default privileges grant all on tables to anon, authenticated, service_role;
         alter default privileges grant all on sequences to anon, authenticated;
         alter default privileges grant all on functions to anon, authenticated;
         alter default privileges grant all on schemas to anon, authenticated;",
    );
    host.vigie(&["migrate"]).exits(0);
    let held = "
        select grantee::regrole from (
            select a.grantee from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'vigie' and a.grantee <> n.nspowner
            union all
            select a.grantee from pg_class c, aclexplode(c.relacl) a
            where c.relnamespace = 'vigie'::regnamespace and a.grantee <> c.relowner
            union all
            select a.grantee from pg_proc p, aclexplode(p.proacl) a
            where p.pronamespace = 'vigie'::regnamespace and a.grantee <> p.proowner
        ) as held group by 1 order by 1::text";
    assert_eq!(host.sql(held), "");

    // A newer version's migration beside an installation: what is Vigie's to give stays given.
    host.write_checks(CHECKS);
    host.vigie(&INSTALL).exits(0);
    let newest = "20261122000002";
    host.sql(&format!(
        "drop table vigie.installation, vigie.role_source;
         delete from vigie.integrity_core_migrations where version = {newest}"
    ));
    host.vigie(&["migrate"]).exits(0);
    let anons = "select has_table_privilege('anon', 'vigie.installation', 'SELECT')
                 or has_table_privilege('authenticated', 'vigie.installation', 'SELECT'),
                 has_table_privilege('authenticated', 'vigie.alerts', 'SELECT')";
    assert_eq!(host.sql(anons), "f|t\n");
}

#[test]
fn a_view_made_by_hand_goes_and_the_hosts_own_stays() {
    let host = Neighbour::new(SUPABASE);
    host.write_checks(CHECKS);
    let before = host.everything();
    let printed = host.vigie(&["checks", "view", "--pack", "./checks"]).exits(0);
    host.sql(&printed.stdout);
    let plan = host.vigie(&PLAN).exits(0).stdout;
    assert_eq!(plan.trim(), "drop view public.v_integrity_checks;");

    host.vigie(&["migrate"]).exits(0);
    host.vigie(&["install", "--pack", "./checks", "--compat"])
        .exits(0);
    // Somebody puts their own in the place of ours.
    host.sql("drop view public.system_alerts; create view public.system_alerts as select 1 as mine");
    let plan = host.vigie(&PLAN).exits(0).stdout;
    assert!(
        plan.contains("-- public.system_alerts is not Vigie's, and stays"),
        "{plan}"
    );
    host.sql(&format!("begin; {plan} commit;"));
    assert_eq!(host.sql("select mine from public.system_alerts"), "1\n");
    host.sql("drop view public.system_alerts");
    assert_eq!(before, host.everything());
}

#[test]
fn roles_go_with_the_last_database_that_used_them() {
    let host = Neighbour::new(SUPABASE);
    let before = host.everything();
    host.sql("create database second");
    host.vigie(&["migrate"]).exits(0);
    host.vigie(&["install"]).exits(0);
    vigie_in(&host, "second", &["migrate"]).exits(0);
    vigie_in(&host, "second", &["install"]).exits(0);
    let plan = host.vigie(&PLAN).exits(0).stdout;
    assert!(plan.contains("-- the role vigie_sync stays: it is used in the database second"));
    host.sql(&format!("begin; {plan} commit;"));
    let plan = vigie_in(&host, "second", &PLAN).exits(0).stdout;
    for role in [
        "vigie_sync",
        "vigie_api",
        "vigie_eval",
        "vigie_ingest",
        "vigie_access_reader",
    ] {
        assert!(plan.contains(&format!("\ndrop role {role};")), "{plan}");
    }
    host.sql(&format!("\\c second\nbegin; {plan} commit;"));
    host.sql("drop database second");
    assert_eq!(before, host.everything());
}

#[test]
fn what_another_database_still_uses_of_a_role_stays_and_an_old_setting_comes_back() {
    let host = Neighbour::new(SUPABASE);
    host.sql(
        "create role vigie_eval login; alter role vigie_eval set default_transaction_read_only = off;
         create role vigie_api login",
    );
    let before = host.everything();
    host.sql("create database second");
    host.vigie(&["migrate"]).exits(0);
    host.vigie(&["install"]).exits(0);
    vigie_in(&host, "second", &["migrate"]).exits(0);
    vigie_in(&host, "second", &["install"]).exits(0);
    let plan = host.vigie(&PLAN).exits(0).stdout;
    for line in [
        "-- vigie_eval bypassrls stays: vigie_eval is used in the database second; there, last of all: \
         alter role vigie_eval nobypassrls",
        "-- vigie_api of authenticated stays: vigie_api is used in the database second",
        "-- vigie_eval default_transaction_read_only stays",
    ] {
        assert!(plan.contains(line), "{line} in\n{plan}");
    }
    assert!(!plan.contains("\nalter role"), "{plan}");
    assert!(!plan.contains("\nrevoke authenticated"), "{plan}");
    assert!(!plan.contains("drop role vigie_eval;"), "{plan}");

    host.sql("drop database second with (force)");
    let plan = host.vigie(&PLAN).exits(0).stdout;
    assert!(
        plan.contains("\nalter role vigie_eval set default_transaction_read_only = 'off';"),
        "{plan}"
    );
    assert!(
        plan.contains("-- the role vigie_eval stays: it was there before"),
        "{plan}"
    );
    host.sql(&format!("begin; {plan} commit;"));
    assert_eq!(before, host.everything());
}

#[test]
fn a_check_that_is_refused_is_given_nothing_and_named() {
    let host = Neighbour::new(SUPABASE);
    host.sql(
        "create schema private; create table private.t (id integer);
         create function private.touch(integer) returns integer language sql as 'select $1';
         revoke all on schema private from public;",
    );
    host.vigie(&["migrate"]).exits(0);
    host.write_checks(&[
        CHECKS[0],
        ("TOUCHES", "select private.touch(id) as entity_id from private.t"),
        ("OURS", "select id as entity_id from vigie.alerts"),
    ]);
    for _ in 0..2 {
        host.vigie(&INSTALL)
            .exits(3)
            .says("TOUCHES: nothing is granted for it: it calls private.touch(), which is volatile")
            .says("OURS: nothing is granted for it: it reads vigie.alerts, which is Vigie's own");
    }
    let again = host.vigie(&[&INSTALL[..], &["--json"]].concat()).exits(3).json();
    assert_eq!(again["steps"], serde_json::json!([]));
    assert_eq!(again["left_out"][0]["code"], "OURS");
    assert_eq!(
        host.sql(
            "select has_schema_privilege('vigie_eval', 'private', 'USAGE'),
                    has_schema_privilege('vigie_eval', 'vigie', 'USAGE'),
                    has_table_privilege('vigie_eval', 'vigie.alerts', 'SELECT'),
                    has_table_privilege('vigie_eval', 'public.\"Ça va?\"', 'SELECT')"
        ),
        "f|f|f|t\n"
    );
}

#[test]
fn a_check_that_is_not_in_the_view_makes_the_installation_incomplete() {
    let host = Neighbour::new(SUPABASE);
    host.vigie(&["migrate"]).exits(0);
    host.write_checks(&[CHECKS[0], ("GONE", "select id as entity_id from public.gone")]);
    host.vigie(&["install", "--compat", "--pack", "./checks"])
        .exits(3)
        .says("GONE is not in public.v_integrity_checks")
        .says("GONE: nothing is granted for it");
    let failed = host
        .vigie(&["checks", "explain", "GONE", "--pack", "./checks", "--json"])
        .exits(3)
        .json();
    assert_eq!(
        (&failed["code"], &failed["failure"]["kind"]),
        (&"GONE".into(), &"MissingObject".into())
    );
}

#[test]
fn grants_that_nothing_needs_are_named_only_where_packs_were_chosen() {
    let host = Neighbour::new(SUPABASE);
    host.vigie(&["migrate"]).exits(0);
    host.write_checks(CHECKS);
    host.vigie(&INSTALL).exits(0);
    let source = host
        .vigie(&["install", "--role-source", "claim:app_metadata.vigie_role"])
        .exits(0);
    assert!(
        !source.stderr.contains("no check chosen now needs"),
        "{source:#?}"
    );
    host.vigie(&["install", "--pack", "postgres"])
        .exits(0)
        .says("no check chosen now needs");
}
