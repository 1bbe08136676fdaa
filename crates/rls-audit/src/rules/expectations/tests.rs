use super::*;
use crate::rules::sample::{Sample, table};

fn expecting(relation: &str, access: &[Access], found: Access) -> Sample {
    let mut world = Sample::new()
        .with(table("notes"))
        .cell("anon", "notes", Command::Select, found);
    world.matrix.personas[0].expect.push(Expectation {
        relation: relation.to_owned(),
        command: Command::Select,
        access: access.iter().map(|access| access.class().to_owned()).collect(),
    });
    world
}

#[test]
fn what_is_not_as_expected_is_said_with_how_to_see_it() {
    let found = expecting("public.notes", &[Access::Denied, Access::None], Access::Some).one(&RLS_501);
    assert_eq!((found.level, found.verdict), (Level::Error, Verdict::Proved));
    assert!(
        found.message.ends_with("denied or none, and it is some."),
        "{}",
        found.message
    );
    assert!(
        found.evidence[2].contains("set local role anon; select count(*) from public.notes"),
        "{:?}",
        found.evidence
    );
    expecting("public.notes", &[Access::Denied, Access::None], Access::None).silent(&RLS_501);
    expecting("\"public\".notes", &[Access::None], Access::None).one(&RLS_501);
}

#[test]
fn nothing_of_a_token_and_no_number_of_rows_is_kept() {
    let found = Access::Conditional(crate::Candidates { passing: 3, tried: 9 });
    let mut world = expecting("public.notes", &[Access::None], found);
    world.matrix.personas[0] = world.matrix.personas[0]
        .clone()
        .with_claim("email", "someone@example.org");
    let found = world.one(&RLS_501);
    assert!(
        found.message.ends_with("and it is conditional."),
        "{}",
        found.message
    );
    assert_eq!(found.evidence[1], "found: it is conditional");
    let sql = &found.evidence[2];
    assert!(
        sql.contains(":'claims'") && sql.ends_with("those of anon)"),
        "{sql}"
    );
    assert!(!sql.contains("someone"), "{sql}");
}

#[test]
fn numbers_of_candidates_do_not_count() {
    let of = |passing| Access::Conditional(crate::Candidates { passing, tried: 9 });
    expecting("public.notes", &[of(1)], of(2)).silent(&RLS_501);
}

#[test]
fn what_is_not_there_is_not_met_and_what_is_not_known_is_no_proof() {
    let missing = expecting("public.note", &[Access::Denied], Access::Denied).one(&RLS_501);
    assert_eq!((missing.level, missing.verdict), (Level::Error, Verdict::Proved));
    let unknown = expecting(
        "public.notes",
        &[Access::None],
        Access::Unknown(crate::Doubt::Timeout),
    )
    .one(&RLS_501);
    assert_eq!((unknown.level, unknown.verdict), (Level::Warn, Verdict::Unproved));
}
