//! `vigie access verify`, `vigie access report`, and what a run makes of a journal that was changed.

use serde_json::Value;

use crate::harness::{Answer, World};

const EVENT: &str = "
    select vigie.begin_access_month(date_trunc('month', now() at time zone 'UTC')::date);
    insert into vigie.access_sources (source) values ('nginx') on conflict do nothing;
    insert into vigie.access_events (occurred_at, source, event, outcome, severity, dedup_key)
    values (now(), 'nginx', 'authz_fail', 'refused', 'INFO', gen_random_uuid()::text);";
const SEAL: &str = "select vigie.open_access_generation(); select vigie.seal_access();";
const EDIT: &str = "begin; set local session_replication_role = replica; update vigie.access_events set status = 200; commit";

/// Seals, once whoever works beside on that server is done.
fn seal(world: &World) {
    for _ in 0..600 {
        world.sql(SEAL);
        if world.value("select count(*)::text from vigie.access_seals") != "0" {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("nothing could be sealed within a minute");
}

/// Insists on words on standard output.
#[track_caller]
fn tells(answer: &Answer, words: &str) {
    assert!(
        answer.stdout.contains(words),
        "nothing of {words:?} in {answer:#?}"
    );
}

#[test]
fn each_answer_has_its_exit_code() {
    let mut world = World::migrated();
    let verify = |world: &World, args: &[&str]| world.vigie(&[&["access", "verify"], args].concat());
    tells(&verify(&world, &[]).exits(3), "nothing could be compared");
    verify(&world, &["--head"]).exits(3);
    world.sql(EVENT);
    tells(&verify(&world, &[]).exits(3), "1 row not sealed yet");
    seal(&world);
    tells(&verify(&world, &[]).exits(0), "all that is sealed is as it was");
    let head = verify(&world, &["--head"]).exits(0).stdout.trim().to_owned();
    assert_eq!(head.len(), 64, "{head}");
    verify(&world, &["--expect", &head]).exits(0);
    verify(&world, &["--expect", &"0".repeat(64)]).exits(1);
    verify(&world, &["--expect", "12"]).exits(2);
    world.sql(EDIT);
    tells(&verify(&world, &[]).exits(1), "was edited");
    let found: Value = verify(&world, &["--json"]).exits(1).json();
    assert_eq!(found["discrepancies"][0]["kind"], "edited", "{found}");
    assert!(verify(&world, &["--head"]).exits(1).stdout.trim() != head);

    tells(&world.vigie(&["access", "report"]).exits(0), "1 access recorded");
    world.vigie(&["access", "report", "--since", "1s"]).exits(2);
    world.vigie(&["access", "report", "--since", "long"]).exits(2);
    let stranger = world.stranger();
    let answer = Answer::of(&mut world.command(&stranger, &["access", "verify"]));
    assert!(!matches!(answer.code, Some(0 | 3)), "{}", answer.stdout);
}

/// A run of some checks says nothing of the journal, and seals it all the same; and a restore is told.
#[test]
fn every_run_seals_and_a_restore_is_told() {
    let world = World::migrated();
    let file = crate::harness::check("FINE", "WARN", "", "select 'x' as entity_id where false");
    world.pack(&[("fine.sql", &file)]);
    world.sql(EVENT);
    for _ in 0..600 {
        world
            .vigie(&["sync", "--pack", "./checks", "--only", "FINE"])
            .exits(0);
        if world.value("select count(*)::text from vigie.access_seals") != "0" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(world.value("select count(*)::text from vigie.access_seals"), "1");
    let verify = |args: &[&str]| world.vigie(&[&["access", "verify"], args].concat()).exits(0);
    assert!(!verify(&[]).stdout.contains("begins a generation"));
    world.sql(
        "begin; set local session_replication_role = replica;
         update vigie.access_seals set system_identifier = 1;
         update vigie.access_seals s set hash = vigie.access_seal_hash(s);
         delete from vigie.access_heads; commit",
    );
    let told = verify(&[]);
    assert!(told.stdout.contains("begins a generation"), "{told:?}");
    assert_eq!(verify(&["--json"]).json()["generation_due"], true);
}

#[test]
fn a_row_that_was_edited_is_one_alert() {
    let world = World::migrated();
    world.sql(EVENT);
    let alerts = || {
        world.value(
            "select coalesce(string_agg(a.severity || ' ' || a.entity_id, ', '), '') from vigie.alerts a
             where a.check_code = 'ACCESS_JOURNAL_TAMPERED'",
        )
    };
    for _ in 0..600 {
        world.vigie(&["sync"]);
        if world.value("select count(*)::text from vigie.access_seals") != "0" {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(
        alerts(),
        "",
        "it was sealed by the run, and nothing was done to it"
    );
    world.sql(EDIT);
    for _ in 0..2 {
        world.vigie(&["sync"]);
        assert_eq!(alerts(), "CRITICAL 1");
    }
}
