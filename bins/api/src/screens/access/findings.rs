//! What is wrong, grouped by its cause, and what has changed.

use rls_audit::{
    Audit,
    audit::{Reported, Standing},
    baseline::{Change, Direction, Drift},
    report,
    rules::{Level, Verdict},
};

use super::more;
use crate::screens::{
    frame::Frame,
    number,
    words::{AccessWords, fill, form},
};

/// So many new findings are shown whole, the worst first, and so many of one cause; the rest are counted.
const SHOWN: usize = 16;
const OF_ONE: usize = 4;
/// So many changes are shown.
const CHANGES: usize = 12;
/// So much of a text, in characters.
const TEXT: usize = 400;

/// A rule, and what it finds.
#[derive(Debug)]
pub(super) struct Cause<'a> {
    pub(super) rule: &'a str,
    pub(super) title: &'a str,
    pub(super) class: &'static str,
    pub(super) level: &'static str,
    pub(super) count: String,
    pub(super) is_open: bool,
    pub(super) found: Vec<Found>,
    pub(super) more: Option<String>,
}

#[derive(Debug)]
pub(super) struct Found {
    pub(super) object: String,
    pub(super) verdict: &'static str,
    pub(super) standing: Option<&'static str>,
    pub(super) message: String,
    pub(super) fix: Option<String>,
}

/// What has changed, the worst first.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    pub(super) changes: Vec<Shown<'a>>,
    pub(super) more: Option<String>,
}

#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) class: &'static str,
    pub(super) direction: &'static str,
    pub(super) about: &'a str,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// What somebody has to look at, by level and rule, in the order in which an audit has them: the worst first.
pub(super) fn causes<'a>(frame: &Frame, audit: &'a Audit) -> Vec<Cause<'a>> {
    let (open, _) = report::by_standing(audit);
    let mut left = SHOWN;
    let cause = |group: &[&'a Reported]| {
        let shown = group.len().min(OF_ONE).min(left);
        left -= shown;
        let (class, level) = level(frame, group[0].level);
        Cause {
            rule: &group[0].rule,
            title: &group[0].title,
            class,
            level,
            count: number::count(group.len() as u64, frame.language),
            is_open: group[0].level == Level::Error,
            found: group[..shown].iter().map(|found| whole(frame, found)).collect(),
            more: (shown < group.len()).then(|| more(frame, group.len() - shown)),
        }
    };
    report::causes(&open).into_iter().map(cause).collect()
}

/// How many are not shown, and how many of those a baseline knows or lets be.
pub(super) fn left_out(frame: &Frame, audit: &Audit, causes: &[Cause<'_>]) -> Option<String> {
    let w = AccessWords::of(frame.language);
    let (_, settled) = report::by_standing(audit);
    let shown: usize = causes.iter().map(|cause| cause.found.len()).sum();
    let left = (audit.findings.len() - shown) as u64;
    let counted = |n| number::count(n, frame.language);
    (left > 0).then(|| {
        fill(
            form(w.left_out, left, frame.language),
            &[&counted(left), &counted(settled.len() as u64)],
        )
    })
}

pub(super) fn changes<'a>(frame: &Frame, drift: &'a Drift) -> Changes<'a> {
    let all = drift.changes.len();
    Changes {
        changes: drift
            .changes
            .iter()
            .take(CHANGES)
            .map(|change| shown(frame, change))
            .collect(),
        more: (all > CHANGES).then(|| more(frame, all - CHANGES)),
    }
}

fn level(frame: &Frame, level: Level) -> (&'static str, &'static str) {
    let w = AccessWords::of(frame.language);
    match level {
        Level::Error => ("critical", w.error),
        Level::Warn => ("warn", w.warn),
        Level::Info => ("info", w.info),
    }
}

fn whole(frame: &Frame, found: &Reported) -> Found {
    let w = AccessWords::of(frame.language);
    let standing = match &found.standing {
        Standing::Reopened { .. } => Some(w.reopened),
        _ => None,
    };
    Found {
        object: found.object.to_string(),
        verdict: match found.verdict {
            Verdict::Proved => w.proved,
            Verdict::Refuted => w.refuted,
            Verdict::Unproved => w.unproved,
        },
        standing,
        message: cut(&found.message),
        // Part of a statement is no statement.
        fix: found.fix.clone().filter(|fix| fix.chars().count() <= 2 * TEXT),
    }
}

fn shown<'a>(frame: &Frame, change: &'a Change) -> Shown<'a> {
    let w = AccessWords::of(frame.language);
    let (class, direction) = match change.direction {
        Direction::Widened => ("critical", w.widened),
        Direction::Changed => ("warn", w.changed),
        Direction::Narrowed => ("info", w.narrowed),
        Direction::Equivalent => ("quiet", w.equivalent),
    };
    Shown {
        class,
        direction,
        about: &change.about,
        before: change
            .before
            .as_deref()
            .map(|before| fill(w.was, &[&cut(before)])),
        after: change.after.as_deref().map(cut),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
