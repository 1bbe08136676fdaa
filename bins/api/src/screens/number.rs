//! Numbers as people read them: grouped by three, the decimal sign of the language.

use integrity_core::Language;

/// A count.
pub(crate) fn count(n: u64, language: Language) -> String {
    decimal(&n.to_string(), language)
}

/// A decimal number, given as JSON writes it. No digit is changed, so that a `numeric` stays what it was; anything else,
/// such as an exponent, stands as it came.
pub(crate) fn decimal(text: &str, language: Language) -> String {
    let (group, point) = match language {
        Language::Fr => ('\u{202f}', ','),
        Language::En => (',', '.'),
    };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !(whole.bytes().chain(fraction.bytes())).all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut grouped = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push(point);
        grouped.push_str(fraction);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_keep_every_digit() {
        assert_eq!(count(999, Language::Fr), "999");
        assert_eq!(count(1_234_567, Language::Fr), "1\u{202f}234\u{202f}567");
        assert_eq!(count(1_234_567, Language::En), "1,234,567");
        assert_eq!(decimal("-430650.0500", Language::Fr), "-430\u{202f}650,0500");
        assert_eq!(decimal("0.5", Language::En), "0.5");
        assert_eq!(
            decimal("12345678901234567890.1", Language::En),
            "12,345,678,901,234,567,890.1"
        );
    }

    #[test]
    fn what_is_no_plain_number_stands_as_it_came() {
        for text in ["1e9", "", "-", "NaN", ".5", "1 000", "٣"] {
            assert_eq!(decimal(text, Language::Fr), text);
        }
    }
}
