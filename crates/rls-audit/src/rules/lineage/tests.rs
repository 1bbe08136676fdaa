use super::*;
use crate::rules::sample::{Sample, table, view};

/// What comes out of each column, as `users.email`.
fn shown(definition: &str) -> Option<Vec<String>> {
    let sample = Sample::new().with(view("v", definition, &[]));
    let columns = Lineage::new(&sample.catalog).comes_out(&sample.catalog.relations[0])?;
    Some(columns.iter().map(told).collect())
}

fn told(sources: &Sources) -> String {
    let told = sources
        .iter()
        .map(|source| format!("{}.{}", source.relation.name, source.column));
    told.collect::<Vec<_>>().join(" ")
}

fn shows(definition: &str, columns: &[&str]) {
    assert_eq!(shown(definition).expect("understood"), columns, "{definition}");
}

#[test]
fn what_is_selected_comes_out() {
    shows(
        " SELECT id,\n    email\n   FROM auth.users;",
        &["users.id", "users.email"],
    );
    shows(
        "SELECT p.id, lower(u.email) AS email FROM (public.profiles p JOIN auth.users u ON ((u.id = p.id)));",
        &["profiles.id", "users.email"],
    );
    shows(
        "SELECT (u.raw ->> 'name'::text) AS name FROM auth.users u;",
        &["users.raw"],
    );
    shows("SELECT to_jsonb(u.*) AS u FROM auth.users u;", &["users.*"]);
    shows(
        "SELECT a.x FROM a.one a UNION ALL SELECT b.y FROM b.two b;",
        &["one.x two.y"],
    );
    shows(
        "SELECT CASE WHEN a.x THEN a.y ELSE 'no'::text END AS c FROM a.one a;",
        &["one.x one.y"],
    );
}

#[test]
fn what_only_decides_does_not() {
    shows(
        "SELECT p.id FROM (public.p p JOIN auth.users u ON ((u.id = p.id))) WHERE (u.email = 'a'::text);",
        &["p.id"],
    );
    shows("SELECT count(u.id) AS n FROM auth.users u;", &[""]);
    shows(
        "SELECT (EXISTS ( SELECT 1 FROM auth.users u WHERE (u.id = p.id))) AS known FROM public.p p;",
        &[""],
    );
    shows("SELECT 1 AS one;", &[""]);
}

#[test]
fn it_comes_out_through_queries_within() {
    shows(
        "SELECT s.mail FROM ( SELECT u.email AS mail, u.id FROM auth.users u) s;",
        &["users.email"],
    );
    shows(
        "SELECT s.id FROM ( SELECT u.email AS mail, u.id FROM auth.users u) s;",
        &["users.id"],
    );
    shows(
        "WITH w(a) AS ( SELECT u.email FROM auth.users u) SELECT w.a FROM w;",
        &["users.email"],
    );
    shows(
        "SELECT ( SELECT u.email FROM auth.users u WHERE (u.id = p.id)) AS mail FROM public.p p;",
        &["users.email"],
    );
    shows(
        "SELECT ARRAY( SELECT u.email FROM auth.users u) AS mails;",
        &["users.email"],
    );
    shows(
        "SELECT e.value FROM auth.users u, LATERAL jsonb_each(u.raw) e(key, value);",
        &["users.raw"],
    );
}

#[test]
fn it_comes_out_through_other_views() {
    let inner = view("inner", "SELECT id, email FROM auth.users;", &[]).column("email", "text");
    let outer = view("outer", "SELECT i.email FROM public.inner i;", &[]);
    let sample = Sample::new().with(table("a")).with(inner).with(outer);
    let columns = Lineage::new(&sample.catalog)
        .comes_out(
            sample
                .catalog
                .relation(&Name::new("public", "outer"))
                .expect("given"),
        )
        .expect("understood");
    assert_eq!(columns.iter().map(told).collect::<Vec<_>>(), ["users.email"]);
}

#[test]
fn what_is_not_understood_is_not_claimed() {
    assert_eq!(shown("SELECT FROM WHERE"), None);
    assert_eq!(shown("SELECT * FROM auth.users"), None);
    assert_eq!(shown("SELECT a FROM auth.users u(a, b)"), None);
}
