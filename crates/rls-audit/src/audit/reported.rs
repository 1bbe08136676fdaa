use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::digest::digest;
use crate::rules::{self, Finding, Level, Object, Verdict};

/// A finding as it is kept: with what makes it the same finding next time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// Which rule found it: `RLS-101`.
    pub rule: String,
    /// What that rule fires on.
    pub title: String,
    /// How bad it is.
    pub level: Level,
    /// About what.
    pub object: Object,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The facts that decide it, one a line.
    pub evidence: Vec<String>,
    /// What the measurement says of it.
    pub verdict: Verdict,
    /// SQL that would mend it, where there is one.
    pub fix: Option<String>,
    /// The rule and the object: the same finding has the same.
    pub fingerprint: String,
    /// A hash of the facts that decide it: when they change, whoever has judged it has to look again.
    pub evidence_hash: String,
    /// What the baseline says of it.
    pub standing: Standing,
}

/// What a baseline says of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Standing {
    /// It does not know it.
    New,
    /// It has it, for the same reasons.
    Known,
    /// Somebody has looked at it and let it be.
    Suppressed {
        /// Why.
        reason: String,
        /// Who.
        author: String,
        /// The last day on which that holds.
        until: NaiveDate,
    },
    /// It was known or suppressed, and that no longer holds.
    Reopened {
        /// Why not.
        because: Reopening,
    },
}

/// Why what was settled is open again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reopening {
    /// The facts that decide it have changed.
    EvidenceChanged,
    /// The suppression has run out.
    Expired,
    /// It is worse than it was.
    Worse,
}

impl Reopening {
    /// In words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EvidenceChanged => "the facts that decide it have changed",
            Self::Expired => "its suppression has run out",
            Self::Worse => "it is worse than it was",
        }
    }
}

impl Standing {
    /// Whether somebody has to look at it.
    #[must_use]
    pub fn is_new(&self) -> bool {
        matches!(self, Self::New | Self::Reopened { .. })
    }
}

impl Reported {
    pub(crate) fn new(finding: Finding) -> Self {
        let mut deciding: Vec<&str> = finding.evidence.iter().map(String::as_str).collect();
        deciding.sort_unstable();
        let title = rules::all().into_iter().find(|rule| rule.id == finding.rule);
        Self {
            rule: finding.rule.to_owned(),
            title: title.map(|rule| rule.title.to_owned()).unwrap_or_default(),
            level: finding.level,
            fingerprint: format!("{} {}", finding.rule, finding.object),
            evidence_hash: digest(deciding),
            object: finding.object,
            message: finding.message,
            evidence: finding.evidence,
            verdict: finding.verdict,
            fix: finding.fix,
            standing: Standing::New,
        }
    }
}
