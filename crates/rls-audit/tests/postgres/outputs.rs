//! An audit of a real server, whose things have every kind of name, in every output.

use integrity_core::{Language, plain};
use rls_audit::{
    Audit, Baseline, DatabaseInspector as _, Persona, PgDatabaseInspector, integrity_core,
    postgres::sqlx::{self, PgPool},
    report,
    rules::{Level, Settings},
};
use serde_json::Value;

use crate::{corpus::Corpus, read};

const NAMES: &[&str] = &[
    "Tanks & Pumps",
    "a \"quoted\" one",
    "dots.in.it",
    " spaces  around ",
    "été ⛽ 👩\u{200d}🔧",
    "<script>alert(1)</script>",
    "a`b``c | d \\| e",
    "line\nbreak",
    "\u{1b}[31mred\u{7}",
    "\u{202e}desrever",
    "صهريج ١٢",
    "{0} [a](https://example.org) @somebody #12",
    "]]> --> \u{fffe}",
];

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// For every name a schema with an open table, a policy and a view, and a role that may read them.
fn statements() -> String {
    let of = |(place, name): (usize, &&str)| {
        let own = quoted(name);
        format!(
            "create role {own}; create schema {own}; grant usage on schema {own} to anon, {own};
             create table {own}.{own} ({own} int primary key, secret text);
             insert into {own}.{own} values ({place}, 'x');
             create policy {own} on {own}.{own} using (true);
             grant select on {own}.{own} to anon, {own};
             create view {own}.\"a view\" as select * from {own}.{own};
             grant select ({own}) on {own}.\"a view\" to anon;"
        )
    };
    NAMES.iter().enumerate().map(of).collect()
}

async fn audit() -> Audit {
    let corpus = Corpus::load(Some("names"));
    let pool = PgPool::connect(&corpus.database("Named \"so\""))
        .await
        .expect("connected");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements()))
        .execute(&pool)
        .await
        .expect("the statements are SQL");
    let personas: Vec<Persona> = NAMES.iter().map(|name| Persona::new(*name, *name)).collect();
    let inspection = PgDatabaseInspector::new(pool)
        .inspect(&personas)
        .await
        .expect("inspected");
    let settings = Settings {
        exposed_schemas: Some(NAMES.iter().map(|&name| name.to_owned()).collect()),
        ..Settings::default()
    };
    Audit::new(&inspection, &settings)
}

#[tokio::test]
async fn what_things_are_called_survives_every_output() {
    let audit = audit().await;
    assert!(audit.is_complete(), "{:?}", audit.looked);
    let about = |name: &str| {
        let about = |found: &&rls_audit::audit::Reported| {
            found.object.relation().is_some_and(|own| own.schema == name)
        };
        audit.findings.iter().filter(about).count()
    };
    assert!(NAMES.iter().all(|name| about(name) > 1), "{:#?}", audit.findings);
    let objects: Vec<String> = audit
        .findings
        .iter()
        .map(|found| found.object.to_string())
        .collect();

    let document = read::sarif(&report::sarif(&audit));
    for (own, found) in read::results(&document).iter().zip(&audit.findings) {
        let place = &own["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
        assert_eq!(place, &found.object.to_string());
        assert_eq!(read::message(own), found.message);
    }
    let suites = read::junit(&report::junit(&audit, Level::Info)).test_suites;
    let cases = suites.iter().flat_map(|suite| &suite.test_cases);
    let cases: Vec<&str> = cases.map(|case| case.name.as_str()).collect();
    let comment = read::markdown(&report::markdown(&audit));
    let page = read::html(&report::html(&audit, Language::Fr));
    let told = read::texts(&page, "article code bdi");
    for own in &objects {
        assert!(cases.contains(&plain::xml(own).as_ref()), "{own:?} in {cases:?}");
        let own = plain::plain(own).into_owned();
        assert!(comment.code.contains(&own), "{own:?} in {:?}", comment.code);
        assert!(told.contains(&own), "{own:?} in {told:?}");
    }
    assert!(
        comment
            .text
            .contains(plain::plain(&audit.findings[0].message).as_ref())
    );
    let columns = audit.looked.personas.len() + 1;
    assert!(
        comment.cells.iter().all(|cells| *cells == columns),
        "{:?}",
        comment.cells
    );
    assert_eq!(page.select(&read::every("td")).count(), audit.access.len());

    let baseline = Baseline::of(&audit, &Baseline::default());
    let back = Baseline::from_text(&baseline.to_text()).expect("it is read");
    assert_eq!(back, baseline);
    let beside = audit.beside(&back);
    assert_eq!(beside.drift.as_ref().map(|drift| drift.changes.len()), Some(0));
    assert!(beside.findings.iter().all(|found| !found.standing.is_new()));
}

#[tokio::test]
async fn the_json_of_an_audit_is_what_its_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/audit.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let audit = audit().await;
    let mut old = Baseline::of(&audit, &Baseline::default());
    old.definitions.truncate(1);
    old.findings.truncate(1);
    let mut document = serde_json::to_value(audit.beside(&old)).expect("JSON");
    let wrong: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    document["access"][0]["access"]["SELECT"] = Value::from("everything");
    assert!(
        !validator.is_valid(&document),
        "the schema says what a cell may be"
    );
}
