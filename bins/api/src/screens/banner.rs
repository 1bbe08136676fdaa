//! The banner of truth: how far what stands below may be believed. It comes first, and what is not known is said to be
//! unknown.

use alerts_store::Summary;
use chrono::TimeDelta;

use super::{
    number,
    time::{self, Now, Stamp},
    words::{Words, fill, form},
};

/// How far the page may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Everything was looked at, and every check has shown that it can see.
    Whole,
    /// Something proves nothing.
    Partial,
    /// Something was not looked at, or nobody looks.
    Blind,
}

impl Proof {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Partial => "partial",
            Self::Blind => "blind",
        }
    }
}

/// The banner.
#[derive(Debug)]
pub(crate) struct Banner<'a> {
    pub(crate) proof: Proof,
    pub(crate) headline: String,
    /// When the store said all this.
    pub(crate) at: Stamp,
    /// When everything had last been completely evaluated.
    pub(crate) complete: Option<Stamp>,
    /// The last run of any kind.
    pub(crate) run: Option<Stamp>,
    pub(crate) coverage: Coverage,
    pub(crate) troubles: Vec<Trouble<'a>>,
}

/// `11 sur 12`, in words and as the part of a bar.
#[derive(Debug)]
pub(crate) struct Coverage {
    pub(crate) covered: u64,
    pub(crate) enabled: u64,
    pub(crate) said: String,
    pub(crate) detail: String,
}

/// Checks whose silence proves nothing, and why.
#[derive(Debug)]
pub(crate) struct Trouble<'a> {
    pub(crate) class: &'static str,
    pub(crate) what: &'static str,
    pub(crate) codes: &'a [String],
}

impl<'a> Banner<'a> {
    pub(crate) fn new(summary: &'a Summary, now: Now) -> Self {
        let words = Words::of(now.language);
        let (proof, headline) = headline(summary, now);
        let of = |n| number::count(n, now.language);
        let coverage = &summary.coverage;
        Self {
            proof,
            headline,
            at: now.stamp(summary.at),
            complete: summary.complete_at.map(|at| now.stamp(at)),
            run: summary.heartbeat.run_at.map(|at| now.stamp(at)),
            coverage: Coverage {
                covered: coverage.covered,
                enabled: coverage.enabled,
                said: fill(words.coverage_of, &[&of(coverage.covered), &of(coverage.enabled)]),
                detail: fill(
                    words.coverage_detail,
                    &[&of(coverage.fresh), &of(coverage.proved)],
                ),
            },
            troubles: troubles(summary, words),
        }
    }
}

/// The worst that is known, in one sentence.
fn headline(summary: &Summary, now: Now) -> (Proof, String) {
    let words = Words::of(now.language);
    let (coverage, heartbeat) = (&summary.coverage, &summary.heartbeat);
    let of = |n| number::count(n, now.language);
    if coverage.enabled == 0 {
        return (Proof::Blind, words.truth_nobody.to_owned());
    }
    if heartbeat.silent {
        let silent = time::seconds(heartbeat.age_seconds, now.language);
        let every = heartbeat
            .silent_after_seconds
            .and_then(|after| TimeDelta::try_seconds((after / 3).try_into().ok()?));
        let every = every.map_or_else(|| "–".to_owned(), |every| time::span(every, now.language));
        return (Proof::Blind, fill(words.truth_silent, &[&silent, &every]));
    }
    let Some(complete) = summary.complete_at else {
        return (Proof::Blind, words.truth_never.to_owned());
    };
    if coverage.fresh < coverage.enabled {
        let blind = coverage.enabled - coverage.fresh;
        let since = time::span(now.at - complete, now.language);
        let sentence = fill(
            form(words.truth_stale, blind, now.language),
            &[&of(blind), &of(coverage.enabled), &since],
        );
        return (Proof::Blind, sentence);
    }
    let doubtful = [
        &summary.failing,
        &summary.suspect,
        &summary.truncated,
        &summary.frozen,
    ];
    let doubtful = doubtful.iter().any(|codes| !codes.is_empty());
    if doubtful || coverage.covered < coverage.enabled {
        let sentence = fill(
            form(words.truth_partial, coverage.covered, now.language),
            &[&of(coverage.covered), &of(coverage.enabled)],
        );
        return (Proof::Partial, sentence);
    }
    let whole = form(words.truth_whole, coverage.enabled, now.language);
    let sentence = fill(whole, &[&of(coverage.enabled), &now.age(complete)]);
    (Proof::Whole, sentence)
}

fn troubles<'a>(summary: &'a Summary, words: &'static Words) -> Vec<Trouble<'a>> {
    [
        ("blind", words.doubt_failing, &summary.failing),
        ("partial", words.doubt_suspect, &summary.suspect),
        ("partial", words.doubt_truncated, &summary.truncated),
        ("partial", words.doubt_frozen, &summary.frozen),
        ("quiet", words.doubt_unproved, &summary.unproved),
    ]
    .into_iter()
    .filter(|(_, _, codes)| !codes.is_empty())
    .map(|(class, what, codes)| Trouble { class, what, codes })
    .collect()
}

#[cfg(test)]
mod tests {
    use alerts_store::Coverage as Covered;
    use chrono_tz::Tz;
    use integrity_core::Language;

    use super::*;

    fn said(change: impl FnOnce(&mut Summary)) -> (Proof, String) {
        let mut summary = Summary::sample();
        change(&mut summary);
        let now = Now {
            at: summary.at,
            zone: Tz::UTC,
            language: Language::En,
        };
        let banner = Banner::new(&summary, now);
        (banner.proof, banner.headline)
    }

    #[test]
    fn only_the_whole_proof_is_called_whole() {
        assert_eq!(said(|_| ()).0, Proof::Whole);
        for (what, proof, change) in [
            (
                "nobody looks",
                Proof::Blind,
                (|s| {
                    s.coverage = Covered {
                        enabled: 0,
                        fresh: 0,
                        proved: 0,
                        covered: 0,
                        healthy: 0,
                    }
                }) as fn(&mut Summary),
            ),
            ("silent", Proof::Blind, |s| s.heartbeat.silent = true),
            ("never", Proof::Blind, |s| s.complete_at = None),
            ("stale", Proof::Blind, |s| s.coverage.fresh = 0),
            ("failing", Proof::Partial, |s| s.failing.push("A".to_owned())),
            ("suspect", Proof::Partial, |s| s.suspect.push("A".to_owned())),
            ("truncated", Proof::Partial, |s| s.truncated.push("A".to_owned())),
            ("frozen", Proof::Partial, |s| s.frozen.push("A".to_owned())),
            ("unproved", Proof::Partial, |s| s.coverage.covered = 0),
        ] {
            assert_eq!(said(change).0, proof, "{what}");
        }
    }

    #[test]
    fn silence_says_since_when() {
        let (_, sentence) = said(|summary| {
            summary.heartbeat.silent = true;
            summary.heartbeat.age_seconds = 7_300.0;
        });
        assert_eq!(
            sentence,
            "Not evaluated for 2\u{a0}h: a run is due every 5\u{a0}min"
        );
    }
}
