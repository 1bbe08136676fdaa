use serde_json::json;

use super::{of, reading};
use crate::{
    Access, Candidates, Command, Name, Persona,
    catalog::{Enum, Function, Policy, Reads, Relation, Trigger},
    rules::{
        Level, Verdict,
        policies::authority::RLS_212,
        sample::{Sample, definer, granted, policy, table},
    },
};

const OWN: &str = "(id = auth.uid())";

/// Profiles with a rank that a policy of another table trusts; each reads and changes their own.
fn profiles(using: &str, check: Option<&str>) -> Relation {
    table("profiles")
        .column("name", "text")
        .column("role", "public.rank")
        .granting("authenticated", &["SELECT", "UPDATE"])
        .policed(reading("authenticated", OWN))
        .policed(of(Command::Update, "authenticated", Some(using), check))
}

fn world(profiles: Relation) -> Sample {
    let trusting = Policy {
        reads: vec![Reads {
            relation: Name::new("public", "profiles"),
            columns: vec!["id".to_owned(), "role".to_owned()],
        }],
        ..policy(
            "admins",
            "(EXISTS ( SELECT 1 FROM public.profiles p \
             WHERE ((p.id = auth.uid()) AND (p.role = 'admin'::public.rank))))",
        )
    };
    let mut world = Sample::new()
        .with(profiles)
        .with(table("stock").policed(trusting));
    world.catalog.enums.push(Enum {
        name: Name::new("public", "rank"),
        labels: vec!["admin".to_owned(), "user".to_owned()],
    });
    let persona = Persona::new("profiles.role=user", "authenticated").with_claim("sub", "user");
    world.matrix.personas.push(persona);
    world
}

/// A user changes their own row, their rank included.
fn updating(world: Sample, access: Access) -> Sample {
    world
        .changed(
            "profiles.role=user",
            "profiles",
            &[json!({}), json!({ "role": "admin" })],
        )
        .cell("authenticated", "profiles", Command::Update, Access::None)
        .cell("profiles.role=user", "profiles", Command::Update, access)
}

fn some_of_them() -> Access {
    Access::Conditional(Candidates { passing: 3, tried: 5 })
}

#[test]
fn anyone_can_become_admin() {
    let found = updating(world(profiles(OWN, None)), some_of_them()).one(&RLS_212);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert_eq!(found.object.to_string(), "public.profiles.role");
    assert!(
        found
            .evidence
            .contains(&"trusted by policy admins on public.stock".to_owned()),
        "{:?}",
        found.evidence
    );
    assert_eq!(
        found.fix.as_deref(),
        Some(
            "revoke update on public.profiles from anon, authenticated;\n\
             grant update (id, name) on public.profiles to authenticated;"
        )
    );
}

#[test]
fn what_else_of_their_row_they_change_proves_nothing() {
    for passed in [json!({}), json!({ "role": "user" }), json!({ "id": "user" })] {
        let mut held = updating(world(profiles(OWN, None)), some_of_them());
        held.trials[0].passed = vec![passed];
        held.silent(&RLS_212);
    }
}

#[test]
fn through_a_helper_function_as_well() {
    let mut world = updating(world(profiles(OWN, None)), Access::Some);
    let helper = definer(
        "is_admin",
        "select exists (select 1 from public.profiles p where p.id = auth.uid() and p.role = 'admin')",
    );
    world.nth(1).policies = vec![Policy {
        calls: vec![crate::catalog::Call {
            name: helper.name.clone(),
            arguments: String::new(),
        }],
        ..policy("admins", "public.is_admin()")
    }];
    world.calling(helper).one(&RLS_212);
}

#[test]
fn the_text_is_enough_where_nobody_has_a_row_yet() {
    let mut empty =
        world(profiles(OWN, None)).cell("authenticated", "profiles", Command::Update, Access::None);
    empty.matrix.personas.pop();
    let found = empty.one(&RLS_212);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Unproved));
}

#[test]
fn silent_where_it_is_held() {
    let closed = [
        ("no privilege on the column", {
            let mut own = profiles(OWN, None);
            own.grants.retain(|grant| grant.privilege != "UPDATE");
            own.columns[1].grants.push(granted("authenticated", "UPDATE"));
            own
        }),
        (
            "the check pins it",
            profiles(OWN, Some("((id = auth.uid()) AND (role = 'user'::public.rank))")),
        ),
        (
            "the condition pins it",
            profiles("((id = auth.uid()) AND (role = 'user'::public.rank))", None),
        ),
        ("a restrictive policy pins it", {
            let pinning = of(
                Command::Update,
                "authenticated",
                Some("true"),
                Some("(role = 'user'::public.rank)"),
            );
            profiles(OWN, None).policed(Policy {
                permissive: false,
                ..pinning
            })
        }),
        (
            "not its subject's policy",
            profiles(
                "(EXISTS ( SELECT 1 FROM public.bosses b WHERE (b.id = auth.uid())))",
                None,
            ),
        ),
    ];
    for (why, profiles) in closed {
        let found = updating(world(profiles), Access::Some).found(&RLS_212);
        assert!(found.is_empty(), "{why}: {found:#?}");
    }
    updating(world(profiles(OWN, None)), Access::None).silent(&RLS_212);
}

#[test]
fn what_a_value_must_not_be_leaves_it_free() {
    let not_banned = "((id = auth.uid()) AND (role <> 'banned'::public.rank))";
    updating(world(profiles(not_banned, None)), some_of_them()).one(&RLS_212);
    let or_admin =
        "((id = auth.uid()) OR (EXISTS ( SELECT 1 FROM public.bosses b WHERE (b.id = auth.uid()))))";
    updating(world(profiles(or_admin, None)), some_of_them()).one(&RLS_212);
}

#[test]
fn a_trigger_that_looks_at_it_leaves_it_open_whether() {
    let guarded = |body: &str| {
        let mut profiles = profiles(OWN, None);
        profiles.triggers.push(Trigger {
            name: "guard".to_owned(),
            function: Name::new("public", "guard"),
            commands: vec![Command::Update],
            truncate: false,
            before: true,
            instead_of: false,
            for_each_row: true,
            enabled: true,
            definition: String::new(),
        });
        let guard = Function {
            returns: Some("trigger".to_owned()),
            ..definer("guard", body)
        };
        updating(world(profiles).calling(guard), Access::Some).one(&RLS_212)
    };
    let held = guarded(
        "begin if NEW.role is distinct from OLD.role then raise exception 'no'; end if; return new; end",
    );
    assert_eq!((held.level, held.verdict), (Level::Warn, Verdict::Unproved));
    assert_eq!(
        guarded("begin new.changed_at := now(); return new; end").level,
        Level::Error
    );
}

#[test]
fn a_new_row_of_ones_own_will_do() {
    let roles = |check: &str| {
        let profiles = table("profiles")
            .column("role", "public.rank")
            .granting("authenticated", &["INSERT"])
            .policed(of(Command::Insert, "authenticated", None, Some(check)));
        world(profiles).cell("authenticated", "profiles", Command::Insert, some_of_them())
    };
    assert!(
        roles(OWN)
            .one(&RLS_212)
            .message
            .ends_with("can write it (INSERT).")
    );
    roles("((id = auth.uid()) AND (role = 'user'::public.rank))").silent(&RLS_212);
}

#[test]
fn without_policies_everybody_does() {
    let found = world(profiles(OWN, None).without_rls()).one(&RLS_212);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
}

/// Notes that their owner shares; what others see of them hangs on `condition`.
fn shared(condition: &str) -> Sample {
    let mut notes = table("notes")
        .column("owner", "uuid")
        .column("is_shared", "boolean")
        .granting("authenticated", &["UPDATE"])
        .policed(of(
            Command::Update,
            "authenticated",
            Some("(owner = auth.uid())"),
            None,
        ));
    notes.constraints.push(crate::catalog::Constraint {
        name: "notes_pkey".to_owned(),
        kind: crate::catalog::ConstraintKind::PrimaryKey,
        definition: "PRIMARY KEY (id)".to_owned(),
        columns: vec!["id".to_owned()],
        references: None,
    });
    let of_comments = Policy {
        reads: vec![Reads {
            relation: Name::new("public", "notes"),
            columns: ["id", "is_shared", "owner"].map(str::to_owned).into(),
        }],
        ..policy(
            "seen",
            &format!("(EXISTS ( SELECT 1 FROM public.notes n WHERE {condition}))"),
        )
    };
    let comments = table("comments")
        .column("note", "uuid")
        .column("org", "uuid")
        .policed(of_comments);
    Sample::new()
        .with(notes)
        .with(comments)
        .cell("authenticated", "notes", Command::Update, Access::Some)
}

#[test]
fn a_thing_that_its_owner_shares_gives_nobody_a_rank() {
    shared("((n.id = comments.note) AND ((n.owner = auth.uid()) OR n.is_shared))").silent(&RLS_212);
    shared("((n.id = comments.note) AND (n.owner = auth.uid()) AND n.is_shared)").silent(&RLS_212);
    shared("((n.owner = auth.uid()) OR n.is_shared)").silent(&RLS_212);
    shared("((n.owner = auth.uid()) AND n.is_shared)").one(&RLS_212);
}

#[test]
fn a_helper_that_is_given_the_thing_asks_about_it_and_not_about_the_caller() {
    let through = |body: &str| {
        let mut world = shared("true");
        let helper = Function {
            language: "sql".to_owned(),
            ..definer("seen", body)
        };
        world.nth(1).policies = vec![Policy {
            calls: vec![crate::catalog::Call {
                name: helper.name.clone(),
                arguments: String::new(),
            }],
            ..policy("seen", "public.seen(note)")
        }];
        world.calling(helper)
    };
    through(
        "select exists (select 1 from notes n where n.id = note and n.owner = auth.uid() and n.is_shared)",
    )
    .silent(&RLS_212);
    through("select exists (select 1 from notes where owner = auth.uid() and is_shared)").one(&RLS_212);
}
