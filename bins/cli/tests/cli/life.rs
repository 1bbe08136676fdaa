//! The whole life of one alert, on the command line.

use serde_json::Value;

use crate::harness::{Answer, World, row};

const CODE: &str = "STOCK_OVER_CAPACITY";

struct Life {
    world: World,
    id: String,
    entity: String,
}

impl Life {
    /// A depot after its first run, and one of its alerts.
    fn begin() -> Self {
        let world = World::depot();
        world.vigie(&["sync", "--pack", "depot"]).exits(0);
        let list = world
            .vigie(&["alerts", "list", "--check", CODE, "--text", "KIN-T01", "--json"])
            .exits(0)
            .json();
        let text = |key: &str| list["alerts"][0][key].as_str().expect(key).to_owned();
        Self {
            id: text("id"),
            entity: text("entity_id"),
            world,
        }
    }

    fn act(&self, verb: &str, more: &[&str]) -> Answer {
        self.world.vigie(&[&["alerts", verb, &self.id], more].concat())
    }

    /// Runs the checks, and gives what came of the alert's own.
    fn sync(&self) -> Value {
        let report = self
            .world
            .vigie(&["sync", "--pack", "depot", "--json"])
            .exits(0)
            .json();
        row(&report, CODE).clone()
    }

    /// Changes the tank's capacity in the data.
    fn capacity(&self, factor: &str) {
        let update = "update public.citernes set capacite_totale = capacite_totale";
        self.world
            .sql(&format!("{update} * {factor} where id = '{}'", self.entity));
    }

    fn alert(&self) -> Value {
        self.act("show", &["--json"]).exits(0).json()
    }

    fn kinds(&self) -> Vec<String> {
        let history = self.act("history", &["--json"]).exits(0).json();
        let events = history["events"].as_array().expect("events");
        events
            .iter()
            .map(|event| event["kind"].as_str().expect("a kind").to_owned())
            .collect()
    }
}

#[test]
fn the_whole_life_of_an_alert() {
    let life = Life::begin();
    assert_eq!(life.alert()["status"], "OPEN");

    life.act("ack", &["--as", "didier", "--reason", "j'y vais"])
        .exits(0);
    assert_eq!(life.alert()["acknowledged_by"], "didier");
    life.sync();
    assert_eq!(life.alert()["status"], "ACK", "a run undid an acknowledgement");

    life.act("resolve", &["--as", "didier", "--reason", "vidangée"])
        .exits(0);
    assert_eq!(life.alert()["resolution"], "FIXED");
    assert_eq!(life.sync()["refuted"], 1);
    assert_eq!(life.alert()["status"], "OPEN");

    life.capacity("4");
    assert_eq!(life.sync()["changed"], 1);
    assert_eq!(life.alert()["condition"], "MISSING");
    assert_eq!(life.sync()["cleared"], 1);
    assert_eq!(life.alert()["resolution"], "CLEARED");
    assert_eq!(life.alert()["resolved_by"], Value::Null);

    life.capacity("0.25");
    assert_eq!(life.sync()["reopened"], 1);
    assert_eq!(life.alert()["reopen_count"], 1);

    let accept = ["--until", "30d", "--reason", "citerne en réparation"];
    life.act("accept", &[&["--as", "didier"], &accept[..]].concat())
        .exits(1)
        .says("CRITICAL");
    life.act("accept", &[&["--as", "amina"], &accept[..]].concat())
        .exits(0);
    let quiet = life.sync();
    assert_eq!((&quiet["findings"], &quiet["reopened"]), (&2.into(), &0.into()));
    assert_eq!(life.alert()["resolution"], "ACCEPTED");
    life.act("comment", &["--as", "didier", "--reason", "pièce commandée"])
        .exits(0);

    let expected = "OPENED ACKNOWLEDGED RESOLVED REFUTED MISSING CLEARED REOPENED ACCEPTED COMMENTED";
    assert_eq!(life.kinds().join(" "), expected);
    let told = life.act("history", &[]).exits(0).stdout;
    insta::assert_snapshot!("history", crate::redact::redact(&told));
    insta::assert_snapshot!(
        "show",
        crate::redact::redact(&life.act("show", &[]).exits(0).stdout)
    );

    life.world.vigie(&["alerts", "verify"]).exits(0);
    life.world.sql(&format!(
        "set session_replication_role = replica;
         update vigie.alert_events set diff = jsonb_set(diff, '{{args,comment}}', '\"rien dit\"')
         where alert_id = '{}' and seq = 2",
        life.id
    ));
    let broken = life.world.vigie(&["alerts", "verify"]).exits(1);
    let named = format!("alert {}, event 2: the event is not what was written", life.id);
    assert!(broken.stdout.contains(&named), "{broken:#?}");
    let broken = life.world.vigie(&["alerts", "verify", "--json"]).exits(1).json();
    assert_eq!(broken["discrepancies"][0]["seq"], 2);
    assert_eq!(broken["discrepancies"][0]["problem"], "event_edited");
}

#[test]
fn a_row_edited_by_hand_is_named() {
    let life = Life::begin();
    life.world.sql(&format!(
        "update vigie.alerts set message = 'tout va bien' where id = '{}'",
        life.id
    ));
    let broken = life.world.vigie(&["alerts", "verify"]).exits(1);
    assert!(
        broken
            .stdout
            .contains(&format!("alert {}: the alert is not", life.id)),
        "{broken:#?}"
    );
}

#[test]
fn a_version_seen_and_a_request_sent_twice() {
    let life = Life::begin();
    let request = ["--request-id", "5b8a7a54-5d27-4e0c-a3a5-0b9d8a1f7c11"];
    let ack = [&["--as", "amina", "--expect", "1"], &request[..]].concat();
    assert_eq!(
        life.act("ack", &[&ack[..], &["--json"]].concat()).exits(0).json()["replayed"],
        false
    );
    assert_eq!(
        life.act("ack", &[&ack[..], &["--json"]].concat()).exits(0).json()["replayed"],
        true
    );
    assert_eq!(life.kinds(), ["OPENED", "ACKNOWLEDGED"]);

    let late = life.act("unack", &["--as", "didier", "--expect", "1"]).exits(1);
    let late = late.says("has changed since; it is now ACK by amina since ");
    assert!(late.stderr.contains("(version 2)"), "{late:#?}");
    let late = life
        .act("unack", &["--as", "didier", "--expect", "1", "--json"])
        .exits(1)
        .json();
    assert_eq!(late["error"]["code"], "conflict");
    assert_eq!(late["error"]["current"]["status"], "ACK");
    let twice = life.act("ack", &["--as", "amina"]).exits(1);
    twice.says("not possible while the alert is ACK; it is now ACK by amina");
    life.act("unack", &[&["--as", "amina"], &request[..]].concat())
        .exits(2)
        .says("--request-id: was used for another act");
    assert_eq!(life.kinds(), ["OPENED", "ACKNOWLEDGED"]);

    life.act("unack", &["--as", "didier"]).exits(0);
    let until = life
        .act(
            "false-positive",
            &["--as", "didier", "--reason", "jauge d'essai", "--json"],
        )
        .exits(0)
        .json();
    assert_eq!(until["alert"]["resolution"], "FALSE_POSITIVE");
    assert_ne!(until["alert"]["accepted_until"], Value::Null);
}

#[test]
fn who_may_and_who_may_not() {
    let life = Life::begin();
    let before = life.world.traces();
    life.act("ack", &[])
        .exits(2)
        .says("say who you are with --as USER_ID");
    life.act("ack", &["--as", " "]).exits(2).says("--as USER_ID");
    life.act("ack", &["--as", "patricia"])
        .exits(1)
        .says("your role may not do this");
    life.act("ack", &["--as", "stranger"])
        .exits(1)
        .says("not allowed");
    life.act("show", &["--as", "patricia"]).exits(0);
    life.act("show", &["--as", "stranger"])
        .exits(1)
        .says("no role in Vigie");
    life.act("history", &["--as", "stranger"])
        .exits(1)
        .says("no role in Vigie");
    life.world
        .vigie(&["alerts", "list", "--as", "stranger"])
        .exits(1)
        .says("no role in Vigie");
    life.world
        .vigie(&["status", "--as", "stranger"])
        .exits(1)
        .says("no role in Vigie");
    assert_eq!(life.world.traces(), before);
}
