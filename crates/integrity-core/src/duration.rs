//! Durations as people write them in checks and in the configuration: `100ms`, `5s`, `15m`, `1h`, `1d`.
//!
//! One number and one unit. Refused: sums such as `1h30m`, which would give one duration two spellings.

use std::time::Duration;

/// Reads a duration: a whole number above 0 and one of `ms`, `s`, `m`, `h`, `d`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a duration such as \"100ms\", \"5s\", \"15m\", \"1h\" or \"1d\"");
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(unit_at);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let milliseconds = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?.1;
    match number.checked_mul(milliseconds) {
        Some(0) => Err("a duration is longer than 0".to_owned()),
        Some(milliseconds) => Ok(Duration::from_millis(milliseconds)),
        None => Err(wrong()),
    }
}

/// Writes a duration with the largest unit that keeps it whole; below a millisecond it is cut off.
#[must_use]
pub fn text(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let (unit, size) = UNITS
        .into_iter()
        .find(|(_, size)| milliseconds >= u128::from(*size) && milliseconds.is_multiple_of(u128::from(*size)))
        .unwrap_or(("ms", 1));
    format!("{}{unit}", milliseconds / u128::from(size))
}

/// Largest first, in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_each_unit() {
        for (written, milliseconds) in [
            ("100ms", 100),
            ("5s", 5000),
            ("90s", 90_000),
            ("15m", 900_000),
            ("1h", 3_600_000),
            ("2d", 172_800_000),
        ] {
            let duration = parse(written).unwrap();
            assert_eq!(duration, Duration::from_millis(milliseconds));
            assert_eq!(text(duration), written);
        }
        assert_eq!(text(Duration::from_hours(1)), "1h");
    }

    #[test]
    fn refuses_everything_else() {
        for wrong in [
            "",
            "5",
            "m",
            "0s",
            "-5s",
            "1.5h",
            "5 m",
            "1h30m",
            "5min",
            "99999999999999999999d",
            "٣s",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
