//! What an installation did, and SQL that somebody is going to run.

use std::fmt::Write as _;

use integrity_core::postgres::installation::{Installed, Removal};

use wiring::plain::plain;

/// What was done, a line each.
pub(crate) fn done(installed: &Installed) -> String {
    if installed.steps.is_empty() {
        return "nothing to do: everything is as it was asked for".to_owned();
    }
    let mut lines: Vec<_> = installed
        .steps
        .iter()
        .flat_map(|step| &step.did)
        .map(|line| plain(line))
        .collect();
    // What is done before and after something else is told once.
    let mut told = std::collections::HashSet::new();
    lines.retain(|line| told.insert(line.clone()));
    lines.join("\n")
}

/// What would be done, as one script.
pub(crate) fn plan(installed: &Installed) -> String {
    if installed.steps.is_empty() {
        return "-- nothing to do: everything is as it was asked for".to_owned();
    }
    let mut text = "begin;\nset local search_path = pg_catalog, pg_temp;\n".to_owned();
    for step in &installed.steps {
        text.push('\n');
        for line in &step.did {
            // A `String` takes everything.
            let _ = writeln!(text, "-- {}", plain(line));
        }
        text.push_str(&closed(&step.sql));
    }
    text + "\ncommit;"
}

/// What removes everything, as one script.
pub(crate) fn removal(removal: &Removal) -> String {
    let mut text = String::new();
    for note in &removal.notes {
        let _ = writeln!(text, "-- {}", plain(note));
    }
    for statement in &removal.statements {
        text.push_str(&closed(statement));
    }
    text.trim_end().to_owned()
}

/// A statement, or a few, with the last one's semicolon on a line of its own end.
fn closed(statement: &str) -> String {
    let statement = sql(statement.trim_end().trim_end_matches(';'));
    format!("{statement};\n")
}

/// SQL that means the same and in which nothing steers a terminal: what would, within quotes, is written as an escape of
/// SQL, and elsewhere, where it can only be a comment, as text.
pub(crate) fn sql(text: &str) -> String {
    if !text.chars().any(steers) {
        return text.to_owned();
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'']) {
        let quote = if rest[at..].starts_with('"') { '"' } else { '\'' };
        let end = end_of_quoted(&rest[at..], quote);
        safe.push_str(&outside(&rest[..at]));
        let is_escaped = quote == '\'' && rest[..at].ends_with(['E', 'e']);
        safe.push_str(&quoted(&rest[at..at + end], quote, is_escaped));
        rest = &rest[at + end..];
    }
    safe + &outside(rest)
}

/// How long a quoted text is, both quotes included.
fn end_of_quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

fn quoted(text: &str, quote: char, is_escaped: bool) -> String {
    if !text.chars().any(steers) {
        return text.to_owned();
    }
    let mut safe = if is_escaped {
        String::new()
    } else {
        "U&".to_owned()
    };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let _ = match c {
            c if steers(c) && is_escaped => write!(safe, "\\U{:08x}", u32::from(c)),
            c if steers(c) => write!(safe, "\\+{:06x}", u32::from(c)),
            '\\' if !is_escaped => write!(safe, "\\\\"),
            '\\' => write!(safe, "\\{}", chars.next().unwrap_or(quote)),
            c => write!(safe, "{c}"),
        };
    }
    safe
}

fn outside(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            safe.push_str(&plain(&c.to_string()));
        } else {
            safe.push(c);
        }
    }
    safe
}

fn steers(c: char) -> bool {
    !matches!(c, '\n' | '\t') && plain(c.encode_utf8(&mut [0; 4])) != c.to_string()
}

#[cfg(test)]
mod tests {
    use super::sql;

    #[test]
    fn ordinary_sql_is_printed_as_it_is() {
        for text in [
            "revoke select on table public.\"Ça va?\" from vigie_eval",
            "select 'l''été',\n\t\"a\"\"b\" -- it's",
            "",
        ] {
            assert_eq!(sql(text), text);
        }
    }

    #[test]
    fn what_steers_a_terminal_is_written_as_an_escape_that_means_the_same() {
        assert_eq!(
            sql("drop table public.\"a\u{1b}[2J\"\"\\b\", \"c\""),
            "drop table public.U&\"a\\+00001b[2J\"\"\\\\b\", \"c\""
        );
        assert_eq!(
            sql("select '\u{202e}', E'\\\\\u{7}'"),
            "select U&'\\+00202e', E'\\\\\\U00000007'"
        );
        assert_eq!(sql("-- \u{1b}\nselect 1"), "-- \\u{1b}\nselect 1");
    }
}
