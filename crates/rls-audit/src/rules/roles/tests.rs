use super::*;
use crate::{
    catalog::Role,
    rules::sample::{Sample, table},
};

fn with_role(name: &str) -> Sample {
    let mut sample = Sample::new();
    sample.catalog.roles.push(Role {
        name: name.to_owned(),
        is_superuser: false,
        bypasses_rls: false,
        inherits: true,
        can_login: true,
    });
    sample
}

#[test]
fn a_login_that_may_take_on_a_role_that_bypasses_is_told_of() {
    let found = with_role("authenticator")
        .member("authenticator", "service_role")
        .one(&RLS_309);
    assert_eq!((found.level, found.fix.as_deref()), (Level::Info, None));
    assert_eq!(found.evidence, ["authenticator is a member of service_role"]);
    with_role("authenticator")
        .member("authenticator", "anon")
        .silent(&RLS_309);
}

#[test]
fn callers_that_may_take_it_on_are_warned_of() {
    let found = Sample::new().member("anon", "service_role").one(&RLS_309);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Proved));
    assert_eq!(found.fix.as_deref(), Some("revoke service_role from anon;"));
    let mut far = with_role("staff")
        .member("anon", "staff")
        .member("staff", "service_role");
    let told: Vec<_> = far
        .found(&RLS_309)
        .into_iter()
        .map(|found| (found.object.to_string(), found.evidence))
        .collect();
    let path = "anon is a member of staff, staff is a member of service_role".to_owned();
    assert_eq!(told[0], ("role anon".to_owned(), vec![path]));
    // What cannot be taken on does not bypass: the attribute is not inherited.
    far.catalog.memberships[1].can_set = false;
    far.silent(&RLS_309);
}

#[test]
fn a_login_that_owns_is_held_by_no_policy() {
    let owned = crate::catalog::Relation {
        owner: "app".to_owned(),
        ..table("a")
    };
    let sample = |table| {
        let mut sample = with_role("app").with(table);
        sample.settings.application_logins = vec!["app".to_owned()];
        sample
    };
    let found = sample(owned.clone()).one(&RLS_310);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.fix.as_deref(),
        Some("alter table public.a force row level security;")
    );
    with_role("app").with(owned.clone()).silent(&RLS_310);
    sample(table("b")).silent(&RLS_310);
    sample(owned.clone().without_rls()).silent(&RLS_310);
    let mut forced = owned;
    forced.force_rls = true;
    sample(forced).silent(&RLS_310);
    sample(table("b")).member("app", "postgres").one(&RLS_310);
}

#[test]
fn callers_who_bypass_or_own_are_held_by_nothing() {
    let mut bypassing = Sample::new();
    bypassing.catalog.roles[0].bypasses_rls = true;
    let found = bypassing.one(&RLS_309);
    assert_eq!(
        (found.level, found.object.to_string()),
        (Level::Error, "role anon".to_owned())
    );
    let owned = crate::catalog::Relation {
        owner: "authenticated".to_owned(),
        ..table("a")
    };
    Sample::new().with(owned).one(&RLS_310);
}
