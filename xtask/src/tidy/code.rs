//! Source text with comments and the contents of literals blanked out, so that a rule sees code only.
//!
//! Refused: a parser. The rules look for words; telling code from text is all they need.

/// Blanks out comments, strings and character literals; every line keeps its number.
pub(crate) fn only(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = foreign(rest, out.chars().next_back());
        if length == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            out.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    out
}

/// The length in bytes of the comment or literal that begins here; 0 for code.
fn foreign(rest: &str, before: Option<char>) -> usize {
    let to = |end: Option<usize>| end.unwrap_or(rest.len());
    if rest.starts_with("//") {
        return to(rest.find('\n'));
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if rest.starts_with('"') {
        return quoted(rest, 1);
    }
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let raw = rest.trim_start_matches('b').trim_start_matches('c');
    if !in_word && rest.len() - raw.len() <= 1 && (raw.starts_with("r\"") || raw.starts_with("r#")) {
        let hashes = raw[1..].chars().take_while(|c| *c == '#').count();
        if raw[1 + hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let begin = rest.len() - raw.len() + 1 + hashes + 1;
            return to(rest[begin..].find(&end).map(|at| begin + at + end.len()));
        }
    }
    if rest.starts_with('\'') {
        return character(rest);
    }
    0
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of a string whose text begins after `begin` bytes.
fn quoted(rest: &str, begin: usize) -> usize {
    let mut escaped = false;
    for (at, c) in rest[begin..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return begin + at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a character literal; 0 for a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((escaped, _))) => {
            let after = escaped + 1;
            rest[after..].find('\'').map_or(0, |at| after + at + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::only;

    #[test]
    fn comments_and_literals_are_blank_and_code_stays() {
        let text =
            "use a::b; // todo!() here\n/* dbg!( /* nested */ */ let s = \"todo!()\\\" still\"; call();\n";
        let code = only(text);
        assert!(
            !code.contains("todo") && !code.contains("dbg") && !code.contains("still"),
            "{code}"
        );
        assert!(
            code.contains("use a::b;") && code.contains("let s = ") && code.contains("; call();"),
            "{code}"
        );
        assert_eq!(code.lines().count(), text.lines().count());
    }

    #[test]
    fn raw_strings_characters_and_lifetimes() {
        let text =
            "let a = r#\"sqlx \" \"#; let b = '\"'; let c: &'static str = x; let d = '\\''; for_r(\"q\");";
        let code = only(text);
        assert!(!code.contains("sqlx") && !code.contains('"'), "{code}");
        assert!(
            code.contains("&'static str = x;") && code.contains("for_r("),
            "{code}"
        );
    }

    #[test]
    fn accents_do_no_harm() {
        assert_eq!(
            only("é // à\nlet ç = \"dépôt\";").lines().nth(1),
            Some("let ç =        ;")
        );
    }
}
