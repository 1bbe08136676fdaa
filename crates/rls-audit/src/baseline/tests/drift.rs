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
            sample.nth(0).kind = kind;
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
    // Nobody has agreed to what was not known.
    let all = own("own", "true", Access::All);
    assert_eq!(
        drift(&now, &all)[0],
        (Widened, "SELECT on public.tanks as authenticated".to_owned())
    );
    let later = own("own", "now() > '-infinity'", Access::All);
    assert_eq!(direction(&now, &later), Some(Equivalent), "under the same text");
}

#[test]
fn a_column_more_is_wider() {
    let one = with_columns(&["id"]);
    let two = with_columns(&["id", "secret"]);
    let whole = {
        let mut whole = with_columns(&[]);
        whole.nth(0).grants.push(granted("authenticated", "SELECT"));
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
        Some(Changed),
        "one that nobody who was tried reaches is not"
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
    let truncate = |who: &'static str| with(&move |own| own.nth(0).grants.push(granted(who, "TRUNCATE")));
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

#[test]
fn what_is_given_to_somebody_who_was_not_tried_is_shown_by_no_cell() {
    let with = |change: &dyn Fn(&mut Relation)| {
        let mut sample = own("own", "true", Access::All);
        change(sample.nth(0));
        sample
    };
    let before = with(&|_| {});
    let to = |who: &'static str| with(&move |own| own.grants.push(granted(who, "UPDATE")));
    let column = |who: &'static str| with(&move |own| own.columns[0].grants.push(granted(who, "SELECT")));
    let owner = |who: &'static str| with(&move |own| who.clone_into(&mut own.owner));
    let further = with(&|own| {
        own.grants[0].grantable = true;
    });
    for (now, comes_to) in [
        (to("service_role"), Changed),
        (to("anon"), Equivalent),
        (to("PUBLIC"), Equivalent),
        (column("service_role"), Changed),
        (column("anon"), Equivalent),
        (owner("service_role"), Changed),
        (further, Changed),
    ] {
        assert_eq!(
            direction(&before, &now),
            Some(comes_to),
            "{:?}",
            now.catalog.relations
        );
    }
}

#[test]
fn one_more_schema_that_callers_reach_is_wider() {
    let exposing = |schemas: &[&str]| {
        let mut sample = Sample::new();
        sample.settings.exposed_schemas = Some(schemas.iter().map(|&own| own.to_owned()).collect());
        sample
    };
    let (one, two) = (exposing(&["public"]), exposing(&["public", "internal"]));
    assert_eq!(drift(&one, &two), [(Widened, "schema internal".to_owned())]);
    assert_eq!(direction(&two, &one), Some(Narrowed));
    assert_eq!(
        direction(&Sample::new(), &one),
        None,
        "public is, unless it is told otherwise"
    );
}

#[test]
fn what_the_server_of_requests_may_become_is_wider() {
    let before = Sample::new();
    let now = Sample::new().member("authenticator", "service_role");
    assert_eq!(direction(&before, &now), Some(Widened));
    let other = Sample::new().member("postgres", "service_role");
    assert_eq!(direction(&before, &other), Some(Changed));
}

/// Tanks that somebody signed in sees by this policy, beside depots with that policy.
fn beside_depots(using: &str, of_depots: &str, seen: Access) -> Sample {
    own("own", using, seen)
        .with(table("depots").policed(policy("own", of_depots)))
        .reading("depots", Access::Denied, Access::Denied)
}

/// What it comes to that somebody signed in sees tanks now, when the policy of depots is another one.
fn of_tanks(change: &dyn Fn(Sample) -> Sample, using: &str) -> Direction {
    let before = change(beside_depots(using, "id = 1", Access::None));
    let now = change(beside_depots(using, "id = 2", Access::Some));
    let about = "SELECT on public.tanks as authenticated";
    let found = drift(&before, &now).into_iter().find(|(_, own)| own == about);
    found.expect("the cell has moved").0
}

#[test]
fn rows_alone_move_a_cell_when_only_something_else_says_otherwise() {
    let none = |own: Sample| own;
    assert_eq!(of_tanks(&none, "id = auth.uid()"), Equivalent);
    let lookup = "exists (select 1 from public.depots where depots.id = tanks.depot)";
    assert_eq!(of_tanks(&none, lookup), Widened, "its policy reads the other one");
    let through_view = |own: Sample| {
        let depots = crate::Name::new("public", "depots");
        let text = "SELECT depots.id FROM depots;";
        own.with(view("open", text, &[(&depots, &["id"])]))
            .reading("open", Access::Denied, Access::Denied)
    };
    let reads_view = "id in (select open.id from public.open)";
    assert_eq!(of_tanks(&through_view, reads_view), Widened);
    let function = |own: Sample| own.calling(definer("mine", "select 1"));
    assert_eq!(
        of_tanks(&function, "public.mine(id)"),
        Widened,
        "what it reads is not known here"
    );
    assert_eq!(of_tanks(&function, "id = auth.uid()"), Equivalent);
    let before = beside_depots("id = auth.uid()", "true", Access::None);
    let now = beside_depots("id = auth.uid()", "true", Access::Some).member("anon", "service_role");
    assert!(
        drift(&before, &now).contains(&(Widened, "SELECT on public.tanks as authenticated".to_owned())),
        "a role may be felt everywhere"
    );
    let now = beside_depots("id = auth.uid()", "true", Access::Some).member("somebody", "service_role");
    assert!(
        drift(&before, &now).contains(&(Equivalent, "SELECT on public.tanks as authenticated".to_owned())),
        "no persona acts under that role, and none is felt through it"
    );
}
