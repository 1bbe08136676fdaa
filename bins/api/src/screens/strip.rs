//! What came of a check in its last runs, as a strip: height and colour both say it, and a sentence beside them.

use alerts_store::PastOutcome;
use std::fmt::Write as _;

use integrity_core::Language;

use super::{
    number,
    words::{Words, fill, form},
};

const STEP: usize = 5;
const BAR: usize = 4;
const HEIGHT: usize = 16;

/// The strip, oldest on the left.
#[derive(Debug)]
pub(crate) struct Strip {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) paths: Vec<(&'static str, String)>,
    pub(crate) told: String,
}

impl Strip {
    /// Of the last outcomes, newest first; `None` where there are none.
    pub(crate) fn new(outcomes: &[PastOutcome], language: Language) -> Option<Self> {
        if outcomes.is_empty() {
            return None;
        }
        let mut whole = (String::new(), 0_u64);
        let mut partial = (String::new(), 0_u64);
        let mut failed = (String::new(), 0_u64);
        for (at, outcome) in outcomes.iter().rev().enumerate() {
            let (height, (path, count)) = match outcome.outcome.as_str() {
                "Complete" => (HEIGHT, &mut whole),
                "Failed" => (HEIGHT / 4, &mut failed),
                _ => (HEIGHT / 2, &mut partial),
            };
            *count += 1;
            // A `String` takes everything.
            let _ = write!(path, "M{} {HEIGHT}v-{height}h{BAR}v{height}z", at * STEP);
        }
        let t = Words::of(language);
        let counted = |forms, n| fill(form(forms, n, language), &[&number::count(n, language)]);
        let told = fill(
            t.strip_told,
            &[
                &counted(t.strip_last, outcomes.len() as u64),
                &counted(t.strip_whole, whole.1),
                &counted(t.strip_partial, partial.1),
                &counted(t.strip_failed, failed.1),
            ],
        );
        let paths = [("whole", whole.0), ("partial", partial.0), ("blind", failed.0)];
        Some(Self {
            width: outcomes.len() * STEP,
            height: HEIGHT,
            paths: paths.into_iter().filter(|(_, path)| !path.is_empty()).collect(),
            told,
        })
    }
}
