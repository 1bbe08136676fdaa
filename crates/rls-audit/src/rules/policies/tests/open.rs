use serde_json::json;

use super::{named, of, reading};
use crate::{
    Access, Command,
    catalog::{Constraint, ConstraintKind, Policy, Relation},
    rules::{
        Level, Verdict,
        policies::{
            open::{RLS_201, RLS_202, RLS_203, RLS_204},
            pinned::{RLS_210, RLS_211},
            siblings::{RLS_207, RLS_209},
            tautology::{RLS_205, RLS_208},
        },
        sample::{Sample, granted, policy, table},
    },
};

const OWN: &str = "(owner = auth.uid())";

fn world(policies: impl IntoIterator<Item = Policy>) -> Sample {
    let notes = table("notes")
        .column("owner", "uuid")
        .granting("authenticated", &["INSERT", "UPDATE"]);
    Sample::new().with(policies.into_iter().fold(notes, Relation::policed))
}

#[test]
fn to_public_is_worse_where_strangers_get_something() {
    let open = world([reading("public", "true")])
        .reading("notes", Access::All, Access::All)
        .one(&RLS_201);
    assert_eq!((open.level, open.verdict), (Level::Warn, Verdict::Proved));
    assert_eq!(
        open.fix.as_deref(),
        Some("alter policy p on public.notes to anon, authenticated;")
    );
    let closed = world([reading("public", OWN)])
        .reading("notes", Access::None, Access::None)
        .one(&RLS_201);
    assert_eq!((closed.level, closed.verdict), (Level::Info, Verdict::Refuted));
    assert_eq!(
        closed.fix.as_deref(),
        Some("alter policy p on public.notes to authenticated;")
    );
    world([reading("authenticated", "true")])
        .reading("notes", Access::None, Access::All)
        .silent(&RLS_201);
    let anothers_doing = world([reading("public", OWN), named("shared", reading("anon", "shared"))])
        .reading("notes", Access::Some, Access::Some)
        .one(&RLS_201);
    assert_eq!(
        (anothers_doing.level, anothers_doing.verdict),
        (Level::Info, Verdict::Refuted)
    );
}

/// What a condition comes to that only a function knows, the commands show that nothing else opens.
#[test]
fn to_public_beside_what_everybody_reads() {
    let of_admins = |removed: Access| {
        let notes = table("notes")
            .policed(named("shown", reading("public", "true")))
            .policed(policy("admins", "public.may(auth.uid())"));
        let found = Sample::new()
            .with(notes)
            .cell("anon", "notes", Command::Select, Access::All)
            .cell("anon", "notes", Command::Delete, removed)
            .found(&RLS_201);
        let own = found
            .iter()
            .find(|own| own.object.to_string() == "policy admins on public.notes");
        own.expect("it fired").verdict
    };
    assert_eq!(of_admins(Access::None), Verdict::Refuted);
    assert_eq!(of_admins(Access::Some), Verdict::Proved);
    assert_eq!(of_admins(Access::Denied), Verdict::Proved, "removals say nothing");
}

#[test]
fn who_reads_everything() {
    let to_all = || world([reading("public", "true")]);
    let by_strangers = to_all().reading("notes", Access::All, Access::All);
    let found = by_strangers.one(&RLS_202);
    assert_eq!(found.level, Level::Error);
    assert_eq!(
        found.fix.as_deref(),
        Some("alter policy p on public.notes to authenticated;")
    );
    by_strangers.silent(&RLS_203);
    let by_signed_in = to_all().reading("notes", Access::Denied, Access::All);
    by_signed_in.silent(&RLS_202);
    assert_eq!(by_signed_in.one(&RLS_203).verdict, Verdict::Proved);
    let held_back = to_all().reading("notes", Access::Some, Access::Some);
    held_back.silent(&RLS_202);
    let unknown = to_all().reading("notes", Access::Unknown(crate::Doubt::Timeout), Access::Denied);
    assert_eq!(unknown.one(&RLS_202).level, Level::Warn);
    world([reading("public", OWN)])
        .reading("notes", Access::All, Access::All)
        .silent(&RLS_202);
    world([reading("service_role", "true")])
        .reading("notes", Access::None, Access::None)
        .silent(&RLS_203);
}

#[test]
fn who_writes_anything() {
    let insert = |check| world([of(Command::Insert, "authenticated", None, Some(check))]);
    let open = insert("true")
        .cell("authenticated", "notes", Command::Insert, Access::All)
        .one(&RLS_204);
    assert_eq!(
        (open.level, open.message.as_str()),
        (
            Level::Error,
            "Policy p on public.notes allows INSERT without any condition."
        )
    );
    insert("true")
        .cell("authenticated", "notes", Command::Insert, Access::Denied)
        .silent(&RLS_204);
    assert_eq!(insert("true").one(&RLS_204).level, Level::Warn);
    insert(OWN)
        .cell("authenticated", "notes", Command::Insert, Access::All)
        .silent(&RLS_204);
    let everything = world([policy("p", "true")]).cell("anon", "notes", Command::Delete, Access::All);
    assert!(
        everything
            .one(&RLS_204)
            .message
            .contains("INSERT, UPDATE, DELETE")
    );
    let taken_over = world([of(Command::Update, "authenticated", Some("true"), Some(OWN))]);
    taken_over
        .cell("authenticated", "notes", Command::Update, Access::All)
        .one(&RLS_204);
}

#[test]
fn what_may_be_added_where_nothing_may_be_changed() {
    let own_or_anything = |using: &str| {
        let policy = Policy {
            check: Some("true".to_owned()),
            ..policy("p", using)
        };
        let mut world = world([policy]).cell("authenticated", "notes", Command::Insert, Access::All);
        world.nth(0).grants.retain(|grant| grant.privilege != "UPDATE");
        world.one(&RLS_204)
    };
    assert!(
        own_or_anything(OWN)
            .message
            .ends_with("allows INSERT without any condition.")
    );
    own_or_anything("(state = 'draft'::text)");
}

#[test]
fn rows_that_strangers_change() {
    let change = |role, using| {
        world([of(Command::Update, role, Some(using), None)])
            .cell("anon", "notes", Command::Update, Access::Some)
            .cell("authenticated", "notes", Command::Update, Access::Some)
    };
    let found = change("anon", "(state = 'draft'::text)").one(&RLS_204);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Proved));
    change("authenticated", "(state = 'draft'::text)").silent(&RLS_204);
    change(
        "anon",
        "((token)::text = current_setting('request.headers'::text))",
    )
    .silent(&RLS_204);
    change("public", OWN).silent(&RLS_204);
    let mut closed = change("anon", "(state = 'draft'::text)");
    closed.matrix.cells[0].access = Access::None;
    closed.silent(&RLS_204);
    let added = world([of(Command::Insert, "anon", None, Some("(state = 'draft'::text)"))]);
    added
        .cell("anon", "notes", Command::Insert, Access::All)
        .silent(&RLS_204);
}

#[test]
fn conditions_that_are_none() {
    let read = |text| world([reading("public", text)]);
    let strangers =
        read("((auth.uid() IS NULL) OR (owner = auth.uid()))").reading("notes", Access::All, Access::Some);
    assert_eq!(strangers.one(&RLS_205).level, Level::Error);
    let signed_in = read("(auth.uid() IS NOT NULL)").reading("notes", Access::None, Access::All);
    assert_eq!(signed_in.one(&RLS_205).level, Level::Warn);
    signed_in.silent(&RLS_203);
    read("(id = id)")
        .reading("notes", Access::All, Access::All)
        .one(&RLS_205);
    read("(id = id)")
        .reading("notes", Access::Denied, Access::Denied)
        .silent(&RLS_205);
    read("true")
        .reading("notes", Access::All, Access::All)
        .silent(&RLS_205);
    read(OWN)
        .reading("notes", Access::All, Access::All)
        .silent(&RLS_205);
    let write = world([of(
        Command::Delete,
        "authenticated",
        Some("(auth.uid() IS NOT NULL)"),
        None,
    )]);
    assert_eq!(
        write
            .cell("authenticated", "notes", Command::Delete, Access::All)
            .one(&RLS_205)
            .level,
        Level::Error
    );
}

#[test]
fn a_wider_sibling_decides() {
    let pair = |wide: Policy| world([named("own", reading("authenticated", OWN)), named("wide", wide)]);
    let moot = pair(reading("authenticated", "true"))
        .reading("notes", Access::None, Access::All)
        .one(&RLS_207);
    assert_eq!(
        (moot.object.to_string().as_str(), moot.verdict),
        ("policy own on public.notes", Verdict::Proved)
    );
    pair(reading("anon", "true"))
        .reading("notes", Access::All, Access::None)
        .silent(&RLS_207);
    pair(of(Command::Delete, "authenticated", Some("true"), None)).silent(&RLS_207);
    let restrictive = Policy {
        permissive: false,
        ..reading("authenticated", "true")
    };
    pair(restrictive).silent(&RLS_207);
    let managed = world([
        named("own", policy("", OWN)),
        named("seen", reading("public", "true")),
    ]);
    managed
        .reading("notes", Access::All, Access::All)
        .silent(&RLS_207);
}

#[test]
fn always_false_denies_nothing() {
    let found = world([reading("public", "false")]).one(&RLS_208);
    assert_eq!(
        found.fix.as_deref(),
        Some("drop policy if exists p on public.notes;")
    );
    let beside = |access| world([reading("public", "false")]).reading("notes", Access::None, access);
    assert_eq!(beside(Access::Some).one(&RLS_208).level, Level::Warn);
    assert_eq!(beside(Access::None).one(&RLS_208).level, Level::Info);
    let restrictive = Policy {
        permissive: false,
        ..reading("public", "false")
    };
    world([restrictive]).silent(&RLS_208);
    world([reading("public", OWN)]).silent(&RLS_208);
}

#[test]
fn of_two_that_are_the_same_one_is_too_many() {
    let pair = |one: Policy, other: Policy| world([named("a", one), named("b", other)]);
    let same = pair(reading("public", OWN), reading("public", OWN)).one(&RLS_209);
    assert_eq!(same.object.to_string(), "policy b on public.notes");
    let part = pair(
        reading("authenticated", OWN),
        reading("public", "((owner = auth.uid()) OR (id = auth.uid()))"),
    );
    assert_eq!(part.one(&RLS_209).object.to_string(), "policy a on public.notes");
    let less = reading(
        "public",
        "((NOT shared) AND (( SELECT auth.uid() AS uid) = owner))",
    );
    pair(less, reading("public", "(shared OR (owner = auth.uid()))")).one(&RLS_209);
    pair(
        reading("public", OWN),
        reading("authenticated", "(id = auth.uid())"),
    )
    .silent(&RLS_209);
    let change = |check| of(Command::Update, "public", Some(OWN), Some(check));
    pair(change("true"), change(OWN)).one(&RLS_209);
    pair(change("(id = auth.uid())"), change(OWN)).silent(&RLS_209);
    pair(
        reading("public", OWN),
        of(Command::Delete, "public", Some(OWN), None),
    )
    .silent(&RLS_209);
}

#[test]
fn whose_a_new_row_is() {
    let signed = "((auth.uid() IS NOT NULL) AND (id IS NOT NULL) AND (owner IS DISTINCT FROM id))";
    let insert = |check: &str| {
        let policies = [
            named("read", reading("authenticated", OWN)),
            of(Command::Insert, "authenticated", None, Some(check)),
        ];
        world(policies).cell("authenticated", "notes", Command::Insert, Access::All)
    };
    let found = insert("(id = 'ffffffff-0000-4000-8000-000000000000'::uuid)").one(&RLS_210);
    assert!(
        found.message.ends_with("choose whose it is: owner."),
        "{}",
        found.message
    );
    insert(signed).silent(&RLS_210);
    insert(OWN).silent(&RLS_210);
    insert("((string_to_array(path, '/'::text))[1] = (auth.uid())::text)").silent(&RLS_210);
    insert("((string_to_array(path, '/'::text))[1] = 'shared'::text)").one(&RLS_210);
    let mut refused = insert("(id = 'ffffffff-0000-4000-8000-000000000000'::uuid)");
    refused.matrix.cells[0].access = Access::Rls;
    refused.silent(&RLS_210);
}

#[test]
fn who_signs_what_is_added_for_several() {
    let members = "(org IN ( SELECT m.org FROM public.members m WHERE (m.who = auth.uid())))";
    let insert = |check: &str| {
        let mut world = world([of(Command::Insert, "authenticated", None, Some(check))]);
        let notes = world
            .catalog
            .relations
            .remove(0)
            .column("sender_id", "uuid")
            .column("org", "uuid");
        world
            .with(notes)
            .cell("authenticated", "notes", Command::Insert, Access::All)
    };
    let found = insert(members).one(&RLS_210);
    assert!(found.message.ends_with(": sender_id."), "{}", found.message);
    insert(&format!("({members} AND (sender_id = auth.uid()))")).silent(&RLS_210);
    let mut pinned = insert(members);
    pinned.nth(0).policies.push(Policy {
        permissive: false,
        ..of(Command::Insert, "public", None, Some("(sender_id = auth.uid())"))
    });
    pinned.silent(&RLS_210);
    let mut unsigned = insert(members);
    unsigned
        .nth(0)
        .columns
        .retain(|column| column.name != "sender_id");
    unsigned.silent(&RLS_210);
    unsigned.nth(0).columns[1].default = Some("auth.uid()".to_owned());
    unsigned.one(&RLS_210);
    insert("(EXISTS ( SELECT 1 FROM public.admins a WHERE (a.id = auth.uid())))").silent(&RLS_210);
}

#[test]
fn whose_tenant_a_new_row_is_of() {
    let members = "(org IN ( SELECT m.org FROM public.members m WHERE (m.who = auth.uid())))";
    let insert = |seen: &str, check: &str| {
        let policies = [
            named("seen", reading("authenticated", seen)),
            of(Command::Insert, "authenticated", None, Some(check)),
        ];
        let mut world = world(policies);
        let notes = world.catalog.relations.remove(0).column("org", "uuid");
        world
            .with(notes)
            .cell("authenticated", "notes", Command::Insert, Access::All)
    };
    let found = insert(members, OWN).one(&RLS_210);
    assert!(found.message.ends_with(": org."), "{}", found.message);
    insert(members, &format!("({OWN} AND {members})")).silent(&RLS_210);
    // Whoever is addressed is somebody else, and sees it too.
    insert("((owner = auth.uid()) OR (id = auth.uid()))", OWN).silent(&RLS_210);
    insert(&format!("({OWN} OR {members})"), OWN).silent(&RLS_210);
    insert("(org = (auth.jwt() ->> 'org'::text))", OWN).one(&RLS_210);
    insert("(org = (auth.jwt() ->> 'email'::text))", OWN).silent(&RLS_210);
    let mut own_key = insert(members, OWN);
    own_key.nth(0).constraints.push(Constraint {
        name: "orgs_pkey".to_owned(),
        kind: ConstraintKind::PrimaryKey,
        definition: "PRIMARY KEY (org)".to_owned(),
        columns: vec!["org".to_owned()],
        references: None,
    });
    own_key.silent(&RLS_210);
}

/// Whoever is signed in changes rows; the owner too, into somebody else.
fn update(using: &str, check: Option<&str>) -> Sample {
    world([of(Command::Update, "authenticated", Some(using), check)])
        .cell("authenticated", "notes", Command::Update, Access::All)
        .changed("authenticated", "notes", &[json!({ "owner": "somebody" })])
}

#[test]
fn what_may_come_of_a_row() {
    let found = update(OWN, Some("true")).one(&RLS_211);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.fix.as_deref(),
        Some("alter policy p on public.notes with check ((owner = auth.uid()));")
    );
    let held = "((owner = auth.uid()) AND (state = 'draft'::text))";
    for (using, check, fires) in [
        (held, Some("(id IS NOT NULL)"), true),
        (
            OWN,
            Some("(state = ANY (ARRAY['draft'::text, 'done'::text]))"),
            true,
        ),
        (OWN, Some("(shared OR (owner = auth.uid()))"), true),
        (OWN, Some("(NOT (owner = auth.uid()))"), true),
        (OWN, None, false),
        (OWN, Some(OWN), false),
        (OWN, Some("(NOT (owner <> auth.uid()))"), false),
        (OWN, Some("((owner = auth.uid()) OR (id = auth.uid()))"), false),
        (
            OWN,
            Some("(EXISTS ( SELECT 1 FROM public.orgs o WHERE (o.id = notes.id)))"),
            false,
        ),
        (held, Some(OWN), false),
        ("(state = 'draft'::text)", Some("true"), false),
        (
            "(EXISTS ( SELECT 1 FROM public.admins a WHERE (a.id = auth.uid())))",
            Some("true"),
            false,
        ),
        (
            "(id IN ( SELECT o.id FROM public.orgs o WHERE (o.who = auth.uid())))",
            Some("true"),
            true,
        ),
    ] {
        let found = update(using, check).found(&RLS_211);
        assert_eq!(!found.is_empty(), fires, "{using}; {check:?}: {found:#?}");
    }
}

#[test]
fn that_a_row_was_given_away_proves_it() {
    let mut own = update(OWN, Some("true"));
    own.trials[0].passed = vec![json!({}), json!({ "owner": "nobody" })];
    assert_eq!(own.one(&RLS_211).verdict, Verdict::Proved, "no check names it");
    let mut own = update(OWN, Some("(shared OR (owner = auth.uid()))"));
    assert_eq!(own.one(&RLS_211).verdict, Verdict::Proved);
    own.trials[0].passed = vec![json!({}), json!({ "owner": "nobody" })];
    let found = own.one(&RLS_211);
    assert_eq!((found.level, found.verdict), (Level::Warn, Verdict::Unproved));
    let mut elsewhere = update(OWN, Some("true"));
    elsewhere
        .nth(0)
        .grants
        .retain(|grant| grant.privilege != "UPDATE");
    elsewhere.nth(0).columns[0]
        .grants
        .push(granted("authenticated", "UPDATE"));
    elsewhere.silent(&RLS_211);
    let mut denied = update(OWN, Some("true"));
    denied.matrix.cells[0].access = Access::Denied;
    denied.silent(&RLS_211);
    let mut held = update(OWN, Some("true"));
    held.nth(0).policies.push(Policy {
        permissive: false,
        ..of(Command::Update, "public", Some(OWN), None)
    });
    held.silent(&RLS_211);
}

#[test]
fn what_may_be_added_beside_what_may_be_changed() {
    update(OWN, Some("true")).silent(&RLS_204);
    let everything = Policy {
        check: Some("true".to_owned()),
        ..policy("p", OWN)
    };
    let given_away = world([everything]).cell("authenticated", "notes", Command::Insert, Access::All);
    given_away.one(&RLS_211);
    given_away.silent(&RLS_204);
}
