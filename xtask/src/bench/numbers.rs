//! What is said about several measurements of the same.

use serde_json::{Value, json};

/// The smallest, the one in the middle, and the largest of several numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) n: usize,
    pub(super) min: f64,
    pub(super) median: f64,
    pub(super) max: f64,
}

impl Spread {
    /// Of nothing, nothing can be said.
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let n = sorted.len();
        let median = if n.is_multiple_of(2) {
            f64::midpoint(sorted[n / 2 - 1], sorted[n / 2])
        } else {
            sorted[n / 2]
        };
        Some(Self { n, min, median, max })
    }

    pub(super) fn json(&self, values: &[f64]) -> Value {
        json!({ "n": self.n, "min": self.min, "median": self.median, "max": self.max, "values": values })
    }
}

/// What 99 of 100 are not above.
pub(super) fn p99(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
        .get((sorted.len() * 99).div_ceil(100).checked_sub(1)?)
        .copied()
}

/// How many times the median of one is the median of the other.
pub(super) fn ratio(of: &[f64], to: &[f64]) -> Option<f64> {
    let (of, to) = (Spread::of(of)?.median, Spread::of(to)?.median);
    (to > 0.0).then(|| of / to)
}

/// A number with as many digits as mean something, thousands apart: `12,345`, `123.4`, `1.23`.
pub(super) fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        large if large >= 1000.0 => 0,
        middle if middle >= 100.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        let left = whole.len() - place;
        if place > 0 && left.is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match rest.trim_end_matches('0') {
        "" => grouped,
        rest => format!("{grouped}.{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle_whatever_the_order() {
        let spread = Spread::of(&[9.0, 1.0, 3.0]).expect("three numbers");
        assert_eq!(
            (spread.n, spread.min, spread.median, spread.max),
            (3, 1.0, 3.0, 9.0)
        );
        let median = |values: &[f64]| Spread::of(values).map(|spread| spread.median);
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn at_most_one_of_a_hundred_is_above_p99() {
        let values: Vec<f64> = (1..=200_u32).rev().map(f64::from).collect();
        assert_eq!(p99(&values), Some(198.0));
        assert_eq!(p99(&[3.0, 7.0]), Some(7.0));
        assert_eq!(p99(&[]), None);
    }

    #[test]
    fn a_ratio_is_one_of_medians() {
        assert_eq!(ratio(&[2.0, 3.0, 100.0], &[2.0, 1.0, 50.0]), Some(1.5));
        assert_eq!(ratio(&[1.0], &[]), None);
        assert_eq!(ratio(&[1.0], &[0.0]), None);
    }

    #[test]
    fn figures_are_as_long_as_they_mean_something() {
        let shown = [0.0, 1.234, 12.0, 123.456, 999.96, 1234.5, 1_234_567.0, -1234.0].map(figure);
        assert_eq!(
            shown,
            [
                "0",
                "1.23",
                "12",
                "123.5",
                "1,000",
                "1,234",
                "1,234,567",
                "-1,234"
            ]
        );
    }
}
