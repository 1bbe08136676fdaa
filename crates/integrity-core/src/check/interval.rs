//! Intervals as PostgreSQL reads them, far enough to refuse nonsense before a run and to compare.

/// The length in microseconds, a month counted as 30 days and a day as 24 hours, as PostgreSQL does when it
/// compares intervals (manual, "Date/Time Types", `interval`).
///
/// Understood: `90 days`, `1 year 2 months`, `1 day 02:30:00`, `-3 hours`. Refused, though PostgreSQL reads
/// them: ISO 8601 (`P3M`) and `ago`, which people misread.
pub(super) fn microseconds(text: &str) -> Option<i128> {
    let mut words = text.split_ascii_whitespace().peekable();
    words.peek()?;
    let mut total = 0;
    while let Some(word) = words.next() {
        total += if word.contains(':') {
            clock(word)?
        } else {
            let split = word.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(word.len());
            let (number, joined) = word.split_at(split);
            let unit = if joined.is_empty() { words.next()? } else { joined };
            decimal(number)?.checked_mul(unit_size(unit)?)? / SCALE
        };
    }
    Some(total)
}

const SCALE: i128 = 1_000_000;

fn unit_size(unit: &str) -> Option<i128> {
    const SECOND: i128 = 1_000_000;
    const DAY: i128 = 86_400 * SECOND;
    let unit = unit.to_ascii_lowercase();
    Some(
        match unit
            .strip_suffix('s')
            .filter(|word| word.len() > 1)
            .unwrap_or(&unit)
        {
            "year" | "y" | "yr" => 360 * DAY,
            "month" | "mon" => 30 * DAY,
            "week" | "w" => 7 * DAY,
            "day" | "d" => DAY,
            "hour" | "h" | "hr" => 3600 * SECOND,
            "minute" | "min" | "m" => 60 * SECOND,
            "second" | "sec" | "s" => SECOND,
            "millisecond" | "msec" | "ms" => SECOND / 1000,
            "microsecond" | "usec" | "us" => 1,
            _ => return None,
        },
    )
}

/// `H:MM` or `H:MM:SS`, with an optional sign.
fn clock(word: &str) -> Option<i128> {
    let (sign, digits) = word.strip_prefix('-').map_or((1, word), |rest| (-1, rest));
    let parts: Vec<i128> = digits
        .split(':')
        .map(|part| part.parse::<u16>().ok().map(i128::from))
        .collect::<Option<_>>()?;
    let seconds = match parts[..] {
        [h, m @ 0..60] => h * 3600 + m * 60,
        [h, m @ 0..60, s @ 0..60] => h * 3600 + m * 60 + s,
        _ => return None,
    };
    Some(sign * seconds * 1_000_000)
}

/// A decimal number, scaled by [`SCALE`].
fn decimal(word: &str) -> Option<i128> {
    let (sign, digits) = word
        .strip_prefix('-')
        .map_or((1, word.strip_prefix('+').unwrap_or(word)), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 12
        || fraction.len() > 6
        || !all_digits(whole)
        || !all_digits(fraction)
    {
        return None;
    }
    format!("{whole}{fraction:0<6}")
        .parse::<i128>()
        .ok()
        .map(|number| sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_what_postgresql_reads() {
        const HOUR: i128 = 3_600_000_000;
        for (text, expected) in [
            ("90 days", 90 * 24 * HOUR),
            ("1 year 2 months", 420 * 24 * HOUR),
            ("1 day 02:30:00", 26 * HOUR + HOUR / 2),
            ("1.5 hours", HOUR + HOUR / 2),
            ("48h", 48 * HOUR),
            ("-3 hours", -3 * HOUR),
            ("-00:30", -HOUR / 2),
            ("10 ms", 10_000),
        ] {
            assert_eq!(microseconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_interval() {
        for text in [
            "",
            "days",
            "90",
            "90 dogs",
            "1:60",
            "P3M",
            "1 day ago",
            "'; drop table x",
            "1e3 days",
        ] {
            assert_eq!(microseconds(text), None, "{text}");
        }
    }
}
