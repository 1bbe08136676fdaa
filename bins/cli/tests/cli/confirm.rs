//! A person says that what makes a check suspect is true.

use serde_json::Value;

use crate::harness::{Answer, World, check, row};

fn world() -> World {
    let world = World::migrated();
    world.sql("create table public.bacs (id text primary key); insert into public.bacs values ('a'), ('b')");
    let more = "resolve_after = 1\nguard = \"select count(*) > 0 from public.bacs\"";
    let sql = "select id as entity_id from public.bacs";
    world.pack(&[("bac_wrong.sql", &check("BAC_WRONG", "WARN", more, sql))]);
    world.file("vigie.toml", "packs = [\"checks\"]\n");
    world.vigie(&["sync"]).exits(0);
    world
}

fn confirm(world: &World, more: &[&str]) -> Answer {
    world.vigie(&[&["checks", "confirm", "BAC_WRONG"], more].concat())
}

fn sync(world: &World, code: i32) -> Value {
    let report = world.vigie(&["sync", "--json"]).exits(code).json();
    row(&report, "BAC_WRONG").clone()
}

#[test]
fn a_guard_that_is_truly_false_is_confirmed() {
    let world = world();
    let by = |user| ["--as", user, "--reason", "le dépôt est vidé"];
    confirm(&world, &by("amina"))
        .exits(1)
        .says("the check is not suspect");
    world.sql("delete from public.bacs");
    assert_eq!(sync(&world, 3)["kept"], 2);
    assert_eq!(sync(&world, 3)["kept"], 2, "repetition is no proof");

    confirm(&world, &["--reason", "x"]).exits(2).says("--as USER_ID");
    confirm(&world, &["--as", "amina"]).exits(2).says("--reason");
    confirm(&world, &["--as", "amina", "--reason", " "])
        .exits(2)
        .says("--reason: is required");
    for user in ["didier", "patricia"] {
        confirm(&world, &by(user))
            .exits(1)
            .says("your role may not do this");
    }
    assert_eq!(sync(&world, 3)["kept"], 2, "nobody has confirmed");
    let answer = confirm(&world, &[&by("amina")[..], &["--json"]].concat())
        .exits(0)
        .json();
    let id = answer["alert"]["id"]
        .as_str()
        .expect("the alert about the check")
        .to_owned();
    confirm(&world, &by("amina")).exits(1).says("confirmed already");

    let plan = world.vigie(&["checks", "plan", "--json"]).exits(4).json();
    let believed = sync(&world, 0);
    for key in ["cleared", "outcome", "about_check"] {
        assert_eq!(row(&plan, "BAC_WRONG")[key], believed[key], "{key}");
    }
    assert_eq!(
        (&believed["cleared"], &believed["outcome"]),
        (&2.into(), &"Complete".into())
    );
    assert_eq!(sync(&world, 3)["outcome"], "Suspect", "only that one");
    let told = world.vigie(&["alerts", "history", &id]).exits(0).stdout;
    assert!(told.contains("amina   confirmed: the next evaluation"), "{told}");
    assert!(told.contains("“le dépôt est vidé”"), "{told}");
    world.vigie(&["alerts", "verify"]).exits(0);
}

#[test]
fn a_check_that_does_not_exist_is_not_confirmed() {
    let world = world();
    world
        .vigie(&["checks", "confirm", "BAC_WRNG", "--as", "amina", "--reason", "x"])
        .exits(1)
        .says("did you mean BAC_WRONG?");
}
