//! One SQL statement of a check with its `:name` parameters made typed binds (`$n::numeric`).
//!
//! A parameter is never pasted into the text, so no value can change what a statement does.

use std::ops::Range;

use super::scan::{Kind, tokens};

/// The parameter that every check has: the instant of the run's snapshot.
pub(crate) const AS_OF: &str = "as_of";

/// One statement, ready to be prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// With `$n` for the n-th of `names`. Keeps the line breaks of the file.
    pub(crate) text: String,
    /// The parameters, in the order of their `$n`.
    pub(crate) names: Vec<String>,
    /// The line of the file at which it begins, counted from 1.
    pub(crate) line: usize,
}

/// What is wrong with a statement's text, and where in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) at: usize,
    pub(super) what: String,
    pub(super) remedy: &'static str,
}

/// The parameters that a text uses, each occurrence with the place of its `:name`.
pub(super) fn parameters(sql: &str) -> Vec<(&str, Range<usize>)> {
    tokens(sql)
        .into_iter()
        .filter(|token| token.kind == Kind::Parameter)
        .map(|token| (&sql[token.at.start + 1..token.at.end], token.at))
        .collect()
}

/// The text with each `:name` replaced.
pub(super) fn replace_parameters(sql: &str, mut replacement: impl FnMut(&str) -> String) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut copied = 0;
    for (name, at) in parameters(sql) {
        text.push_str(&sql[copied..at.start]);
        let replaced = replacement(name);
        // `then:limit` is a word and a parameter; `then$1` would be a word.
        if replaced.starts_with('$') && text.ends_with(|c: char| c.is_alphanumeric() || "_$".contains(c)) {
            text.push(' ');
        }
        text.push_str(&replaced);
        copied = at.end;
    }
    text.push_str(&sql[copied..]);
    text
}

/// Everything that keeps a text from being one statement.
pub(super) fn flaws(sql: &str) -> Vec<Flaw> {
    let tokens = tokens(sql);
    let mut flaws = Vec::new();
    let mut flaw = |at: usize, what: String, remedy| flaws.push(Flaw { at, what, remedy });
    if let Some(at) = sql.find('\0') {
        flaw(at, "the SQL contains a NUL byte".to_owned(), "take it out");
    }
    if tokens
        .iter()
        .all(|token| matches!(token.kind, Kind::Blank | Kind::Semicolon))
    {
        flaw(
            0,
            "there is no SQL".to_owned(),
            "write one SELECT that returns the bad rows",
        );
    }
    for token in &tokens {
        match token.kind {
            Kind::Unterminated => flaw(
                token.at.start,
                "a quotation or a comment that never ends".to_owned(),
                "close it",
            ),
            Kind::Positional => flaw(
                token.at.start,
                format!("{} is not a parameter of a check", &sql[token.at.clone()]),
                "write :name and declare [params.name]",
            ),
            _ => {}
        }
    }
    let code: Vec<_> = tokens.iter().filter(|token| token.kind != Kind::Blank).collect();
    if let Some(pair) = code.windows(2).find(|pair| pair[0].kind == Kind::Semicolon) {
        flaw(
            pair[1].at.start,
            "more than one statement".to_owned(),
            "a check is one SELECT; give each its own file",
        );
    }
    flaws
}

/// The statements of a script, each with where it begins. A routine's body in `BEGIN ATOMIC` is cut apart.
#[cfg(feature = "postgres")]
pub(crate) fn statements(script: &str) -> Vec<(usize, &str)> {
    let mut statements = Vec::new();
    let mut start = None;
    for token in tokens(script) {
        match (token.kind, start) {
            (Kind::Semicolon, Some(begin)) => {
                statements.push((begin, &script[begin..token.at.start]));
                start = None;
            }
            (Kind::Blank | Kind::Semicolon, _) => {}
            (_, None) => start = Some(token.at.start),
            _ => {}
        }
    }
    statements.extend(start.map(|begin| (begin, &script[begin..])));
    statements
}

impl Statement {
    /// Makes a statement of a text without [`flaws`]: one closing `;`, which `psql -f` likes, is taken off.
    /// `type_of` tells the SQL type of each declared parameter.
    pub(super) fn new<'t>(sql: &str, line: usize, type_of: impl Fn(&str) -> Option<&'t str>) -> Self {
        let end = tokens(sql)
            .iter()
            .rev()
            .find(|token| token.kind != Kind::Blank)
            .map_or(0, |token| {
                if token.kind == Kind::Semicolon {
                    token.at.start
                } else {
                    token.at.end
                }
            });
        let mut names: Vec<String> = Vec::new();
        let text = replace_parameters(&sql[..end], |name| {
            let n = names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
            let sql_type = if name == AS_OF {
                "timestamptz"
            } else {
                type_of(name).unwrap_or("text")
            };
            format!("${}::{sql_type}", n + 1)
        });
        Self { text, names, line }
    }

    /// Reads a statement that stands in no file and whose parameters are all text.
    ///
    /// # Errors
    /// What keeps it from being one statement.
    #[cfg(feature = "postgres")]
    pub(crate) fn read(sql: &str) -> Result<Self, String> {
        let flaws = flaws(sql);
        if flaws.is_empty() {
            return Ok(Self::new(sql, 1, |_| Some("text")));
        }
        let whats = flaws.iter().map(|flaw| format!("{}: {}", flaw.what, flaw.remedy));
        Err(whats.collect::<Vec<_>>().join("; "))
    }

    /// The text with something else in the place of each `$n`, by the name of its parameter. A space before it
    /// keeps it a token of its own, whatever stands there.
    #[cfg(feature = "postgres")]
    pub(crate) fn with_values(&self, value: impl Fn(&str) -> String) -> String {
        let mut text = String::with_capacity(self.text.len());
        for token in tokens(&self.text) {
            let token_text = &self.text[token.at];
            let name = (token.kind == Kind::Positional)
                .then(|| token_text.trim_start_matches('$').parse::<usize>().ok())
                .flatten()
                .and_then(|n| self.names.get(n.checked_sub(1)?));
            match name {
                Some(name) => {
                    text.push(' ');
                    text.push_str(&value(name));
                }
                None => text.push_str(token_text),
            }
        }
        text
    }

    /// The line of the file in which the n-th character (from 1, as PostgreSQL counts) of the text stands.
    #[cfg(feature = "postgres")]
    pub(crate) fn line_of(&self, character: usize) -> usize {
        self.line
            + self
                .text
                .chars()
                .take(character.saturating_sub(1))
                .filter(|c| *c == '\n')
                .count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(sql: &str) -> Vec<&str> {
        parameters(sql).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn finds_parameters_in_code_only() {
        for (sql, expected) in [
            ("select :a, :a + :b_2", vec!["a", "a", "b_2"]),
            (
                "x >= :as_of - make_interval(days => :days)",
                vec!["as_of", "days"],
            ),
            ("select 1::int, x::text, f(y := 1)", vec![]),
            ("select ':a', 'it''s :a', \"col:a\", \"a\"\":b\"", vec![]),
            (r"select E'\' :a', e'\\', :b", vec!["b"]),
            (r"select 'c:\', :b", vec!["b"]),
            ("select E'x'\n  '\\' :a', :b", vec!["b"]),
            ("select U&'d\\0061 :a', U&\":a\", :b", vec!["b"]),
            ("select $$ :a $$, $tag$ :a $$ :b $tag$, :c", vec!["c"]),
            ("select a$1$b :c", vec!["c"]),
            ("select 1 -- :a\n, :b", vec!["b"]),
            ("select /* :a /* :b */ :c */ :d", vec!["d"]),
            ("select a[1:2], a[:n], a[lo:hi], a[1:n], b[(:p)]", vec!["p"]),
            (
                "select array[:a, :b], array[[:c]], ARRAY [:d]",
                vec!["a", "b", "c", "d"],
            ),
            ("select (array[1,2])[:n], :z", vec!["z"]),
            ("select :'a', : b, :1", vec![]),
            ("select name_e'x' :a", vec!["a"]),
        ] {
            assert_eq!(names(sql), expected, "{sql}");
        }
    }

    #[test]
    fn each_name_is_one_typed_bind() {
        let type_of = |name: &str| (name == "days").then_some("double precision");
        let statement = Statement::new("\nselect :days, :as_of,\n :days ; -- end\n", 7, type_of);
        assert_eq!(
            statement.text,
            "\nselect $1::double precision, $2::timestamptz,\n $1::double precision "
        );
        assert_eq!(statement.names, ["days", "as_of"]);
        let joined = Statement::new("select case when a then:days end", 1, type_of);
        assert_eq!(joined.text, "select case when a then $1::double precision end");
    }

    #[test]
    #[cfg(feature = "postgres")]
    fn values_take_the_place_of_parameters_and_of_nothing_else() {
        let sql = "select :a, '$1', \"$2\", $$ $1 $$, :as_of, E:a -- $1";
        let statement = Statement::new(sql, 1, |_| Some("text"));
        assert_eq!(
            statement.with_values(|name| format!("<{name}>")),
            "select  <a>::text, '$1', \"$2\", $$ $1 $$,  <as_of>::timestamptz, E  <a>::text"
        );
    }

    #[test]
    #[cfg(feature = "postgres")]
    fn a_position_of_the_server_is_a_line_of_the_file() {
        let statement = Statement::new("\nsélect\n:as_of\nfrom x", 7, |_| None);
        let at = statement.text.chars().position(|c| c == 'x').unwrap() + 1;
        assert_eq!(statement.line_of(at), 10);
        assert_eq!(statement.line_of(1), 7);
    }

    #[test]
    fn says_what_keeps_a_text_from_being_one_statement() {
        let whats = |sql| flaws(sql).into_iter().map(|flaw| flaw.what).collect::<Vec<_>>();
        for fine in [
            "select 1",
            "select 1;",
            "select 1 ; \n -- over\n /* ; */",
            "select ';', $$;$$, \";\"",
        ] {
            assert_eq!(flaws(fine), [], "{fine}");
        }
        assert_eq!(whats("select 1; select 2"), ["more than one statement"]);
        assert_eq!(whats("select 1;;"), ["more than one statement"]);
        assert_eq!(whats("select 1; commit;"), ["more than one statement"]);
        assert_eq!(whats(" -- nothing\n ;"), ["there is no SQL"]);
        assert_eq!(whats("select 'a"), ["a quotation or a comment that never ends"]);
        assert_eq!(
            whats("select 1 /* /* */"),
            ["a quotation or a comment that never ends"]
        );
        assert_eq!(whats("select $1"), ["$1 is not a parameter of a check"]);
        assert_eq!(whats("select '\0'"), ["the SQL contains a NUL byte"]);
    }

    proptest! {
        #[test]
        fn tokens_cover_the_text_without_a_gap(sql in "\\PC*|[a-zE:;'\"$\\[\\]()/*\\\\\n -]*") {
            let mut at = 0;
            for token in tokens(&sql) {
                prop_assert_eq!(token.at.start, at);
                prop_assert!(token.at.end > at);
                at = token.at.end;
            }
            prop_assert_eq!(at, sql.len());
        }

        #[test]
        fn putting_each_parameter_back_changes_nothing(sql in "[a-zE:;'\"$\\[\\]()/*\\\\\n -]*") {
            prop_assert_eq!(replace_parameters(&sql, |name| format!(":{name}")), sql);
        }

        #[test]
        fn a_text_without_parameters_stays_as_it_is(sql in "[a-z0-9:=.,()'\"]*") {
            prop_assume!(parameters(&sql).is_empty());
            prop_assert_eq!(replace_parameters(&sql, |_| "!".to_owned()), sql);
        }

        #[test]
        fn what_stands_in_quotes_is_never_a_parameter(quoted in "[a-z:;$\\[\\]()/* -]*") {
            for sql in [format!("'{quoted}'"), format!("\"{quoted}\""), format!("$Q${quoted}$Q$"), format!("--{quoted}")] {
                prop_assert_eq!(parameters(&sql), []);
                let statement = format!("select 1 {sql}");
                prop_assert_eq!(flaws(&statement), []);
            }
        }
    }
}
