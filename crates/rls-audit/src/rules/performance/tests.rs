use super::*;
use crate::{
    catalog::Index,
    rules::sample::{Sample, definer, policy, table},
};

fn policed(text: &str) -> Sample {
    let notes = table("notes")
        .column("owner", "uuid")
        .column("org", "uuid")
        .policed(policy("p", text));
    Sample::new()
        .with(notes)
        .with(table("members").column("org", "uuid").column("who", "uuid"))
}

#[test]
fn the_caller_is_asked_once_in_brackets() {
    let found = policed("(owner = auth.uid())").one(&RLS_401);
    assert_eq!(found.evidence, ["per row: auth.uid()"]);
    policed("(org = (current_setting('app.org'::text))::uuid)").one(&RLS_401);
    policed("(owner = ( SELECT auth.uid() AS uid))").silent(&RLS_401);
    policed("(org IN ( SELECT m.org FROM public.members m WHERE (m.who = auth.uid())))").silent(&RLS_401);
}

#[test]
fn a_helper_is_called_once_in_brackets() {
    let is_admin = || definer("is_admin", "begin return true; end");
    let may = |text: &str| policed(text).calling(is_admin());
    may("public.is_admin()").one(&RLS_402);
    let with_row = may("public.is_admin(org)").one(&RLS_402);
    assert!(
        with_row.message.contains("a query for what the caller may see"),
        "{}",
        with_row.message
    );
    may("( SELECT public.is_admin() AS is_admin)").silent(&RLS_402);
    may("(owner = auth.uid())").silent(&RLS_402);
    let immutable = crate::catalog::Function {
        volatility: Volatility::Immutable,
        ..is_admin()
    };
    policed("public.is_admin()").calling(immutable).silent(&RLS_402);
}

#[test]
fn what_is_looked_for_has_an_index() {
    let found = policed("(owner = auth.uid())").one(&RLS_403);
    assert_eq!(found.object.to_string(), "public.notes.owner");
    let index = |columns: &[&str], is_partial| Index {
        name: "i".to_owned(),
        columns: columns.iter().map(|column| Some((*column).to_owned())).collect(),
        is_unique: false,
        is_partial,
    };
    let with = |index: Index| {
        let mut world = policed("(owner = auth.uid())");
        world.nth(0).indexes.push(index);
        world
    };
    with(index(&["owner", "org"], false)).silent(&RLS_403);
    with(index(&["org", "owner"], false)).one(&RLS_403);
    with(index(&["owner"], true)).one(&RLS_403);
    policed("true").silent(&RLS_403);
    let mut checked = policed("true");
    checked.nth(0).policies[0].check = Some("(owner = auth.uid())".to_owned());
    checked.silent(&RLS_403);
}
