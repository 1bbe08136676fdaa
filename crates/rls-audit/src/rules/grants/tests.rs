use super::*;
use crate::rules::sample::{Sample, granted, table, view};

#[test]
fn what_policies_do_not_hold_should_not_be_granted() {
    let all = ["SELECT", "TRUNCATE", "TRIGGER", "REFERENCES"];
    let found = Sample::new()
        .with(
            table("a")
                .granting("anon", &all)
                .granting("PUBLIC", &["TRUNCATE"]),
        )
        .one(&RLS_107);
    assert_eq!(found.level, Level::Warn);
    assert_eq!(
        found.fix.as_deref(),
        Some(
            "revoke truncate on public.a from PUBLIC;\nrevoke references, trigger, truncate on public.a from anon;"
        )
    );
    Sample::new()
        .with(
            table("a")
                .granting("anon", &["SELECT"])
                .granting("service_role", &all),
        )
        .silent(&RLS_107);
    Sample::new()
        .with(view("v", "", &[]).granting("anon", &all))
        .silent(&RLS_107);
}

#[test]
fn what_default_privileges_gave_is_said_to_come_from_there() {
    let by_default = [
        ("anon", "SELECT"),
        ("anon", "TRUNCATE"),
        ("authenticated", "TRUNCATE"),
    ];
    let message = |privileges: &[&str]| {
        let sample = defaulting(Some("public"), ObjectKind::Table, &by_default);
        sample
            .with(table("a").granting("anon", privileges))
            .one(&RLS_107)
            .message
    };
    assert_eq!(
        message(&["SELECT", "TRUNCATE"]),
        "TRUNCATE on public.a is granted to anon, by default privileges (RLS-108)."
    );
    assert_eq!(
        message(&["TRUNCATE", "TRIGGER"]),
        "TRIGGER, TRUNCATE on public.a is granted to anon."
    );
}

fn defaulting(schema: Option<&str>, kind: ObjectKind, grants: &[(&str, &str)]) -> Sample {
    let mut sample = Sample::new();
    sample.catalog.default_privileges.push(DefaultPrivileges {
        owner: "postgres".to_owned(),
        schema: schema.map(str::to_owned),
        kind,
        grants: grants
            .iter()
            .map(|(grantee, privilege)| granted(grantee, privilege))
            .collect(),
    });
    sample
}

#[test]
fn defaults_open_what_is_made_next() {
    let all = [
        ("anon", "SELECT"),
        ("postgres", "SELECT"),
        ("authenticated", "INSERT"),
    ];
    let found = defaulting(Some("public"), ObjectKind::Table, &all).one(&RLS_108);
    assert_eq!(
        (found.level, found.object.to_string().as_str()),
        (Level::Warn, "schema public")
    );
    assert_eq!(
        found.fix.as_deref(),
        Some(
            "alter default privileges for role postgres in schema public revoke select on tables from anon;\n\
             alter default privileges for role postgres in schema public revoke insert on tables from authenticated;"
        )
    );
    let everywhere = defaulting(None, ObjectKind::Function, &[("PUBLIC", "EXECUTE")]).one(&RLS_108);
    assert_eq!(everywhere.object.to_string(), "role postgres");
}

#[test]
fn defaults_for_others_or_elsewhere_open_nothing() {
    defaulting(Some("private"), ObjectKind::Table, &[("anon", "SELECT")]).silent(&RLS_108);
    defaulting(Some("public"), ObjectKind::Table, &[("service_role", "SELECT")]).silent(&RLS_108);
    defaulting(Some("public"), ObjectKind::Type, &[("PUBLIC", "USAGE")]).silent(&RLS_108);
}

#[test]
fn one_schema_is_told_of_once() {
    let mut sample = defaulting(Some("public"), ObjectKind::Table, &[("anon", "SELECT")]);
    let more = defaulting(Some("public"), ObjectKind::Sequence, &[("anon", "USAGE")])
        .catalog
        .default_privileges;
    sample.catalog.default_privileges.extend(more);
    assert_eq!(sample.one(&RLS_108).evidence.len(), 2);
}

#[test]
fn nobody_creates_in_what_is_served() {
    let creating = |grantee: &str| {
        let mut sample = Sample::new();
        sample.catalog.schemas[0].grants.push(granted(grantee, "CREATE"));
        sample
    };
    let found = creating("PUBLIC").one(&RLS_110);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.fix.as_deref(),
        Some("revoke create on schema public from PUBLIC;")
    );
    creating("authenticated").one(&RLS_110);
    creating("postgres").silent(&RLS_110);
}
