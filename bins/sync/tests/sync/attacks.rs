//! The journal of accesses in the service's runs: an attack is one alert however often it is looked at, a WARN clears after a
//! quiet day, and what a person called fixed stays so until something new happens.

use std::fmt::Write as _;

use chrono::TimeDelta;
use integrity_core::{Clock as _, SystemClock};

use crate::{
    harness::{World, check},
    running::Running,
};

/// With less than a rule asks for by itself, so that what is configured is seen to count.
const RULES: &str = "packs = [\"checks\"]\n[access]\nsensitive = [\"public.contracts\"]\n\
                     rules.denied_ip = { capacity = 3, leak = \"10s\" }\n";

fn world() -> World {
    let world = World::migrated();
    let fine = check(
        "FINE",
        "WARN",
        "every = \"1s\"",
        "select 'x' as entity_id where false",
    );
    world.pack(&[("fine.sql", &fine)]);
    world.file("vigie.toml", RULES);
    world
}

impl World {
    /// What a web server wrote lately: so many requests of one address, a second apart; taken in by `vigie access ingest`.
    #[track_caller]
    fn hears_of(&self, name: &str, times: u8, path: &str, status: u16, range: &str) {
        let from = SystemClock.now() - TimeDelta::minutes(5);
        let mut log = String::new();
        for second in 0..times {
            let time = (from + TimeDelta::seconds(second.into())).to_rfc3339();
            let _ = writeln!(
                log,
                "{{\"time\":\"{time}\",\"id\":\"{name}-{second}\",\"address\":\"198.18.0.1\",\"method\":\"GET\",\
                 \"path\":\"{path}\",\"status\":\"{status}\",\"role\":\"anon\",\"agent\":\"curl/8.5.0\",\
                 \"content_range\":\"{range}\"}}"
            );
        }
        self.file("nginx.log", log);
        let told = self.vigie(&["access", "ingest", "--source", "nginx", "--json", "nginx.log"]);
        assert_eq!(told.exits(0).json()["added"], u64::from(times), "{name}");
    }

    #[track_caller]
    fn looks(&self, times: u8) {
        for _ in 0..times {
            self.sync(&["--once"]).exits(0);
        }
    }

    /// How each alert about accesses stands.
    fn told(&self) -> String {
        self.value(
            "select coalesce(string_agg(concat_ws(' ', check_code, severity, status, resolution), ', ' order by check_code), '')
             from vigie.alerts
             where check_code in ('ACCESS_DENIED_IP', 'ANON_DATA_EXPOSED')",
        )
    }
}

#[test]
fn an_attack_is_one_alert_in_however_many_runs_of_a_service_with_no_more_than_its_rights() {
    let mut world = world();
    world.hears_of("refused", 6, "/rest/v1/payroll", 403, "");
    let login = world.login("in role vigie_sync", "");
    let evaluating = world.login("in role vigie_eval", "");
    let service = Running::start_as(&world, RULES, &login, Some(&evaluating)).ready();
    let runs = |least: u8| {
        world.until(
            "runs",
            &format!("select (count(*) >= {least})::text from vigie.runs where status = 'OK'"),
        );
    };
    world.until("the alert", "select (count(*) > 0)::text from vigie.alerts");
    assert_eq!(world.told(), "ACCESS_DENIED_IP WARN OPEN");
    let traces = world.traces();
    let before = world.value("select count(*)::text from vigie.runs where status = 'OK'");
    runs(before.parse::<u8>().expect("a number") + 3);
    assert_eq!(world.traces(), traces, "the alert was not even written");
    // The attack goes on: that is the same alert.
    world.hears_of("again", 9, "/rest/v1/payroll", 403, "");
    let before = world.value("select count(*)::text from vigie.runs where status = 'OK'");
    runs(before.parse::<u8>().expect("a number") + 2);
    assert_eq!(world.told(), "ACCESS_DENIED_IP WARN OPEN");
    let said = service.said();
    assert!(!said.contains("198.18."), "{said}");
}

#[test]
fn a_warning_clears_after_a_quiet_day_and_a_leak_waits_for_a_person() {
    let world = world();
    world.hears_of("refused", 6, "/rest/v1/payroll", 403, "");
    world.hears_of("read", 1, "/rest/v1/contracts", 200, "0-24/*");
    world.looks(2);
    let both = "ACCESS_DENIED_IP WARN OPEN, ANON_DATA_EXPOSED CRITICAL OPEN";
    assert_eq!(world.told(), both);
    // A day passes: all that happened was a day earlier.
    world.sql(
        "select vigie.begin_access_month(date_trunc('month', (now() - interval '25 h') at time zone 'UTC')::date);
         begin;
         set local session_replication_role = replica;
         update vigie.access_events set occurred_at = occurred_at - interval '25 h',
                                        recorded_at = recorded_at - interval '25 h';
         commit",
    );
    world.looks(2);
    assert_eq!(
        world.told(),
        "ACCESS_DENIED_IP WARN RESOLVED CLEARED, ANON_DATA_EXPOSED CRITICAL OPEN"
    );
}

#[test]
fn what_a_person_called_fixed_stays_so_until_it_happens_again() {
    let world = world();
    world.hears_of("read", 3, "/rest/v1/contracts", 200, "0-24/*");
    world.looks(1);
    assert_eq!(world.told(), "ANON_DATA_EXPOSED CRITICAL OPEN");
    let id = world.value("select id::text from vigie.alerts where check_code = 'ANON_DATA_EXPOSED'");
    for act in ["ack", "resolve"] {
        world
            .vigie(&[
                "alerts",
                act,
                &id,
                "--as",
                "amina",
                "--reason",
                "closed by a policy",
            ])
            .exits(0);
    }
    for _ in 0..3 {
        // The same lines are still seen: they are of before.
        world.looks(1);
        assert_eq!(world.told(), "ANON_DATA_EXPOSED CRITICAL RESOLVED FIXED");
    }
    // What is new is the same alert again.
    world.sql(
        "insert into vigie.access_events (occurred_at, source, event, outcome, severity, resource, dedup_key)
         select clock_timestamp(), 'nginx', 'anon_data_read', 'success', 'CRITICAL', e.resource, 'new'
         from vigie.access_events e limit 1",
    );
    world.looks(1);
    assert_eq!(world.told(), "ANON_DATA_EXPOSED CRITICAL OPEN");
}
