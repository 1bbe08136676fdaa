use crate::Variables;

/// Reads a file of variables, `NAME=value` a line, as most programs do: `export` before a name, `#` before a remark,
/// quotes around a value. What they read differently is kept as it stands: nothing is put in for `$NAME`, and white
/// space around a value belongs to it.
///
/// # Errors
/// Every line that cannot be read: its number, counted from 1, and why. Nothing of the line is said, which may be a
/// secret.
pub fn dotenv(text: &str) -> Result<Variables, Vec<(usize, String)>> {
    let mut variables = Variables::new();
    let mut problems = Vec::new();
    let mut wrong = |at: usize, what: &str| problems.push((at + 1, what.to_owned()));
    for (at, line) in text.split('\n').enumerate() {
        let start = line.trim_start();
        if start.trim_end().is_empty() || start.starts_with('#') {
            continue;
        }
        let start = start.strip_prefix("export ").unwrap_or(start).trim_start();
        let Some((name, value)) = start.split_once('=') else {
            wrong(at, "no = stands in it");
            continue;
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_name) || name.starts_with(|c: char| c.is_ascii_digit()) {
            wrong(at, "what stands before = is no name");
        } else if let Some(value) = unquoted(value) {
            if variables.insert(name.to_owned(), value).is_some() {
                wrong(at, &format!("{name} is set once more"));
            }
        } else {
            wrong(
                at,
                &format!("the value of {name} does not end where its quotes do"),
            );
        }
    }
    if problems.is_empty() {
        Ok(variables)
    } else {
        Err(problems)
    }
}

/// The value without quotes and remark.
fn unquoted(value: &str) -> Option<String> {
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let (value, is_remarked) = match value.find(" #") {
            Some(at) => (&value[..at], true),
            None => (value, false),
        };
        return Some(if is_remarked { value.trim_end() } else { value }.to_owned());
    };
    let mut inner = String::new();
    let mut rest = value[1..].chars();
    loop {
        match rest.next()? {
            c if c == quote => break,
            '\\' if quote == '"' => match rest.next()? {
                c @ ('"' | '\\' | '$' | '`') => inner.push(c),
                c => inner.extend(['\\', c]),
            },
            c => inner.push(c),
        }
    }
    let after = rest.as_str().trim();
    (after.is_empty() || after.starts_with('#')).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> String {
        dotenv(line).expect(line).remove("A").expect("a value")
    }

    #[test]
    fn what_people_write() {
        for (line, value) in [
            ("A=b", "b"),
            ("  export A=b", "b"),
            ("A=", ""),
            ("A=\"b c\" # remark", "b c"),
            ("A='b \\c'", "b \\c"),
            ("A=\"b \\\" c\"", "b \" c"),
            (r#"A="a\nb\\c\$\`""#, r"a\nb\c$`"),
            ("A=b   # remark", "b"),
            ("A=b#c", "b#c"),
            ("A=https://a.example.org/?b=c", "https://a.example.org/?b=c"),
            ("A=$B", "$B"),
        ] {
            assert_eq!(one(line), value, "{line}");
        }
        let all = dotenv("# remark\n\nA=1\r\n\r\nB=2\n").expect("variables");
        assert_eq!(all.into_iter().collect::<Vec<_>>().len(), 2);
    }

    #[test]
    fn white_space_is_kept_for_who_judges_it() {
        assert_eq!(one("A= b"), " b");
        assert_eq!(one("A=b "), "b ");
        assert_eq!(one("A=b\r\n"), "b\r");
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_line_alone() {
        let text = "A=1\nhunter2\nB C=hunter2\nA=hunter2\nD=\"hunter2\nE='hunter2' hunter2\n1F=hunter2\n";
        let problems = dotenv(text).expect_err("problems");
        let expected = [
            (2, "no = stands in it"),
            (3, "what stands before = is no name"),
            (4, "A is set once more"),
            (5, "the value of D does not end where its quotes do"),
            (6, "the value of E does not end where its quotes do"),
            (7, "what stands before = is no name"),
        ];
        assert_eq!(problems, expected.map(|(line, what)| (line, what.to_owned())));
    }
}
