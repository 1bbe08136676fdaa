use super::*;
use crate::{
    Access,
    rules::sample::{Sample, granted, policy, table, view},
};

fn salaries() -> Name {
    Name::new("public", "salaries")
}

/// A view of salaries that this says, and what strangers and whoever is signed in read of the table.
fn over(definition: &str, own: [Access; 2]) -> Sample {
    let name = salaries();
    let leaking = view("leaking", definition, &[(&name, &["id"])]).granting("anon", &["SELECT"]);
    let [stranger, signed_in] = own;
    let base = table("salaries")
        .granting("anon", &["SELECT"])
        .policed(policy("own", "(owner = auth.uid())"));
    Sample::new()
        .with(base)
        .with(leaking)
        .reading("salaries", stranger, signed_in)
}

const ALL: &str = "SELECT id FROM public.salaries;";
const SOME: &str = "SELECT id FROM public.salaries WHERE (NOT secret);";

#[test]
fn a_view_may_return_what_its_reader_cannot_read() {
    let found = over(ALL, [Access::None, Access::None])
        .reading("leaking", Access::All, Access::Denied)
        .one(&RLS_301);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.evidence,
        [
            "owner postgres",
            "SELECT is granted to anon",
            "anon reads through the view: all; from public.salaries: none"
        ]
    );
    assert_eq!(
        found.fix.as_deref(),
        Some("alter view public.leaking set (security_invoker = true);")
    );
    over(SOME, [Access::Denied, Access::Denied])
        .reading("leaking", Access::Some, Access::Denied)
        .one(&RLS_301);
}

#[test]
fn all_is_more_than_some_where_the_view_leaves_nothing_out() {
    let whole = over(ALL, [Access::Some, Access::None]).reading("leaking", Access::All, Access::Denied);
    assert_eq!(whole.one(&RLS_301).verdict, Verdict::Proved);
    let some = over(SOME, [Access::Some, Access::None])
        .reading("leaking", Access::All, Access::Denied)
        .one(&RLS_301);
    assert_eq!((some.level, some.verdict), (Level::Warn, Verdict::Unproved));
}

#[test]
fn where_the_matrix_shows_nothing_it_is_good_to_know() {
    let asking = "SELECT id FROM public.salaries WHERE (owner = auth.uid());";
    for (text, own, through) in [
        (ALL, Access::All, Access::All),
        (asking, Access::None, Access::None),
    ] {
        let found = over(text, [own, Access::None])
            .reading("leaking", through, Access::Denied)
            .one(&RLS_301);
        assert_eq!((found.level, found.verdict), (Level::Info, Verdict::Refuted));
    }
    let unmeasured = over(ALL, [Access::None, Access::None]).one(&RLS_301);
    assert_eq!(
        (unmeasured.level, unmeasured.verdict),
        (Level::Warn, Verdict::Unproved)
    );
}

#[test]
fn a_view_that_reads_as_whoever_asks_is_left_alone() {
    let mut sample = over(ALL, [Access::None, Access::None]).reading("leaking", Access::All, Access::Denied);
    for relation in &mut sample.catalog.relations {
        if let Some(view) = &mut relation.view {
            view.security_invoker = true;
        }
    }
    sample.silent(&RLS_301);
    let mut ungranted = over(ALL, [Access::None, Access::None]);
    ungranted.nth(1).grants.clear();
    ungranted.silent(&RLS_301);
}

#[test]
fn a_column_may_come_out_that_is_granted_to_nobody() {
    let mut sample = over(ALL, [Access::All, Access::None]).reading("leaking", Access::All, Access::Denied);
    sample.nth(0).grants.clear();
    *sample.nth(0) = sample.nth(0).clone().column("body", "text");
    sample.nth(0).columns[1].grants.push(granted("anon", "SELECT"));
    let found = sample.one(&RLS_301);
    assert_eq!(found.verdict, Verdict::Proved);
    assert!(
        found
            .evidence
            .contains(&"anon reads id of public.salaries through the view only".to_owned())
    );
}

#[test]
fn a_view_that_policies_read_is_not_told_to_read_as_the_caller() {
    let mut sample = over(ALL, [Access::None, Access::None]).reading("leaking", Access::All, Access::Denied);
    sample.nth(0).policies[0].reads.push(crate::catalog::Reads {
        relation: Name::new("public", "leaking"),
        columns: Vec::new(),
    });
    assert_eq!(sample.one(&RLS_301).fix, None);
}

#[test]
fn it_reads_through_other_views() {
    let sample = over(ALL, [Access::None, Access::None]);
    let inner = Name::new("public", "leaking");
    let above =
        view("above", "SELECT id FROM public.leaking;", &[(&inner, &["id"])]).granting("anon", &["SELECT"]);
    let sample = sample.with(above).reading("leaking", Access::None, Access::None);
    let found = sample
        .reading("above", Access::All, Access::Denied)
        .found(&RLS_301);
    let levels: Vec<_> = found
        .iter()
        .map(|found| (found.object.to_string(), found.level))
        .collect();
    assert!(
        levels.contains(&("public.above".to_owned(), Level::Error)),
        "{levels:?}"
    );
}

#[test]
fn a_view_within_that_asks_as_whoever_reads_does_so_here_too() {
    let mut sample = over(ALL, [Access::None, Access::None]);
    sample.nth(1).grants.clear();
    let inner = Name::new("public", "leaking");
    let above =
        view("above", "SELECT id FROM public.leaking;", &[(&inner, &["id"])]).granting("anon", &["SELECT"]);
    let mut sample = sample.with(above).reading("above", Access::All, Access::Denied);
    sample.one(&RLS_301);
    if let Some(own) = &mut sample.nth(1).view {
        own.security_invoker = true;
    }
    sample.silent(&RLS_301);
}

#[test]
fn a_condition_that_a_policy_has_too_shows_nothing_more() {
    let reading = |definition: &str, policies: &[&str]| {
        let mut sample =
            over(definition, [Access::Some, Access::None]).reading("leaking", Access::All, Access::Denied);
        sample.nth(0).policies = policies.iter().map(|text| policy("p", text)).collect();
        sample
    };
    let published = "SELECT id FROM public.salaries WHERE salaries.published;";
    let verdict = |sample: Sample| sample.one(&RLS_301).verdict;
    assert_eq!(verdict(reading(published, &["published"])), Verdict::Refuted);
    assert_eq!(
        verdict(reading(published, &["(paid AND published)"])),
        Verdict::Unproved
    );
    assert_eq!(
        verdict(reading(
            "SELECT s.id FROM public.salaries s WHERE ((s.owner = auth.uid()) AND s.paid);",
            &["false", "(owner = ( SELECT auth.uid() AS uid))"]
        )),
        Verdict::Refuted
    );
    assert_eq!(
        verdict(reading(
            "SELECT id FROM public.salaries WHERE (salaries.published OR salaries.paid);",
            &["published"]
        )),
        Verdict::Unproved
    );
    let mut held = reading(published, &["published", "paid"]);
    held.nth(0).policies[1].permissive = false;
    assert_eq!(
        verdict(held),
        Verdict::Unproved,
        "one that holds back is not asked by the view"
    );
}

#[test]
fn a_view_that_asks_who_reads_is_good_to_know() {
    let asking = "SELECT id FROM public.salaries WHERE (team = (auth.jwt() ->> 'team'::text));";
    let sample = |definition: &str, stranger: Access| {
        let mut sample =
            over(definition, [Access::None, Access::None]).reading("leaking", stranger, Access::None);
        let amina = crate::Persona::new("amina", "authenticated").with_claim("sub", "amina");
        sample.matrix.personas.push(amina);
        sample
            .cell("amina", "leaking", Command::Select, Access::Some)
            .cell("amina", "salaries", Command::Select, Access::None)
            .one(&RLS_301)
    };
    let asked = sample(asking, Access::None);
    assert_eq!((asked.level, asked.verdict), (Level::Info, Verdict::Proved));
    assert_eq!(sample(asking, Access::Some).level, Level::Error, "strangers read");
    assert_eq!(sample(SOME, Access::None).level, Level::Error, "it does not ask");
    // A number is one row for strangers too; how many of each is a row for each.
    let counted = "SELECT count(*) AS n FROM public.salaries WHERE (payer = auth.uid());";
    let counted = sample(counted, Access::Some);
    assert_eq!((counted.level, counted.verdict), (Level::Info, Verdict::Unproved));
    let grouped =
        "SELECT owner, count(*) AS n FROM public.salaries WHERE (auth.uid() IS NOT NULL) GROUP BY owner;";
    assert_eq!(sample(grouped, Access::Some).level, Level::Error);
}

#[test]
fn a_view_that_is_the_same_for_everybody_needs_no_rows_to_be_proved() {
    let level = |definition: &str, own: Access, through: Access| {
        over(definition, [own, Access::None])
            .reading("leaking", through, Access::Denied)
            .one(&RLS_301)
            .level
    };
    let empty = || Access::Unknown(crate::Doubt::Empty);
    assert_eq!(level(SOME, Access::Denied, empty()), Level::Error);
    assert_eq!(level(SOME, Access::Denied, Access::None), Level::Error);
    assert_eq!(
        level(SOME, Access::Some, empty()),
        Level::Warn,
        "it may be the same rows"
    );
    let asking = "SELECT id FROM public.salaries WHERE (owner = auth.uid());";
    assert_eq!(level(asking, Access::Denied, empty()), Level::Warn);
    let mut held = over(SOME, [Access::Denied, Access::None]).reading("leaking", empty(), Access::Denied);
    held.nth(0).force_rls = true;
    held.nth(0).owner = "app".to_owned();
    held.nth(1).owner = "app".to_owned();
    assert_eq!(held.one(&RLS_301).level, Level::Warn, "its owner is held too");
}

#[test]
fn what_is_only_joined_does_not_come_out() {
    let of = |definition: &str| {
        let (people, hidden) = (Name::new("public", "people"), Name::new("public", "hidden"));
        let open =
            view("open", definition, &[(&people, &["id"]), (&hidden, &["id"])]).granting("anon", &["SELECT"]);
        Sample::new()
            .with(table("people").granting("anon", &["SELECT"]))
            .with(table("hidden"))
            .with(open)
            .reading("people", Access::All, Access::Denied)
            .reading("hidden", Access::Denied, Access::Denied)
            .reading("open", Access::All, Access::Denied)
            .one(&RLS_301)
            .verdict
    };
    let joined = "FROM (public.people p JOIN public.hidden h ON ((h.id = p.id)));";
    assert_eq!(of(&format!("SELECT p.id {joined}")), Verdict::Refuted);
    assert_eq!(of(&format!("SELECT p.id, h.name {joined}")), Verdict::Proved);
    // Nothing but a number comes out, and it is of what nobody may count.
    assert_eq!(of("SELECT count(*) AS n FROM public.hidden;"), Verdict::Proved);
    // Which of them the rows come from is not known.
    assert_eq!(of("SELECT something odd"), Verdict::Unproved);
}

#[test]
fn what_is_said_of_users_is_not_said_again() {
    let users = Name::new("auth", "users");
    let shown = view("people", "SELECT email FROM auth.users;", &[(&users, &["email"])])
        .granting("anon", &["SELECT"]);
    let mut sample = Sample::new().with(shown).with(Relation {
        name: users,
        ..table("users")
    });
    sample.matrix.cells.push(Cell {
        persona: "anon".to_owned(),
        relation: Name::new("auth", "users"),
        command: Command::Select,
        access: Access::Denied,
    });
    let sample = sample.reading("people", Access::All, Access::Denied);
    sample.one(&RLS_303);
    sample.silent(&RLS_301);
}

#[test]
fn a_view_may_be_written_through() {
    let writable = |privileges: &[&str]| {
        let name = salaries();
        let mut open = view("open", ALL, &[(&name, &["id"])]).granting("anon", privileges);
        open.writable = vec![Command::Insert, Command::Delete];
        Sample::new().with(table("salaries")).with(open)
    };
    let sample = || writable(&["DELETE", "UPDATE"]);
    let proved = sample()
        .cell("anon", "open", Command::Delete, Access::All)
        .one(&RLS_302);
    assert_eq!((proved.level, proved.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        proved.fix.as_deref(),
        Some("revoke delete on public.open from anon;")
    );
    let unknown = Access::Unknown(crate::Doubt::InsteadOf);
    let unproved = sample()
        .cell("anon", "open", Command::Delete, unknown)
        .one(&RLS_302);
    assert_eq!(
        (unproved.level, unproved.verdict),
        (Level::Warn, Verdict::Unproved)
    );
    let refuted = sample()
        .cell("anon", "open", Command::Delete, Access::None)
        .one(&RLS_302);
    assert_eq!((refuted.level, refuted.verdict), (Level::Info, Verdict::Refuted));
    writable(&["SELECT", "UPDATE"]).silent(&RLS_302);
    // What asks as whoever reads below it is written as them.
    let name = Name::new("public", "own");
    let mut open =
        view("open", "SELECT id FROM public.own;", &[(&name, &["id"])]).granting("anon", &["DELETE"]);
    open.writable = vec![Command::Delete];
    let mut own = view("own", ALL, &[(&salaries(), &["id"])]);
    own.view.as_mut().expect("a view").security_invoker = true;
    Sample::new()
        .with(table("salaries"))
        .with(own)
        .with(open)
        .cell("anon", "open", Command::Delete, Access::All)
        .silent(&RLS_302);
    Sample::new()
        .with(table("salaries").granting("anon", &["DELETE"]))
        .silent(&RLS_302);
}

#[test]
fn users_must_not_be_shown() {
    let users = Name::new("auth", "users");
    let of = |definition: &str| {
        Sample::new()
            .with(view("people", definition, &[(&users, &["id", "email"])]).granting("anon", &["SELECT"]))
    };
    let plain = "SELECT id, email FROM auth.users;";
    let found = of(plain)
        .reading("people", Access::All, Access::Denied)
        .one(&RLS_303);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.message,
        "public.people can be read by callers and shows email, id of auth.users."
    );
    of(plain)
        .reading("people", Access::None, Access::Denied)
        .silent(&RLS_303);
    let joined = "SELECT p.id FROM (public.p p JOIN auth.users u ON ((u.id = p.id)));";
    of(joined)
        .reading("people", Access::All, Access::Denied)
        .silent(&RLS_303);
    let odd = of("SELECT something odd")
        .reading("people", Access::All, Access::Denied)
        .one(&RLS_303);
    assert_eq!((odd.level, odd.verdict), (Level::Warn, Verdict::Unproved));
    let mut kept = of(plain);
    kept.nth(0).grants.clear();
    kept.silent(&RLS_303);
}
