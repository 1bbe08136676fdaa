use super::*;
use crate::{
    Access,
    catalog::Publication,
    rules::sample::{Sample, granted, policy, schema, table},
};

fn kind(name: &str, kind: RelationKind) -> Relation {
    Relation {
        kind,
        ..table(name).without_rls()
    }
}

#[test]
fn a_table_without_policies_to_hold_is_open_to_whoever_has_a_privilege() {
    let found = Sample::new()
        .with(
            table("notes")
                .without_rls()
                .granting("anon", &["SELECT", "INSERT"]),
        )
        .one(&RLS_101);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.message,
        "Row Level Security is disabled on public.notes, and INSERT, SELECT granted to anon reaches every row."
    );
    assert_eq!(
        found.evidence,
        ["INSERT is granted to anon", "SELECT is granted to anon"]
    );
    assert_eq!(
        found.fix.as_deref(),
        Some("alter table public.notes enable row level security;")
    );
}

#[test]
fn a_privilege_may_come_through_public_a_role_or_a_column() {
    let of_all = table("a").without_rls().granting("PUBLIC", &["DELETE"]);
    let of_staff = table("b").without_rls().granting("staff", &["SELECT"]);
    let mut of_column = kind("c", RelationKind::PartitionedTable);
    of_column.columns[0].grants.push(granted("anon", "UPDATE"));
    let sample = Sample::new()
        .with(of_all)
        .with(of_staff)
        .with(of_column)
        .member("authenticated", "staff");
    let evidence: Vec<_> = sample
        .found(&RLS_101)
        .into_iter()
        .map(|found| found.evidence.join(" "))
        .collect();
    let expected = [
        "DELETE is granted to PUBLIC",
        "SELECT is granted to staff",
        "UPDATE (id) is granted to anon",
    ];
    assert_eq!(evidence, expected);
}

#[test]
fn a_door_that_leads_nowhere_is_none() {
    let open = |name: &str| table(name).without_rls().granting("anon", &["SELECT"]);
    Sample::new()
        .with(table("on").granting("anon", &["SELECT"]))
        .silent(&RLS_101);
    Sample::new()
        .with(
            table("ungranted")
                .without_rls()
                .granting("service_role", &["SELECT"]),
        )
        .silent(&RLS_101);
    Sample::new()
        .with(table("truncated").without_rls().granting("anon", &["TRUNCATE"]))
        .silent(&RLS_101);
    Sample::new()
        .with(kind("viewed", RelationKind::View).granting("anon", &["SELECT"]))
        .silent(&RLS_101);
    let brought = Relation {
        extension: Some("postgis".to_owned()),
        ..open("brought")
    };
    Sample::new().with(brought).silent(&RLS_101);
    let mut elsewhere = open("elsewhere");
    elsewhere.name.schema = "private".to_owned();
    let mut sample = Sample::new().with(elsewhere);
    sample.catalog.schemas.push(schema("private"));
    sample.silent(&RLS_101);
    sample.settings.exposed_schemas = Some(vec!["private".to_owned()]);
    sample.one(&RLS_101);
    // The schema that is served is shut to the role that has the privilege.
    sample.catalog.schemas[1].grants = vec![granted("authenticated", "USAGE")];
    sample.silent(&RLS_101);
}

#[test]
fn without_the_usual_roles_those_who_were_tried_have_little_trust() {
    let mut sample = Sample::new().with(table("a").without_rls().granting("web", &["SELECT"]));
    sample.catalog.roles.retain(|role| role.name == "postgres");
    sample.silent(&RLS_101);
    sample.matrix.personas = vec![crate::Persona::new("web", "web")];
    sample.one(&RLS_101);
    let mut nobody = Sample::new().with(table("a").without_rls().granting("PUBLIC", &["SELECT"]));
    nobody.catalog.roles.clear();
    nobody.matrix.personas.clear();
    nobody.one(&RLS_101);
}

#[test]
fn what_the_server_of_an_api_takes_on_has_little_trust() {
    let role = |name: &str, can_login: bool| crate::catalog::Role {
        name: name.to_owned(),
        is_superuser: false,
        bypasses_rls: false,
        inherits: false,
        can_login,
    };
    let sample = |grantee: &str| {
        let mut sample = Sample::new().with(table("a").without_rls().granting(grantee, &["SELECT"]));
        sample.catalog.roles = vec![
            role("authenticator", true),
            role("web_anon", false),
            role("reporting", false),
            role("keeper", false),
        ];
        sample.matrix.personas = vec![crate::Persona::new("reporting", "reporting")];
        sample
            .member("authenticator", "web_anon")
            .member("authenticator", "keeper")
            .with(Relation {
                owner: "keeper".to_owned(),
                ..table("kept")
            })
    };
    sample("web_anon").one(&RLS_101);
    sample("reporting").silent(&RLS_101);
    sample("keeper").silent(&RLS_101);
    let mut described = sample("reporting");
    described.matrix.personas[0].name = "who writes reports".to_owned();
    described.one(&RLS_101);
}

#[test]
fn who_logs_in_needs_nothing_to_be_served() {
    let mut elsewhere = table("a").without_rls().granting("app", &["SELECT"]);
    elsewhere.name.schema = "inner".to_owned();
    let mut sample = Sample::new().with(elsewhere);
    sample.catalog.schemas.push(schema("inner"));
    let anon = sample.catalog.roles[0].clone();
    sample.catalog.roles = vec![crate::catalog::Role {
        name: "app".to_owned(),
        ..anon
    }];
    sample.matrix.personas = vec![crate::Persona::new("app", "app")];
    sample.silent(&RLS_101);
    sample.catalog.roles[0].can_login = true;
    sample.one(&RLS_101);
}

#[test]
fn one_cause_is_told_of_once() {
    let asleep = table("a")
        .without_rls()
        .policed(policy("own", "false"))
        .granting("anon", &["SELECT"]);
    let sample = Sample::new().with(asleep);
    sample.one(&RLS_102);
    sample.silent(&RLS_101);
    let part = Relation {
        parents: vec![crate::Name::new("public", "whole")],
        ..table("part").without_rls().granting("anon", &["SELECT"])
    };
    let sample = |using: &str| {
        let whole = table("whole").policed(policy("own", using));
        let sample = Sample::new().with(whole).with(part.clone());
        sample
            .reading("part", Access::All, Access::Denied)
            .reading("whole", Access::Denied, Access::Denied)
    };
    sample("(owner = auth.uid())").silent(&RLS_101);
    // Nothing is passed by where the whole lets everything through, and the table is open all the same.
    sample("true").one(&RLS_101);
}

#[test]
fn policies_hold_only_where_they_are_enabled() {
    let asleep = || table("a").without_rls().policed(policy("own", "false"));
    let reached = Sample::new()
        .with(asleep().granting("anon", &["SELECT"]))
        .one(&RLS_102);
    assert_eq!((reached.level, reached.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(reached.evidence, ["policy own", "SELECT is granted to anon"]);
    let unreached = Sample::new().with(asleep()).one(&RLS_102);
    assert_eq!(
        (unreached.level, unreached.verdict),
        (Level::Warn, Verdict::Refuted)
    );
    Sample::new()
        .with(table("a").policed(policy("own", "false")))
        .silent(&RLS_102);
    Sample::new().with(table("a").without_rls()).silent(&RLS_102);
}

#[test]
fn a_table_that_nobody_sees_is_told_of() {
    let found = Sample::new().with(table("a")).one(&RLS_103);
    assert_eq!((found.level, found.fix), (Level::Info, None));
    Sample::new()
        .with(table("a").policed(policy("own", "false")))
        .silent(&RLS_103);
    let part = Relation {
        parents: vec![crate::Name::new("public", "whole")],
        ..table("part")
    };
    Sample::new()
        .with(table("whole").policed(policy("own", "false")))
        .with(part)
        .silent(&RLS_103);
}

#[test]
fn what_only_holds_back_lets_nothing_through() {
    let mut held = policy("held", "true");
    held.permissive = false;
    let found = Sample::new().with(table("a").policed(held.clone())).one(&RLS_104);
    assert_eq!(
        (found.level, found.evidence.as_slice()),
        (Level::Warn, &["policy held is restrictive".to_owned()][..])
    );
    Sample::new()
        .with(table("a").policed(held).policed(policy("own", "true")))
        .silent(&RLS_104);
    Sample::new().with(table("a")).silent(&RLS_104);
}

#[test]
fn a_stored_view_is_open_to_whoever_may_read_it() {
    let stored = || kind("stored", RelationKind::MaterializedView);
    let found = Sample::new()
        .with(stored().granting("anon", &["SELECT"]))
        .one(&RLS_112);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.fix.as_deref(),
        Some("revoke select on public.stored from anon;")
    );
    Sample::new()
        .with(stored().granting("anon", &["INSERT"]))
        .silent(&RLS_112);
    Sample::new()
        .with(table("a").granting("anon", &["SELECT"]))
        .silent(&RLS_112);
}

#[test]
fn a_foreign_table_is_open_where_it_answers() {
    let foreign = kind("far", RelationKind::ForeignTable).granting("anon", &["SELECT"]);
    let sample = || Sample::new().with(foreign.clone());
    let open = sample().reading("far", Access::All, Access::Denied).one(&RLS_112);
    assert_eq!((open.level, open.verdict), (Level::Error, Verdict::Proved));
    let failing = Access::Error("08001".to_owned());
    let failed = sample().reading("far", failing, Access::Denied).one(&RLS_112);
    assert_eq!((failed.level, failed.verdict), (Level::Warn, Verdict::Unproved));
}

#[test]
fn what_is_published_in_real_time_is_held_by_policies() {
    let publishing = |name: &str, table: Relation| {
        let mut sample = Sample::new();
        sample.catalog.publications.push(Publication {
            name: name.to_owned(),
            owner: "postgres".to_owned(),
            all_tables: false,
            tables: vec![table.name.clone()],
        });
        sample.with(table)
    };
    let open = || table("a").without_rls();
    let found = publishing("supabase_realtime", open().granting("anon", &["SELECT"])).one(&RLS_113);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Proved));
    assert_eq!(
        publishing("supabase_realtime", open()).one(&RLS_113).verdict,
        Verdict::Refuted
    );
    publishing("warehouse", open()).silent(&RLS_113);
    publishing("supabase_realtime", table("a")).silent(&RLS_113);
}
