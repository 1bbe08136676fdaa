//! What the text of a check must not say, and what it had better not say.
//!
//! Read from tokens, so that a file can be judged where no database is at hand. Refused: to leave it to the
//! server, which finds some of these only when they run, and most of them right.

mod calls;
mod clock;
mod code;
mod division;
mod functions;
mod limits;
mod shape;

use super::statement::Flaw;
use code::Code;

/// Everything in a text that a check must not do.
pub(super) fn refusals(sql: &str) -> Vec<Flaw> {
    let code = Code::new(sql);
    let mut flaws = Vec::new();
    shape::judge(&code, &mut flaws);
    clock::judge(&code, &mut flaws);
    functions::judge(&code, &mut flaws);
    limits::judge(&code, &mut flaws);
    flaws
}

/// A function's name where it is called.
#[cfg(feature = "postgres")]
pub(crate) struct Call {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
    /// In bytes.
    pub(crate) at: usize,
}

#[cfg(feature = "postgres")]
impl Call {
    /// As it is written, without quotes.
    pub(crate) fn full_name(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Every function that a text calls by its name.
#[cfg(feature = "postgres")]
pub(crate) fn calls(sql: &str) -> Vec<Call> {
    calls::calls(&Code::new(sql))
        .into_iter()
        .map(|call| Call {
            schema: call.schema.map(str::to_owned),
            name: call.name.to_owned(),
            at: call.at,
        })
        .collect()
}

/// The text with blanks in the place of every `COLLATE …`: it changes no value, and parsers stumble over it.
#[cfg(feature = "postgres")]
pub(crate) fn without_collations(sql: &str) -> String {
    let code = Code::new(sql);
    let mut text = sql.to_owned();
    for n in (0..code.len()).filter(|n| code.word(*n) == "collate" && !code.is_label(*n)) {
        let mut last = n + 1;
        while code.get(last + 1).is_some_and(|piece| piece.text == ".") {
            last += 2;
        }
        if let (Some(from), Some(to)) = (code.get(n), code.get(last)) {
            let range = from.at..to.at + to.text.len();
            let blanks: String = sql[range.clone()]
                .bytes()
                .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
                .collect();
            text.replace_range(range, &blanks);
        }
    }
    text
}

/// What is allowed and still deserves a word. `may_be_zero` tells of a parameter's values.
pub(super) fn warnings(sql: &str, may_be_zero: impl Fn(&str) -> bool) -> Vec<Flaw> {
    division::doubts(&Code::new(sql), &may_be_zero)
}

#[cfg(test)]
mod tests {
    use super::{refusals, warnings};

    /// A text that is refused, with these words.
    #[track_caller]
    pub(super) fn refused(sql: &str, words: &str) {
        let flaws = refusals(sql);
        assert!(
            flaws.iter().any(|flaw| flaw.what.contains(words)),
            "{sql}: {flaws:?}"
        );
        assert!(flaws.iter().all(|flaw| !flaw.remedy.is_empty()));
    }

    /// A text with which nothing is wrong.
    #[track_caller]
    pub(super) fn silent(sql: &str) {
        assert_eq!(refusals(sql), [], "{sql}");
    }

    /// The limit is that of the tests, and so many that whatever goes through all of them for each one passes it.
    #[test]
    fn many_brackets_are_read_in_one_go() {
        let many = 100_000;
        let beside = format!("select 1 from t x where true {}", "and (1) f (2) ".repeat(many));
        let within = format!("select 1 / {}1{} f (1)", "(".repeat(many), ")".repeat(many));
        let open = format!("select {}", "f (".repeat(many));
        let shut = format!("select 1 {}", ") f (1)".repeat(many));
        for sql in [beside, within, open, shut] {
            assert_eq!(refusals(&sql), []);
            let _ = warnings(&sql, |_| true);
        }
    }
}
