use super::*;
use crate::{
    Access,
    rules::sample::{Sample, granted, policy, table, view},
};

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

fn tokens() -> Relation {
    table("tokens")
        .column("apiKey", "text")
        .granting("anon", &["SELECT"])
        .policed(policy("all", "true"))
}

#[test]
fn a_sensitive_column_that_strangers_read_is_told_of() {
    let found = Sample::new()
        .with(tokens())
        .reading("tokens", Access::Some, Access::Denied)
        .one(&RLS_109);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Proved));
    assert_eq!(found.object.to_string(), "public.tokens.\"apiKey\"");
    assert_eq!(
        found.evidence,
        [
            "its name says \"api_key\"",
            "SELECT on public.tokens as anon: some"
        ]
    );
}

#[test]
fn a_sensitive_column_that_nobody_else_reads_is_left_alone() {
    Sample::new()
        .with(tokens())
        .reading("tokens", Access::None, Access::Denied)
        .silent(&RLS_109);
    let plain = table("a").column("monkey", "text").granting("anon", &["SELECT"]);
    Sample::new()
        .with(plain)
        .reading("a", Access::All, Access::All)
        .silent(&RLS_109);
    // Somebody who has a rank, or a row, reads what is theirs.
    let mut sample = Sample::new()
        .with(tokens().granting("authenticated", &["SELECT"]))
        .reading("tokens", Access::None, Access::None);
    sample
        .matrix
        .personas
        .push(crate::Persona::new("amina", "authenticated").with_claim("sub", "amina"));
    sample
        .cell("amina", "tokens", Command::Select, Access::Some)
        .silent(&RLS_109);
    // The row can be read, and not that column of it.
    let mut others = tokens();
    others.grants.clear();
    others.columns[0].grants.push(granted("anon", "SELECT"));
    Sample::new()
        .with(others)
        .reading("tokens", Access::All, Access::All)
        .silent(&RLS_109);
}

#[test]
fn what_was_not_found_out_is_said_to_be_so() {
    assert_eq!(
        Sample::new().with(tokens()).one(&RLS_109).verdict,
        Verdict::Unproved
    );
    assert_eq!(
        Sample::new().with(tokens().without_rls()).one(&RLS_109).verdict,
        Verdict::Proved
    );
}

#[test]
fn words_stand_in_names_types_and_comments() {
    let column = |name: &str, type_name: &str, comment: &str| {
        let mut relation = table("a").column(name, type_name);
        relation.columns[1].comment = Some(comment.to_owned());
        relation.columns.remove(1)
    };
    let says = |column: &Column, word| says(column, &[(word, snake(word))]);
    assert!(says(&column("userPassword", "text", ""), "password").is_some());
    assert!(says(&column("PASSWORD_hash", "text", ""), "password").is_some());
    assert!(says(&column("a", "public.iban", ""), "iban").is_some());
    assert!(says(&column("a", "text", "The API key of the bank."), "api_key").is_some());
    assert!(says(&column("passwordless", "text", "none"), "password").is_none());
    let mut sample = Sample::new().with(
        table("a")
            .column("mood", "text")
            .without_rls()
            .granting("anon", &["SELECT"]),
    );
    sample.silent(&RLS_109);
    sample.settings.sensitive_words = vec!["mood".to_owned()];
    sample.one(&RLS_109);
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
