//! Text that others wrote, made safe for a terminal: the watched database, people, a server's answer.
//!
//! Raw, such a text could clear the screen, turn the reading direction, or begin a line that looks like Vigie's own.

use std::{borrow::Cow, fmt::Write as _};

/// Text as one line in which nothing steers a terminal. Letters of any script stay as they are.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' => safe.push('⏎'),
            c if steers(c) => {
                // A `String` takes everything.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// The same without what XML cannot hold besides: it has no way to write that, and what only drops it takes letters beside it
/// along.
#[must_use]
pub fn xml(text: &str) -> Cow<'_, str> {
    let text = plain(text);
    if !text.contains(['\u{fffe}', '\u{ffff}']) {
        return text;
    }
    let text = text.replace('\u{fffe}', r"\u{fffe}");
    Cow::Owned(text.replace('\u{ffff}', r"\u{ffff}"))
}

/// Text of possibly several lines, such as a server's log; none after the first can be taken for a message.
#[must_use]
pub fn lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(plain).collect();
    lines.join("\n  │ ")
}

/// C0, DEL and C1; the separators of lines and paragraphs; marks, embeddings and isolates of direction.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown_escaped() {
        assert_eq!(
            plain("a\u{1b}[31mb\u{7}\u{7f}\u{9b}"),
            r"a\u{1b}[31mb\u{7}\u{7f}\u{9b}"
        );
        assert_eq!(plain("a\tb"), r"a\u{9}b");
        for c in
            "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}"
                .chars()
        {
            assert_eq!(plain(&format!("a{c}b")), format!("a\\u{{{:x}}}b", u32::from(c)));
        }
    }

    #[test]
    fn a_text_is_one_line() {
        assert_eq!(plain("a\nb\r\nc"), "a⏎b⏎c");
        assert_eq!(
            plain("a\rb\u{b}\u{c}\u{85}\u{2028}\u{2029}"),
            r"a\u{d}b\u{b}\u{c}\u{85}\u{2028}\u{2029}"
        );
    }

    #[test]
    fn letters_stay_as_they_are() {
        for text in [
            "",
            "Citerne d’été n° 3 – Œuvre",
            "صهريج ١٢",
            "מיכל שמן",
            "👩\u{200d}🔧 燃料",
            r"C:\u{1b}",
        ] {
            assert!(
                matches!(plain(text), std::borrow::Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }

    #[test]
    fn what_xml_cannot_hold_is_escaped() {
        assert_eq!(xml("a\u{0}\u{fffe}b\u{ffff}"), r"a\u{0}\u{fffe}b\u{ffff}");
        assert_eq!(xml("été <b>"), "été <b>");
    }

    #[test]
    fn later_lines_are_marked() {
        assert_eq!(lines("a\u{7}\nvigie: b\r\n"), "a\\u{7}\n  │ vigie: b");
    }

    #[test]
    fn a_safe_text_is_changed_no_more() {
        let safe = plain("a\u{1b}\n\u{202e}").into_owned();
        assert_eq!(plain(&safe), safe);
    }
}
