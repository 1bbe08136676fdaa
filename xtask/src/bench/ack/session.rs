//! One psql that stays open: it is asked, and answers, again and again.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::failure::Failure;

/// What psql prints after each answer.
const END: &str = "-- answered";

pub(super) struct Session {
    child: Child,
    /// Nothing, once it shall end.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Session {
    pub(super) fn open(psql: &mut Command) -> Result<Self, Failure> {
        let mut child = psql
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let questions = child.stdin.take();
        let answers = child
            .stdout
            .take()
            .ok_or_else(|| Failure::new("psql has no output"))?;
        Ok(Self {
            child,
            questions,
            answers: BufReader::new(answers),
        })
    }

    /// Asks, and gives what was printed; an error ends the session.
    pub(super) fn ask(&mut self, sql: &str) -> Result<String, Failure> {
        if let Some(questions) = &mut self.questions {
            // psql that has ended tells why below.
            let _ = questions
                .write_all(format!("{sql}\n\\echo {END}\n").as_bytes())
                .and_then(|()| questions.flush());
        }
        let mut printed = String::new();
        loop {
            let begin = printed.len();
            if self.answers.read_line(&mut printed)? == 0 {
                let mut why = String::new();
                if let Some(mut errors) = self.child.stderr.take() {
                    errors.read_to_string(&mut why)?;
                }
                return Err(Failure::new(format!("psql ended: {}", why.trim())));
            }
            if printed[begin..].trim_end() == END {
                printed.truncate(begin);
                return Ok(printed);
            }
        }
    }
}

impl Drop for Session {
    /// psql ends where its input ends.
    fn drop(&mut self) {
        self.questions = None;
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_until_it_ends_and_then_says_why() {
        let script = "while read -r line; do case $line in
            *echo*) echo '-- answered';;
            die) echo because >&2; exit 3;;
            *) echo \"<$line>\"; echo again;;
            esac; done";
        let mut session = Session::open(Command::new("sh").args(["-c", script])).expect("opened");
        assert_eq!(session.ask("one").expect("answered"), "<one>\nagain\n");
        assert_eq!(session.ask("two").expect("answered"), "<two>\nagain\n");
        let failure = session.ask("die").expect_err("it ended").to_string();
        assert!(failure.contains("because"), "{failure}");
        session.ask("three").expect_err("it has ended");
    }
}
