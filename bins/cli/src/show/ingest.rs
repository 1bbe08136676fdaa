//! What came of reading a log, for people and for programs. Nothing of its lines is shown.

use access_journal::{Source, ingest::Tally, journal::Recorded};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::words::{BOLD, RED, YELLOW, ago, count, moment_utc, styled};

/// How it is known which relations are sensitive.
#[derive(Debug)]
pub(crate) struct Known {
    /// So many patterns are configured.
    pub(crate) patterns: usize,
    /// What the last audit says.
    pub(crate) of_audit: OfAudit,
}

/// What the last audit says of relations that are sensitive.
#[derive(Debug)]
pub(crate) enum OfAudit {
    /// So many are, and when it looked.
    Named {
        relations: usize,
        audited_at: DateTime<Utc>,
        /// Whether the next one should have been made long ago.
        is_old: bool,
    },
    /// Nothing, and why.
    Unknown(&'static str),
}

impl Known {
    /// So many relations an audit names, and when it looked; and else why that is not known.
    fn fields(&self) -> (Option<usize>, Option<DateTime<Utc>>, Option<&'static str>) {
        match self.of_audit {
            OfAudit::Named {
                relations,
                audited_at,
                ..
            } => (Some(relations), Some(audited_at), None),
            OfAudit::Unknown(why) => (None, None, Some(why)),
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Ingested {
    pub(crate) source: Source,
    pub(crate) tally: Tally,
    pub(crate) recorded: Recorded,
    /// Events that the journal did not take.
    pub(crate) refused: u64,
    /// Whether the source counts as heard.
    pub(crate) is_heard: bool,
    pub(crate) known: Known,
    pub(crate) at: DateTime<Utc>,
}

impl Ingested {
    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let tally = &self.tally;
        let (of_audit, audited_at, unknown) = self.known.fields();
        let bad: Vec<Value> = tally
            .first_bad
            .iter()
            .map(|(number, why)| json!({ "line": number, "reason": why.to_string() }))
            .collect();
        let others: Vec<Value> = tally
            .others
            .iter()
            .map(|other| json!({ "source": other.source, "lines": other.lines, "newest": other.newest }))
            .collect();
        json!({
            "source": self.source,
            "lines": tally.lines,
            "bytes": tally.bytes,
            "left_bytes": tally.left,
            "events": tally.events,
            "added": self.recorded.added,
            "known": self.recorded.known,
            "refused": self.refused,
            "old": tally.old,
            "unjudged": tally.unjudged,
            "others": others,
            "elsewhere": tally.elsewhere,
            "bad": tally.bad,
            "first_bad": bad,
            "newest": tally.newest,
            "heard": self.is_heard,
            "sensitive": {
                "patterns": self.known.patterns,
                "of_audit": of_audit,
                "audited_at": audited_at,
                "of_audit_is_old": matches!(self.known.of_audit, OfAudit::Named { is_old: true, .. }),
                "of_audit_unknown": unknown,
            },
        })
    }
}

/// For people.
pub(crate) fn told(ingested: &Ingested) -> String {
    let tally = &ingested.tally;
    let mut text = vec![format!(
        "{}: {} of interest; {} added, {} known before",
        styled(BOLD, &count(tally.lines, "line")),
        tally.events,
        ingested.recorded.added,
        ingested.recorded.known,
    )];
    if tally.bad > 0 {
        let bad = format!("{} could not be read", count(tally.bad, "line"));
        text.push(styled(if tally.is_bad() { RED } else { YELLOW }, &bad));
        for (number, why) in &tally.first_bad {
            text.push(format!("  line {number}: {why}"));
        }
        if tally.bad > tally.first_bad.len() as u64 {
            text.push("  and so on".to_owned());
        }
    }
    if tally.is_bad() {
        text.push(format!(
            "Is this a log of {}? More than one line of a hundred is none.",
            ingested.source
        ));
    }
    if ingested.refused > 0 {
        let refused = format!("{} not taken by the journal", count(ingested.refused, "event"));
        text.push(styled(RED, &refused));
    }
    if tally.old > 0 {
        text.push(format!(
            "{} older than what is kept, passed over",
            count(tally.old, "line")
        ));
    }
    for other in &tally.others {
        text.push(format!(
            "{} of it of {}",
            count(other.lines, "line"),
            other.source
        ));
    }
    if tally.elsewhere > 0 {
        text.push(format!(
            "{} of other services, passed over",
            count(tally.elsewhere, "line")
        ));
    }
    if tally.left > 0 {
        let left = count(tally.left, "byte");
        let told = format!("A last line of {left} has no end yet and is left for the next reading.");
        // Bytes without a line are no log in which nothing happened.
        text.push(if tally.lines == 0 {
            styled(YELLOW, &told)
        } else {
            told
        });
    }
    text.extend(sensitive(ingested));
    match tally.newest {
        _ if ingested.is_heard => {}
        Some(newest) => text.push(format!(
            "The newest line is of {}, {}: {} does not count as heard.",
            moment_utc(newest),
            ago(newest, ingested.at),
            ingested.source
        )),
        None => text.push(format!(
            "Nothing was read: {} does not count as heard.",
            ingested.source
        )),
    }
    text.join("\n")
}

/// What is not looked for must not be taken for not being there.
fn sensitive(ingested: &Ingested) -> Vec<String> {
    let known = &ingested.known;
    let mut text = Vec::new();
    match known.of_audit {
        OfAudit::Named {
            relations,
            audited_at,
            is_old,
        } => {
            let told = format!(
                "The audit of {}, {}, calls {} sensitive (RLS-109).",
                moment_utc(audited_at),
                ago(audited_at, ingested.at),
                count(relations as u64, "relation")
            );
            text.push(told);
            if is_old {
                let old = "That is long ago: what was made since, it does not know.";
                text.push(styled(YELLOW, old));
            }
        }
        OfAudit::Unknown(why) => text.push(format!(
            "What the audit calls sensitive (RLS-109) is not known: {why}."
        )),
    }
    if known.patterns + known.fields().0.unwrap_or_default() == 0 {
        let blind = "No relation is known to be sensitive: what somebody anonymous was given is not looked for; configure \
                     access.sensitive.";
        text.push(styled(YELLOW, blind));
    }
    if ingested.tally.unjudged > 0 {
        let reads = count(ingested.tally.unjudged, "read");
        text.push(styled(
            YELLOW,
            &format!(
                "{reads} of sensitive relations cannot be judged: the log tells no role, or no number of rows"
            ),
        ));
    }
    text
}
