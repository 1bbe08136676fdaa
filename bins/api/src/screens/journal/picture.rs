//! What was recorded, step by step, as a picture, as a sentence and as a table.

use std::fmt::Write as _;

use access_journal::journal::{Step, Summary};

use crate::screens::{
    number,
    time::{Now, Stamp},
    words::{JournalWords, fill, form},
};

/// Units from one step to the next; the stylesheet says how many of them a stroke takes.
const STEP: usize = 8;
/// Units from the bottom to the most that there was.
const HEIGHT: u64 = 100;

/// The picture.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) width: usize,
    pub(super) height: u64,
    /// Strokes by class.
    pub(super) paths: Vec<(&'static str, String)>,
    /// The most of any step.
    pub(super) most: String,
    pub(super) first: Stamp,
    /// The picture in one sentence.
    pub(super) told: String,
    /// Several steps a row.
    pub(super) rows: Vec<Row>,
}

/// Numbers of some time.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) at: Stamp,
    pub(super) total: String,
    pub(super) refused: String,
    pub(super) exposed: String,
}

pub(super) fn picture(summary: &Summary, is_long: bool, now: Now) -> Picture {
    let counted = |n| number::count(n, now.language);
    let most = summary
        .steps
        .iter()
        .map(|step| step.total)
        .max()
        .unwrap_or_default();
    // An hour of a day, a day of a fortnight.
    let per_row = if is_long { 24 } else { 12 };
    let told = form(
        JournalWords::of(now.language).trend_told,
        summary.total,
        now.language,
    );
    let row = |steps: &[Step]| {
        let sum = |of: fn(&Step) -> u64| counted(steps.iter().map(of).sum());
        Some(Row {
            at: now.stamp(steps.first()?.at),
            total: sum(|step| step.total),
            refused: sum(|step| step.refused),
            exposed: sum(|step| step.exposed),
        })
    };
    Picture {
        width: summary.steps.len() * STEP,
        height: HEIGHT,
        // The worst stand on the ground, where they can be compared; the milder ones upon them.
        paths: vec![
            ("critical", bars(&summary.steps, most, |_| 0, exposed)),
            (
                "warn",
                bars(&summary.steps, most, exposed, |step| {
                    exposed(step) + refused(step)
                }),
            ),
            (
                "info",
                bars(
                    &summary.steps,
                    most,
                    |step| exposed(step) + refused(step),
                    |step| step.total,
                ),
            ),
        ],
        most: counted(most),
        first: now.stamp(summary.since),
        told: fill(
            told,
            &[
                &counted(summary.total),
                &counted(most),
                &(summary.step / 60).to_string(),
            ],
        ),
        rows: summary.steps.chunks(per_row).filter_map(row).collect(),
    }
}

fn exposed(step: &Step) -> u64 {
    step.exposed.min(step.total)
}

/// What was refused and is not a leak as well.
fn refused(step: &Step) -> u64 {
    step.refused.min(step.total - exposed(step))
}

/// A stroke from one height to another for each step.
fn bars(steps: &[Step], most: u64, from: impl Fn(&Step) -> u64, to: impl Fn(&Step) -> u64) -> String {
    let up = |n: u64| (n * HEIGHT).div_ceil(most.max(1));
    let mut path = String::new();
    for (at, step) in steps.iter().enumerate() {
        let (bottom, height) = (HEIGHT - up(from(step)), up(to(step)) - up(from(step)));
        if height > 0 {
            // A `String` takes everything.
            let _ = write!(path, "M{} {bottom}v-{height}", at * STEP + STEP / 2);
        }
    }
    path
}
