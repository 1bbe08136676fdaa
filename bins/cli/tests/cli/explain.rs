//! `vigie checks explain` on tables of a size at which an index matters.

use crate::harness::{World, check};

fn world() -> World {
    let world = World::empty();
    world.sql(
        "create table public.mouvements (id bigint primary key, statut text not null, volume numeric);
         insert into public.mouvements
         select n, case when n % 5000 = 0 then 'à vérifier' else 'validée' end, n from generate_series(1, 30000) n;
         analyze public.mouvements;",
    );
    world.pack(&[
        (
            "bad_status.sql",
            &check(
                "BAD_STATUS",
                "WARN",
                "",
                "select id as entity_id from public.mouvements where statut = 'à vérifier' and volume > 0",
            ),
        ),
        (
            "everything.sql",
            &check(
                "EVERYTHING",
                "INFO",
                "",
                "select id as entity_id from public.mouvements",
            ),
        ),
        (
            "missing.sql",
            &check(
                "MISSING",
                "WARN",
                "",
                "select id as entity_id from public.nowhere",
            ),
        ),
    ]);
    world
}

#[test]
fn a_wasteful_scan_is_shown_with_an_index_that_spares_it() {
    let world = world();
    let explain = |args: &[&str]| {
        let mut all = vec!["checks", "explain", "BAD_STATUS", "--pack", "./checks"];
        all.extend(args);
        world.vigie(&all).exits(0)
    };
    let told = explain(&[]).stdout;
    assert!(told.contains("Seq Scan on public.mouvements"), "{told}");
    assert!(told.contains("6 rows, 29994 thrown away"), "{told}");

    let json = explain(&["--json"]).json();
    let statement = json["advice"][0]["statement"].as_str().expect("a statement");
    assert_eq!(json["advice"][0]["found_rows"], 6.0);
    // The advice is a statement that works, and that helps: the plan uses the index afterwards.
    world.sql(statement);
    world.sql("analyze public.mouvements");
    let after = explain(&["--json"]).json();
    assert_eq!(after["advice"], serde_json::json!([]), "{after:#}");
    assert!(after["plan"].to_string().contains("\"index\":"), "{after:#}");
}

#[test]
fn what_keeps_everything_needs_no_index() {
    let told = world()
        .vigie(&["checks", "explain", "EVERYTHING", "--pack", "./checks"])
        .exits(0);
    assert!(told.stdout.contains("No scan threw away so much"), "{told:#?}");
}

#[test]
fn a_check_that_cannot_run_says_why() {
    let world = world();
    world
        .vigie(&["checks", "explain", "MISSING", "--pack", "./checks"])
        .exits(3)
        .says("MissingObject")
        .says("missing.sql");
    world
        .vigie(&["checks", "explain", "BAD_STATU", "--pack", "./checks"])
        .exits(2)
        .says("did you mean BAD_STATUS");
}
