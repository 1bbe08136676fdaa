//! The file.

use proptest::prelude::*;

use crate::{
    Baseline, Command, Definition, Effect, Name,
    audit::Who,
    baseline::{Accepted, AccessLine, Suppression},
    rules::Level,
};

prop_compose! {
    fn line()(persona in ".*", schema in ".*", name in ".*", class in "[a-z]{1,9}", columns in prop::collection::vec(".*", 0..3))
        -> AccessLine
    {
        AccessLine {
            persona,
            relation: Name::new(schema, name),
            access: [(Command::Select, class)].into(),
            columns: [(Command::Select, columns)].into(),
        }
    }
}

prop_compose! {
    fn definition()(about in ".*", says in ".*", effect in prop::sample::select(vec![Effect::Measured, Effect::Opens, Effect::Text]))
        -> Definition
    {
        Definition { about, says, effect }
    }
}

prop_compose! {
    fn suppression()(fingerprint in ".*", reason in ".*", author in ".*", day in 0..40_000_u32) -> Suppression {
        let until = chrono::NaiveDate::default() + chrono::Days::new(day.into());
        Suppression {
            evidence: fingerprint.clone(),
            fingerprint,
            level: Level::Warn,
            reason,
            author,
            until,
        }
    }
}

prop_compose! {
    fn baseline()(
        definitions in prop::collection::vec(definition(), 0..4),
        access in prop::collection::vec(line(), 0..4),
        fingerprints in prop::collection::vec(".*", 0..4),
        suppressions in prop::collection::vec(suppression(), 0..4),
    ) -> Baseline {
        let accepted = |fingerprint: String| Accepted {
            evidence: fingerprint.clone(),
            fingerprint,
            level: Level::Error,
        };
        let who = |line: &AccessLine| Who {
            name: line.persona.clone(),
            database_role: line.persona.clone(),
            is_anonymous: true,
        };
        Baseline { personas: access.iter().map(who).collect(), definitions, access, findings: fingerprints.into_iter().map(accepted).collect(), suppressions }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(written in baseline()) {
        let text = written.to_text();
        prop_assert_eq!(&Baseline::from_text(&text).expect("it is read"), &written);
        // One object a line, whatever it holds: that is what a review reads.
        let objects = written.definitions.len() + written.access.len() + written.findings.len()
            + written.suppressions.len() + written.personas.len();
        let empty = [written.personas.is_empty(), written.definitions.is_empty(), written.access.is_empty(), written.findings.is_empty(),
            written.suppressions.is_empty()];
        let brackets = 5 + empty.into_iter().filter(|is_empty| !is_empty).count();
        prop_assert_eq!(text.lines().count(), 3 + objects + brackets);
    }
}

#[test]
fn a_bad_file_says_what_is_wrong() {
    let good = Baseline::default().to_text();
    assert_eq!(Baseline::from_text(&good).expect("read"), Baseline::default());
    let access = |object: &str| good.replace("\"access\": []", &format!("\"access\": [{object}]"));
    for (text, says) in [
        (String::new(), "EOF while parsing"),
        ("[]".to_owned(), "write it anew with `vigie audit baseline`"),
        (
            good.replace("\"version\": 1", "\"version\": 2, \"more\": []"),
            "it is of version 2; this program reads 1",
        ),
        (good.replace("\"access\": [],", ""), "missing field `access`"),
        (good.replace("\"access\"", "\"acces\""), "unknown field `acces`"),
        (access("{}"), "access, number 1: missing field `persona`"),
        (format!("<<<<<<< HEAD\n{good}"), "expected value at line 1"),
    ] {
        let error = Baseline::from_text(&text).expect_err(says).to_string();
        assert!(
            error.starts_with("baseline: ") && error.contains(says),
            "{says:?} in {error:?}"
        );
    }
}
