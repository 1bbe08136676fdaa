//! What is counted of many answers.

use crate::bench::numbers::{Spread, p99};

/// So many seconds at the beginning are not counted: connections are made, plans too.
pub(super) const WARM_UP: u64 = 1;

/// How long answers took that came in so many seconds.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Each of them, in milliseconds.
    pub(super) milliseconds: Vec<f64>,
    seconds: f64,
}

impl Answers {
    /// Counts those that came in the seconds after the warming up; of each when it came and how long it took, in
    /// milliseconds.
    pub(super) fn counted(came: impl Iterator<Item = (f64, f64)>, seconds: u64) -> Self {
        let from = whole(WARM_UP) * 1e3;
        let until = from + whole(seconds) * 1e3;
        Self {
            milliseconds: came
                .filter(|(at, _)| (from..until).contains(at))
                .map(|(_, took)| took)
                .collect(),
            seconds: whole(seconds),
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.milliseconds.extend(other.milliseconds);
        self.seconds += other.seconds;
    }

    /// How many came in a second.
    pub(super) fn rate(&self) -> Option<f64> {
        (self.seconds > 0.0).then(|| whole(self.milliseconds.len() as u64) / self.seconds)
    }

    /// Rate, median and 99th percentile; nothing where nothing came.
    pub(super) fn figures(&self) -> Option<[f64; 3]> {
        let spread = Spread::of(&self.milliseconds)?;
        Some([self.rate()?, spread.median, p99(&self.milliseconds)?])
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds and answers, far below 2^52")]
fn whole(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_after_the_warming_up_and_in_time_is_counted() {
        let came = [(900.0, 50.0), (1000.0, 1.0), (2999.0, 3.0), (3000.0, 70.0)];
        let mut answers = Answers::counted(came.into_iter(), 2);
        assert_eq!(answers.figures(), Some([1.0, 2.0, 3.0]));
        answers.merge(Answers::counted([(1500.0, 2.0)].into_iter(), 1));
        assert_eq!(answers.figures(), Some([1.0, 2.0, 3.0]));
        assert_eq!(Answers::default().figures(), None);
    }
}
