use chrono::DateTime;

use super::{
    Change, Fix, Outcome, Refused, Simulation, Tried, Why, breaks, changes, decides_the_same, fixes, narrower,
};
use crate::{
    Access, Audit, Candidates, Command, Doubt, Expectation, Inspection, Name, Persona,
    audit::{Reopening, Standing},
    catalog::Relation,
    rules::{
        Level, Object,
        sample::{Sample, policy, table, view},
    },
};

fn inspection(sample: Sample) -> Inspection {
    Inspection {
        at: DateTime::UNIX_EPOCH,
        catalog: sample.catalog,
        matrix: sample.matrix,
        trials: sample.trials,
        untried: Vec::new(),
    }
}

fn audit(sample: Sample) -> Audit {
    let settings = sample.settings.clone();
    Audit::new(&inspection(sample), &settings)
}

fn of(relation: &str, level: Level) -> Fix {
    let relation = Name::new("public", relation);
    Fix {
        fingerprint: format!("RLS-101 {relation}"),
        level,
        message: "it is open".to_owned(),
        sql: format!("alter table {relation} enable row level security;"),
        object: Object::Relation { relation },
    }
}

fn change(persona: &str, relation: &str, before: Access, after: Access) -> Change {
    Change {
        persona: persona.to_owned(),
        relation: Name::new("public", relation),
        command: Command::Select,
        before,
        after,
    }
}

/// A table without Row Level Security, a view of it, and another table; and an admin, who is expected to read `other`.
fn world(notes: Relation) -> Inspection {
    let seen = view("seen", "select id from public.notes", &[(&notes.name, &["id"])]);
    let mut sample = Sample::new().with(notes).with(seen).with(table("other"));
    let mut admin = Persona::new("admin", "authenticated").with_claim("sub", "a");
    admin.expect.push(Expectation {
        relation: "public.other".to_owned(),
        command: Command::Select,
        access: vec!["all".to_owned(), "some".to_owned()],
    });
    sample.matrix.personas.push(admin);
    inspection(sample)
}

/// Why a fix of this level for `notes` may not do this: persona, relation, before, after.
fn judged(before: &Inspection, level: Level, case: &str) -> Option<Why> {
    let access = |word: &str| match word {
        "all" => Access::All,
        "some" => Access::Some,
        "none" => Access::None,
        "few" => Access::Conditional(Candidates { passing: 1, tried: 4 }),
        "many" => Access::Conditional(Candidates { passing: 3, tried: 4 }),
        "unknown" => Access::Unknown(Doubt::Timeout),
        code => Access::Error(code.to_owned()),
    };
    let words: Vec<&str> = case.split(' ').collect();
    let changed = change(words[0], words[1], access(words[2]), access(words[3]));
    let found = breaks(&of("notes", level), before, &[changed]);
    found.first().map(|own| own.why)
}

#[test]
fn what_breaks_a_persona() {
    let open = world(table("notes").without_rls());
    for (case, why) in [
        // Strangers lose what the error is about, also through a view of it.
        ("anon notes all none", None),
        ("authenticated seen all none", None),
        ("anon other some none", Some(Why::Elsewhere)),
        // Who is known keeps something.
        ("admin notes all none", Some(Why::Known)),
        ("admin notes all some", None),
        ("admin notes many few", None),
        // What is expected is kept.
        ("admin other all some", None),
        ("admin other all none", Some(Why::Expected)),
        // Nobody fails, nobody gains, and what is open stays known.
        ("anon notes none 42501", Some(Why::Fails)),
        ("anon notes 42501 none", None),
        ("anon notes all 22P02", Some(Why::Fails)),
        ("anon other none some", Some(Why::Opens)),
        ("anon notes all unknown", Some(Why::Unknown)),
        ("anon notes none unknown", None),
        ("anon notes unknown none", None),
        // What is not known may be what they work with.
        ("admin notes unknown none", Some(Why::Known)),
        ("admin notes unknown some", None),
        ("anon notes unknown 42501", None),
        ("admin notes unknown 42501", Some(Why::Fails)),
        ("anon other unknown none", Some(Why::Elsewhere)),
        // That a stranger has no right to the tables behind a view is a door that closed.
        ("anon notes all 42501", None),
        ("admin notes all 42501", Some(Why::Fails)),
        ("anon other all 42501", Some(Why::Elsewhere)),
    ] {
        assert_eq!(judged(&open, Level::Error, case), why, "{case}");
    }
    for case in ["anon notes all some", "anon notes unknown none"] {
        assert_eq!(judged(&open, Level::Warn, case), Some(Why::NoError), "{case}");
    }
    // Policies that were asleep say what the authors meant.
    let asleep = world(
        table("notes")
            .without_rls()
            .policed(policy("own", "(id = auth.uid())")),
    );
    assert_eq!(judged(&asleep, Level::Error, "admin notes all none"), None);
}

#[test]
fn a_part_may_close_where_the_whole_stays_open() {
    let part = Relation {
        parents: vec![Name::new("public", "notes")],
        is_partition: true,
        ..table("part")
    };
    let mut before = world(table("notes"));
    before.catalog.relations.push(part);
    before
        .catalog
        .relations
        .sort_by(|one, other| one.name.cmp(&other.name));
    let closing = [change("admin", "part", Access::All, Access::Denied)];
    let found = breaks(&of("part", Level::Error), &before, &closing);
    assert_eq!(found[0].why, Why::Known);
    before.matrix.cells.push(crate::Cell {
        persona: "admin".to_owned(),
        relation: Name::new("public", "notes"),
        command: Command::Select,
        access: Access::Some,
    });
    assert!(breaks(&of("part", Level::Error), &before, &closing).is_empty());
}

#[test]
fn each_is_done_once_and_what_takes_most_away_first() {
    let both = table("both")
        .without_rls()
        .policed(policy("own", "(id = auth.uid())"))
        .granting("anon", &["SELECT", "TRUNCATE"]);
    let read = table("read")
        .policed(policy("all", "true"))
        .granting("anon", &["SELECT"]);
    let sample = || {
        Sample::new()
            .with(both.clone())
            .with(read.clone())
            .member("anon", "service_role")
            .reading("both", Access::All, Access::Denied)
            .reading("read", Access::All, Access::Denied)
    };
    let mut found = audit(sample());
    let order: Vec<String> = fixes(&found.findings).into_iter().map(|fix| fix.sql).collect();
    assert_eq!(
        order,
        [
            "revoke service_role from anon;",
            "revoke truncate on public.both from anon;",
            "alter table public.both enable row level security;",
            "alter policy all on public.read to authenticated;",
            "drop policy if exists all on public.read;",
            "alter policy all on public.read to anon, authenticated;",
        ]
        .map(|sql| sql.replace(" all on", " \"all\" on").replace("both", "\"both\""))
    );
    // What somebody has let be stays as it is.
    for finding in &mut found.findings {
        finding.standing = Standing::Known;
    }
    assert_eq!(fixes(&found.findings), []);
    found.findings[0].standing = Standing::Reopened {
        because: Reopening::Expired,
    };
    assert!(!fixes(&found.findings).is_empty());
}

#[test]
fn less_than_the_whole_is_to_keep_strangers_out() {
    let notes = table("notes").without_rls().granting("anon", &["SELECT"]);
    let sql = |fix: &Fix, notes: Relation| narrower(fix, &world(notes)).map(|fix| fix.sql);
    assert_eq!(
        sql(&of("notes", Level::Error), notes.clone()).as_deref(),
        Some("revoke all on public.notes from anon;")
    );
    let revoking = Fix {
        sql: "revoke insert on public.notes from anon;\nrevoke insert on public.notes from authenticated;"
            .to_owned(),
        ..of("notes", Level::Error)
    };
    assert_eq!(
        sql(&revoking, notes.clone()).as_deref(),
        Some("revoke insert on public.notes from anon;")
    );
    let to_public = table("notes").granting("PUBLIC", &["SELECT"]);
    assert_eq!(sql(&of("notes", Level::Error), to_public), None);
    let dropping = Fix {
        object: Object::Policy {
            relation: notes.name.clone(),
            policy: "Every one".to_owned(),
        },
        ..of("notes", Level::Error)
    };
    let policed = notes.policed(policy("Every one", "true"));
    assert_eq!(
        sql(&dropping, policed).as_deref(),
        Some("alter policy \"Every one\" on public.notes to authenticated;")
    );
}

#[test]
fn a_file_says_all_of_it_and_a_name_ends_no_comment() {
    let evil = "a\n; drop table x --\r; drop table y";
    let simulation = Simulation {
        tried: vec![
            Tried {
                fix: of("notes", Level::Error),
                outcome: Outcome::Proposed {
                    changes: vec![change("anon", evil, Access::All, Access::Denied)],
                    settled: vec!["RLS-102 public.notes".to_owned()],
                    instead: None,
                },
            },
            Tried {
                fix: of(evil, Level::Error),
                outcome: Outcome::Refused(Refused {
                    sql: of(evil, Level::Error).sql,
                    why: vec![format!("{evil} breaks")],
                }),
            },
        ],
        doubts: vec![evil.to_owned()],
        left: vec![evil.to_owned()],
    };
    let sql = simulation.to_sql();
    let live: Vec<&str> = sql
        .split(['\n', '\r'])
        .filter(|line| !line.is_empty() && !line.starts_with("--"))
        .collect();
    assert_eq!(
        live,
        ["alter table public.notes enable row level security;"],
        "{sql}"
    );
    for line in [
        "1 proposed, 1 not proposed, 0 not simulated",
        "-- settles RLS-102 public.notes",
        "-- anon SELECT on public.\"a\\n; drop table x --\\r; drop table y\": all -> denied",
        "-- because a\\n",
        "-- Not proved: a\\n",
    ] {
        assert!(sql.contains(line), "no {line} in {sql}");
    }
    assert!(!simulation.is_whole());
}

#[test]
fn without_a_copy_nothing_is_proved() {
    let sample = Sample::new().with(table("notes").without_rls().granting("anon", &["SELECT"]));
    let simulation = Simulation::without_a_copy(&audit(sample).findings, "there is none");
    assert!(!simulation.is_whole());
    let sql = simulation.to_sql();
    assert!(
        sql.contains(
            "-- not simulated: there is none\nalter table public.notes enable row level security;\n"
        ),
        "{sql}"
    );
}

#[test]
fn what_no_cell_hangs_on_need_not_be_measured() {
    let catalog = |notes: Relation| Sample::new().with(notes).catalog;
    let before = catalog(table("notes").granting("anon", &["SELECT", "TRUNCATE"]));
    let revoked = catalog(table("notes").granting("anon", &["SELECT"]));
    assert!(decides_the_same(&before, &revoked));
    assert!(!decides_the_same(
        &before,
        &catalog(table("notes").granting("anon", &["TRUNCATE"]))
    ));
    let off = table("notes").without_rls().granting("anon", &["SELECT"]);
    assert!(!decides_the_same(&before, &catalog(off)));
}

#[test]
fn only_what_differs_is_a_change() {
    let before = Sample::new().reading("a", Access::All, Access::Some);
    let after = Sample::new().reading("a", Access::None, Access::Some);
    let found: Vec<String> = changes(&before.matrix, &after.matrix)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(found, ["anon SELECT on public.a: all -> none"]);
}
