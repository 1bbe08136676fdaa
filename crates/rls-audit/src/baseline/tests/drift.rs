//! What has changed, and whether somebody can do more.

use crate::{
    Access, Baseline, Candidates, Command, Doubt, Persona,
    baseline::Direction::{self, Changed, Equivalent, Narrowed, Widened},
    catalog::{DefaultPrivileges, ObjectKind, Relation, RelationKind},
    rules::sample::{Sample, definer, granted, policy, table, view},
};

/// What has changed: how, and what about.
fn drift(before: &Sample, now: &Sample) -> Vec<(Direction, String)> {
    let baseline = Baseline::of(&before.audit(), &Baseline::default());
    let drift = now.audit().beside(&baseline).drift.expect("there is a baseline");
    let changes = drift.changes.into_iter();
    changes.map(|change| (change.direction, change.about)).collect()
}

/// What it all comes to.
fn direction(before: &Sample, now: &Sample) -> Option<Direction> {
    drift(before, now)
        .into_iter()
        .map(|(direction, _)| direction)
        .max()
}

/// A table with a policy, of which somebody signed in sees this.
fn own(name: &str, using: &str, seen: Access) -> Sample {
    let tanks = table("tanks")
        .granting("authenticated", &["SELECT"])
        .policed(policy(name, using));
    Sample::new().with(tanks).reading("tanks", Access::Denied, seen)
}

/// A table whose columns these may be read by somebody signed in.
fn with_columns(readable: &[&str]) -> Sample {
    let mut tanks = table("tanks")
        .without_rls()
        .column("name", "text")
        .column("secret", "text");
    for column in &mut tanks.columns {
        if readable.contains(&column.name.as_str()) {
            column.grants.push(granted("authenticated", "SELECT"));
        }
    }
    Sample::new()
        .with(tanks)
        .reading("tanks", Access::Denied, Access::All)
}

#[test]
fn nothing_has_changed() {
    let sample = own("own", "id = auth.uid()", Access::Some);
    assert_eq!(direction(&sample, &sample), None);
}

#[test]
fn a_policy_that_is_called_otherwise_is_no_change() {
    let before = own("own", "id = auth.uid()", Access::Some);
    let now = own("theirs", "id = auth.uid()", Access::Some);
    assert_eq!(direction(&before, &now), None);
}

#[test]
fn a_text_that_changes_no_cell_is_equivalent() {
    let before = own("own", "true", Access::All);
    let now = own("own", "(1 = 1)", Access::All);
    let about = (Equivalent, "table public.tanks".to_owned());
    assert_eq!(
        drift(&before, &now),
        [about.clone(), about],
        "what is gone, and what has come"
    );
}

#[test]
fn some_rows_before_and_some_rows_now_prove_nothing() {
    let before = own("own", "id = auth.uid()", Access::Some);
    let now = own("own", "depot = auth.jwt() ->> 'depot'", Access::Some);
    assert_eq!(direction(&before, &now), Some(Changed));
    let some = Access::Conditional(Candidates { passing: 1, tried: 2 });
    let kinds = [
        RelationKind::PartitionedTable,
        RelationKind::ForeignTable,
        RelationKind::MaterializedView,
    ];
    for kind in kinds {
        let of_kind = |mut sample: Sample| {
            sample.catalog.relations[0].kind = kind;
            sample
        };
        let before = of_kind(own("own", "id = auth.uid()", some.clone()));
        let now = of_kind(own("own", "depot = auth.jwt() ->> 'depot'", some.clone()));
        assert_eq!(direction(&before, &now), Some(Changed), "{kind:?}");
    }
}

#[test]
fn what_a_view_shows_in_part_is_not_proved_by_what_its_table_shows() {
    let world = |using: &str| {
        let tanks = table("tanks").policed(policy("own", using));
        let shown = view(
            "shown",
            "SELECT tanks.id FROM public.tanks;",
            &[(&tanks.name.clone(), &["id"])],
        );
        Sample::new()
            .with(tanks)
            .with(shown.granting("anon", &["SELECT"]))
            .reading("tanks", Access::Denied, Access::Denied)
            .reading("shown", Access::Some, Access::Denied)
    };
    let (before, now) = (world("id = auth.uid()"), world("depot = 1"));
    assert_eq!(direction(&before, &now), Some(Changed));
}

#[test]
fn a_cell_that_opens_is_wider() {
    let before = own("own", "id = auth.uid()", Access::None);
    for seen in [Access::Some, Access::All] {
        let now = own("own", "true", seen);
        let widened = (Widened, "SELECT on public.tanks as authenticated".to_owned());
        assert_eq!(drift(&before, &now)[0], widened);
        assert_eq!(direction(&now, &before), Some(Narrowed), "and back again");
    }
}

#[test]
fn what_is_no_longer_known_may_be_anything() {
    let before = own("own", "id = auth.uid()", Access::Some);
    let now = own("own", "now() > '-infinity'", Access::Unknown(Doubt::Timeout));
    assert_eq!(direction(&before, &now), Some(Widened));
    // Nobody has agreed to what was not known; that it was narrower is not known either.
    let all = own("own", "true", Access::All);
    assert_eq!(
        drift(&now, &all)[0],
        (Changed, "SELECT on public.tanks as authenticated".to_owned())
    );
}

#[test]
fn a_column_more_is_wider() {
    let one = with_columns(&["id"]);
    let two = with_columns(&["id", "secret"]);
    let whole = {
        let mut whole = with_columns(&[]);
        whole.catalog.relations[0]
            .grants
            .push(granted("authenticated", "SELECT"));
        whole
    };
    let other = with_columns(&["id", "name"]);
    for (before, now, comes_to) in [
        (&one, &two, Widened),
        (&two, &one, Narrowed),
        (&two, &whole, Widened),
        (&whole, &two, Narrowed),
        (&two, &other, Widened),
    ] {
        assert_eq!(direction(before, now), Some(comes_to));
    }
}

#[test]
fn a_table_that_is_dropped_is_narrower() {
    let before = own("own", "true", Access::All);
    let now = Sample::new();
    assert_eq!(
        drift(&before, &now)[0],
        (Narrowed, "SELECT on public.tanks as authenticated".to_owned())
    );
    assert_eq!(
        direction(&now, &before),
        Some(Widened),
        "and a new one that is open is wider"
    );
    let shut = Sample::new()
        .with(table("shut"))
        .reading("shut", Access::Denied, Access::Denied);
    assert_eq!(
        direction(&now, &shut),
        Some(Equivalent),
        "one that nobody reaches is not"
    );
}

#[test]
fn a_function_that_acts_as_its_owner_opens_something() {
    let function = |is_definer, grantee: Option<&str>| {
        let mut own = definer("promote", "begin delete from public.tanks; end");
        own.security_definer = is_definer;
        own.grants = grantee.iter().map(|who| granted(who, "EXECUTE")).collect();
        Sample::new().calling(own)
    };
    let none = Sample::new();
    for (before, now, comes_to) in [
        (&none, &function(true, Some("PUBLIC")), Widened),
        (&none, &function(true, Some("anon")), Widened),
        (&none, &function(true, Some("service_role")), Changed),
        (&none, &function(false, Some("PUBLIC")), Changed),
        (
            &function(true, None),
            &function(true, Some("authenticated")),
            Widened,
        ),
        (
            &function(false, Some("PUBLIC")),
            &function(true, Some("PUBLIC")),
            Widened,
        ),
        (&function(true, Some("PUBLIC")), &function(true, None), Narrowed),
    ] {
        assert_eq!(
            direction(before, now),
            Some(comes_to),
            "{:?} {:?}",
            before.catalog.functions,
            now.catalog.functions
        );
    }
}

#[test]
fn what_a_function_does_otherwise_is_a_change() {
    let before = Sample::new().calling(definer("promote", "begin null; end"));
    let now = Sample::new().calling(definer("promote", "begin delete from public.tanks; end"));
    assert_eq!(direction(&before, &now), Some(Changed));
}

#[test]
fn other_rows_under_the_same_texts_are_equivalent() {
    let before = own("own", "id = auth.uid()", Access::None);
    let now = own("own", "id = auth.uid()", Access::Some);
    assert_eq!(
        drift(&before, &now),
        [(Equivalent, "SELECT on public.tanks as authenticated".to_owned())]
    );
}

#[test]
fn of_somebody_new_nothing_is_said() {
    let before = own("own", "true", Access::All);
    let mut now =
        own("theirs", "true", Access::All).cell("a director", "tanks", Command::Select, Access::All);
    now.matrix
        .personas
        .push(Persona::new("a director", "authenticated"));
    assert_eq!(direction(&before, &now), None);
    now.matrix.personas[1].database_role = "anon".to_owned();
    assert_eq!(
        direction(&before, &now),
        None,
        "nor of somebody who acts under another role"
    );
}

#[test]
fn what_the_matrix_does_not_measure_opens_by_itself() {
    let with = |change: &dyn Fn(&mut Sample)| {
        let mut sample = own("own", "true", Access::All);
        change(&mut sample);
        sample
    };
    let before = with(&|_| {});
    let truncate =
        |who: &'static str| with(&move |own| own.catalog.relations[0].grants.push(granted(who, "TRUNCATE")));
    let schema = with(&|own| own.catalog.schemas[0].grants.push(granted("anon", "CREATE")));
    let bypass = with(&|own| {
        for role in &mut own.catalog.roles {
            role.bypasses_rls = true;
        }
    });
    for now in [truncate("anon"), truncate("PUBLIC"), schema, bypass] {
        assert_eq!(direction(&before, &now), Some(Widened));
    }
    assert_eq!(direction(&before, &truncate("service_role")), Some(Changed));
}

#[test]
fn names_keep_their_capitals() {
    let future = |owner: &str| {
        let mut sample = Sample::new();
        sample.catalog.default_privileges.push(DefaultPrivileges {
            owner: owner.to_owned(),
            schema: None,
            kind: ObjectKind::Table,
            grants: vec![granted("anon", "SELECT")],
        });
        sample
    };
    assert_eq!(
        drift(&future("Owner"), &future("owner")),
        [
            (Widened, "future tables of owner in every schema".to_owned()),
            (Narrowed, "future tables of \"Owner\" in every schema".to_owned()),
        ]
    );
}

#[test]
fn a_name_that_begins_another_is_not_about_it() {
    let two = |using: &str| {
        let tanks = |name: &str| -> Relation { table(name).granting("authenticated", &["SELECT"]) };
        Sample::new()
            .with(tanks("tank").policed(policy("own", using)))
            .with(tanks("tanks"))
            .reading("tank", Access::Denied, Access::All)
            .reading("tanks", Access::Denied, Access::Some)
    };
    assert_eq!(direction(&two("true"), &two("1 = 1")), Some(Equivalent));
}
