//! Takes out of what is printed whatever differs from run to run.

/// Identifiers become `<id>`, days and times `<time>`, ages keep their unit, and columns are two blanks apart.
pub(crate) fn redact(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let indent = line.len() - line.trim_start().len();
        let columns = line[indent..].split("  ").filter(|column| !column.is_empty());
        let columns = columns.map(|column| redact_words(column.trim_start()));
        line[..indent].to_owned() + &columns.collect::<Vec<_>>().join("  ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn redact_words(text: &str) -> String {
    let words: Vec<_> = text.split(' ').collect();
    let next = |n: usize| {
        words
            .get(n + 1)
            .map_or("", |next| next.trim_end_matches([',', ';', ')']))
    };
    words
        .iter()
        .enumerate()
        .map(|(n, word)| match n.checked_sub(1).map(|before| words[before]) {
            // The demo's stocks are drawn by the day.
            Some("\"stock_ambiant\":") => {
                format!("<n>{}", word.trim_start_matches(|c: char| c.is_ascii_digit()))
            }
            _ => redact_word(word, next(n)),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn redact_word(word: &str, next: &str) -> String {
    let core = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let shape: String = core
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let is_id = core.len() == 36 && core.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let mark = if is_id {
        "<id>"
    } else if ["0000-00-00", "00:00:00", "00:00"].contains(&shape.as_str()) {
        "<time>"
    } else if !core.is_empty()
        && shape.bytes().all(|b| b == b'0')
        && ["ms", "s", "min", "h", "d"].contains(&next)
    {
        "<n>"
    } else {
        return word.to_owned();
    };
    word.replace(core, mark)
}
