//! One act on a whole check: accepting all its alerts, and retiring it.

use crate::harness::{Answer, World, check, row};

/// A check with three WARN alerts and one CRITICAL, after its first run.
fn world() -> World {
    let world = World::migrated();
    world.sql(
        "create table public.bacs (id text primary key, severity text not null);
         insert into public.bacs values ('a', 'WARN'), ('b', 'WARN'), ('c', 'WARN'), ('d', 'CRITICAL')",
    );
    let sql = "select id as entity_id, severity from public.bacs";
    world.pack(&[("bac_wrong.sql", &check("BAC_WRONG", "WARN", "", sql))]);
    world.file("vigie.toml", "packs = [\"checks\"]\n");
    world.vigie(&["sync"]).exits(0);
    world
}

fn accept(world: &World, more: &[&str]) -> Answer {
    world.vigie(&[&["alerts", "accept"], more].concat())
}

#[test]
fn all_alerts_of_a_check_are_accepted_or_none() {
    let world = world();
    let before = world.traces();
    let all = ["--code", "BAC_WRONG", "--all"];
    let whole = ["--until", "90d", "--reason", "connu"];
    let by = |user| [&all[..], &whole, &["--as", user]].concat();

    accept(&world, &[&all[..], &whole].concat())
        .exits(2)
        .says("--as USER_ID");
    accept(&world, &by("didier"))
        .exits(1)
        .says("your role may not do this to a CRITICAL alert");
    accept(&world, &by("patricia"))
        .exits(1)
        .says("your role may not do this");
    accept(&world, &by("stranger")).exits(1).says("not allowed");
    accept(&world, &[&all[..], &["--as", "amina", "--reason", "x"]].concat())
        .exits(2)
        .says("--until: is required");
    accept(&world, &[&all[..], &["--as", "amina", "--until", "90d"]].concat())
        .exits(2)
        .says("--reason: is required");
    accept(
        &world,
        &[&all[..], &["--as", "amina", "--reason", "x", "--until", "200d"]].concat(),
    )
    .exits(2)
    .says("at most 180 days");
    assert_eq!(
        world.traces(),
        before,
        "refused, and something was done all the same"
    );

    let answer = accept(&world, &[&by("amina")[..], &["--json"]].concat())
        .exits(0)
        .json();
    assert_eq!(
        (&answer["acted"], &answer["verb"], &answer["code"]),
        (&4.into(), &"accept".into(), &"BAC_WRONG".into())
    );
    let again = accept(&world, &by("amina")).exits(1);
    again.says("no live alert of \"BAC_WRONG\"");
    accept(
        &world,
        &[
            "--code", "BAC_WRNG", "--all", "--as", "amina", "--until", "9d", "--reason", "x",
        ],
    )
    .exits(1)
    .says("did you mean BAC_WRONG?");
}

#[test]
fn all_of_a_check_is_said_in_so_many_words() {
    let world = World::migrated();
    let id = "7f1d0c9e-52ab-4f44-9d0e-0c6f8a3f2b11";
    for wrong in [
        &[][..],
        &["--code", "BAC_WRONG"],
        &["--all"],
        &[id, "--code", "BAC_WRONG", "--all"],
        &["--code", "BAC_WRONG", "--all", "--expect", "1"],
        &["--code", "BAC_WRONG", "--all", "--request-id", id],
    ] {
        accept(
            &world,
            &[wrong, &["--as", "amina", "--until", "9d", "--reason", "x"]].concat(),
        )
        .exits(2);
    }
    let never = [
        "--code",
        "BAC_WRONG",
        "--all",
        "--as",
        "amina",
        "--until",
        "9d",
        "--reason",
        "x",
    ];
    accept(&world, &never).exits(1).says("run `vigie sync` first");
}

#[test]
fn a_check_is_retired_and_says_when_it_would_come_back() {
    let world = world();
    let retire = |user: &str| {
        world.vigie(&[
            "checks",
            "retire",
            "BAC_WRONG",
            "--as",
            user,
            "--reason",
            "remplacé",
        ])
    };
    retire("didier").exits(1).says("your role may not do this");
    world
        .vigie(&["checks", "retire", "BAC_WRONG"])
        .exits(2)
        .says("--as USER_ID");
    world
        .vigie(&["checks", "retire", "CHECK_SUSPECT", "--as", "amina"])
        .exits(2)
        .says("Vigie's own");
    let told = retire("amina").exits(0).says("a chosen pack still has BAC_WRONG");
    assert_eq!(told.stdout, "Retired: 4 alerts of BAC_WRONG.\n");
    assert_eq!(
        row(&world.vigie(&["sync", "--json"]).exits(0).json(), "BAC_WRONG")["reopened"],
        4
    );

    world.file(
        "vigie.toml",
        "packs = [\"checks\"]\n[checks.BAC_WRONG]\nenabled = false\n",
    );
    let told = retire("amina").exits(0);
    assert_eq!(told.stderr, "", "it does not run any more");
    world.vigie(&["sync"]).exits(3).says("no check is enabled");
    let live = world.vigie(&["alerts", "list", "--json"]).exits(0).json();
    assert_eq!(live["alerts"], serde_json::json!([]));
    retire("amina").exits(1).says("no live alert of \"BAC_WRONG\"");
}
