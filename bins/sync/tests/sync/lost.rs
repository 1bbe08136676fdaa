//! The database is lost and comes back: the service stays alive, says so, says nothing old, and works again by itself.

use crate::{
    elsewhere::Elsewhere,
    harness::{World, check},
    http,
    running::{Running, until},
};

/// What is only known from the database.
const FROM_THE_DATABASE: [&str; 7] = [
    "vigie_check_failing{",
    "vigie_check_suspect{",
    "vigie_check_fresh{",
    "vigie_check_last_complete_age_seconds{",
    "vigie_checks{",
    "vigie_alerts_live{",
    "vigie_alerts_overdue{",
];

#[track_caller]
fn says_of_the_database(service: &Running<'_>, is_up: bool) {
    let metrics = service.metrics();
    for name in FROM_THE_DATABASE {
        assert_eq!(metrics.contains(name), is_up, "{name} in {metrics}");
    }
    let up = Some(if is_up { 1.0 } else { 0.0 });
    assert_eq!(service.number("vigie_sync_database_up", ""), up);
    assert_eq!(service.number("vigie_sync_ready", ""), up);
}

fn end_everybody(somebody: &mut Elsewhere, database: &str) {
    somebody.sql(&format!(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'"
    ));
}

#[test]
fn a_service_without_its_database_says_so_and_works_again_by_itself() {
    let world = World::migrated();
    let quick = check("QUICK", "CRITICAL", "every = \"1s\"", "select 'B1' as entity_id");
    world.pack(&[("quick.sql", &quick)]);
    let database = world.value("select current_database()::text");
    let mut somebody = Elsewhere::beside(&world);
    let service = Running::start(&world, "packs = [\"checks\"]\n").ready();
    until("numbers", || {
        service.number("vigie_alerts_live", "severity=\"CRITICAL\",status=\"OPEN\"")
    });
    says_of_the_database(&service, true);

    somebody.sql(&format!("alter database {database} allow_connections false"));
    end_everybody(&mut somebody, &database);
    let said = service.answers(503);
    assert!(said["reasons"][0].is_string(), "{said:#}");
    until("the loss", || {
        (service.number("vigie_sync_database_up", "") == Some(0.0)).then_some(())
    });
    says_of_the_database(&service, false);
    assert_eq!(
        http::get(service.address, "/livez").expect("it lives").status,
        200
    );
    until("another try", || {
        (service.said().matches("retry_in_ms").count() >= 2).then_some(())
    });
    says_of_the_database(&service, false);

    somebody.sql(&format!("alter database {database} allow_connections true"));
    service.answers(200);
    until("numbers", || {
        service.number("vigie_alerts_live", "severity=\"CRITICAL\",status=\"OPEN\"")
    });
    says_of_the_database(&service, true);
    assert_eq!(
        world.value("select count(*)::text from vigie.alerts"),
        "1",
        "an anomaly has one alert"
    );
}

#[test]
fn a_database_that_may_not_be_written_for_a_while_ends_no_service() {
    let world = World::migrated();
    let quick = check("QUICK", "WARN", "every = \"1s\"", "select 'B1' as entity_id");
    world.pack(&[("quick.sql", &quick)]);
    let database = world.value("select current_database()::text");
    let mut somebody = Elsewhere::beside(&world);
    let service = Running::start(&world, "packs = [\"checks\"]\n").ready();
    somebody.sql(&format!(
        "alter database {database} set default_transaction_read_only = on"
    ));
    end_everybody(&mut somebody, &database);
    let said = service.answers(503);
    assert!(said["reasons"][0].is_string(), "{said:#}");
    somebody.sql(&format!(
        "alter database {database} reset default_transaction_read_only"
    ));
    end_everybody(&mut somebody, &database);
    service.answers(200);
}

#[test]
fn a_service_that_begins_before_its_database_waits_for_it() {
    let world = World::migrated();
    let quick = check("QUICK", "WARN", "every = \"1s\"", "select 'B1' as entity_id");
    world.pack(&[("quick.sql", &quick)]);
    let database = world.value("select current_database()::text");
    let mut somebody = Elsewhere::beside(&world);
    somebody.sql(&format!("alter database {database} allow_connections false"));
    let service = Running::start(&world, "packs = [\"checks\"]\n");
    service.answers(503);
    until("a try", || service.said().contains("retry_in_ms").then_some(()));
    says_of_the_database(&service, false);
    somebody.sql(&format!("alter database {database} allow_connections true"));
    service.answers(200);
}
