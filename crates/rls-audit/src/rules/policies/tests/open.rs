use super::{named, of, reading};
use crate::{
    Access, Command,
    catalog::{Policy, Relation},
    rules::{
        Level, Verdict,
        policies::{
            open::{RLS_201, RLS_202, RLS_203, RLS_204},
            pinned::{RLS_210, RLS_211},
            siblings::{RLS_207, RLS_209},
            tautology::{RLS_205, RLS_208},
        },
        sample::{Sample, policy, table},
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
    pair(
        reading("public", OWN),
        reading("authenticated", "(id = auth.uid())"),
    )
    .silent(&RLS_209);
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
    let mut refused = insert("(id = 'ffffffff-0000-4000-8000-000000000000'::uuid)");
    refused.matrix.cells[0].access = Access::Rls;
    refused.silent(&RLS_210);
}

#[test]
fn what_may_come_of_a_row() {
    let update = |using: &str, check| {
        let policies = [of(Command::Update, "authenticated", Some(using), check)];
        world(policies).cell("authenticated", "notes", Command::Update, Access::All)
    };
    let found = update(OWN, Some("true")).one(&RLS_211);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(
        found.fix.as_deref(),
        Some("alter policy p on public.notes with check ((owner = auth.uid()));")
    );
    update(
        "((owner = auth.uid()) AND (id IS NOT NULL))",
        Some("(id IS NOT NULL)"),
    )
    .one(&RLS_211);
    update(OWN, None).silent(&RLS_211);
    update(OWN, Some(OWN)).silent(&RLS_211);
    update("((owner = auth.uid()) AND (state = 'draft'::text))", Some(OWN)).silent(&RLS_211);
    let mut denied = update(OWN, Some("true"));
    denied.matrix.cells[0].access = Access::Denied;
    denied.silent(&RLS_211);
    update(OWN, Some("true")).silent(&RLS_204);
    let everything = Policy {
        check: Some("true".to_owned()),
        ..policy("p", OWN)
    };
    let given_away = world([everything]).cell("authenticated", "notes", Command::Insert, Access::All);
    given_away.one(&RLS_211);
    given_away.silent(&RLS_204);
}
