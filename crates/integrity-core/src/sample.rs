//! One plausible value of each type that this crate's traits take or return, for the tests of its users.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{Check, CheckCode, Evaluation, Finding, Outcome, Pack, Payload, Severity, Terms, Text};

const PACK: &str = "name = \"sample\"\nformat = 1\n";
const CHECK: &str = r#"/*+++
code     = "SAMPLE_CHECK"
format   = 1
severity = "WARN"
entity   = "SAMPLE"
title    = { en = "A sample" }
message  = { en = "{{ entity_label }} is {{ payload.level }}" }
+++*/
select 'S-1' as entity_id, '{"level": 3}'::jsonb as payload
"#;

impl Pack {
    /// A pack with one check, [`Check::sample`].
    #[must_use]
    pub fn sample() -> Self {
        Self::from_files([
            ("pack.toml", PACK.as_bytes()),
            ("sample_check.sql", CHECK.as_bytes()),
        ])
        .unwrap_or_else(|error| unreachable!("the sample is well formed: {error}"))
    }
}

impl Check {
    /// The check `SAMPLE_CHECK`, of severity WARN.
    #[must_use]
    pub fn sample() -> Self {
        Pack::sample().checks.swap_remove(0)
    }
}

impl CheckCode {
    /// `SAMPLE_CHECK`.
    #[must_use]
    pub fn sample() -> Self {
        Check::sample().code().clone()
    }
}

impl Payload {
    /// `{"level": 3}`.
    #[must_use]
    pub fn sample() -> Self {
        Self::from(serde_json::Map::from_iter([("level".to_owned(), 3.into())]))
    }
}

impl Finding {
    /// What [`Check::sample`] finds.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            entity_type: "SAMPLE".to_owned(),
            entity_id: "S-1".to_owned(),
            entity_label: None,
            severity: Severity::Warn,
            message: "S-1 is 3".to_owned(),
            payload: Payload::sample(),
            occurred_at: None,
            scope: None,
        }
    }
}

impl Evaluation {
    /// A complete evaluation of [`Check::sample`] with [`Finding::sample`], on a snapshot of 2026-01-31 08:00 UTC.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            database: "main".to_owned(),
            code: CheckCode::sample(),
            snapshot_at: DateTime::<Utc>::from_timestamp(1_769_846_400, 0).unwrap_or_default(),
            outcome: Outcome::Complete,
            findings: vec![Finding::sample()],
            merged: 0,
            terms: Check::sample().terms(),
            elapsed: Duration::from_millis(3),
        }
    }
}

impl Terms {
    /// The terms of [`Check::sample`].
    #[must_use]
    pub fn sample() -> Self {
        Self::new(Severity::Warn)
    }
}

impl Text {
    /// The same word in both languages.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            fr: Some("exemple".to_owned()),
            en: Some("sample".to_owned()),
        }
    }
}
