//! Whoever asks the service.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    CLAIMS,
    answers::{Answers, WARM_UP},
    door::Door,
    http::Connection,
    question::Question,
};
use crate::{bench::stand::Stand, failure::Failure};

/// Somebody whom a service of their own knows.
pub(super) struct Visitor {
    door: Door,
    /// The line of the head that says who asks.
    who: String,
}

impl Visitor {
    /// A program, which brings a token.
    pub(super) fn with_token(stand: &Stand) -> Result<Self, Failure> {
        let secret = stand.sql("postgres", "select gen_random_uuid();")?;
        let secret = secret.trim();
        let file = stand.write("secret", secret)?;
        let door = Door::open(
            stand,
            "programs",
            &format!("secret_file = \"{}\"", file.display()),
        )?;
        let token = include_str!("token.sql");
        let token = stand.sql(
            "postgres",
            &format!("\\set secret {secret}\n\\set claims '{CLAIMS}'\n{token}"),
        )?;
        let who = format!("authorization: Bearer {}\r\n", token.trim());
        Ok(Self { door, who })
    }

    /// A person who has signed in; in the demo that needs no password.
    pub(super) fn signed_in(stand: &Stand) -> Result<Self, Failure> {
        let door = Door::open(stand, "people", "mode = \"demo\"")?;
        let mut browser = Connection::open(door.address, "")?;
        let status = browser.post("/sign-in", "persona=admin")?;
        let cookie = browser.field("set-cookie").and_then(|set| set.split(';').next());
        let Some(cookie) = cookie.filter(|_| status == 303) else {
            return Err(Failure::new(format!("nobody can sign in: {status}")));
        };
        let who = format!("cookie: {cookie}\r\n");
        Ok(Self { door, who })
    }

    /// What an answer weighs, in bytes; insists that it is the one that is to be measured, with so many live alerts.
    pub(super) fn weigh(&self, question: Question, live: &str) -> Result<usize, Failure> {
        let mut connection = Connection::open(self.door.address, &self.who)?;
        let status = connection.get(question.path())?;
        let body = String::from_utf8_lossy(&connection.body);
        let is_right = match question {
            Question::List => body.matches("\"first_detected_at\"").count() == 50,
            Question::Summary => live_of(&body).is_some_and(|counted| counted.to_string() == live),
            Question::Page => body.matches("/governance/alerts/").count() >= 50,
            Question::Health => true,
        };
        if question.is_answered_by(status) && is_right {
            return Ok(connection.body.len());
        }
        Err(Failure::new(format!(
            "{} is answered by {status}, and not as it should be with {live} live alerts: {body}",
            question.path()
        )))
    }

    /// Asks over so many connections for so many seconds, each of them again as soon as it is answered.
    pub(super) fn ask(
        &self,
        question: Question,
        connections: usize,
        seconds: u64,
    ) -> Result<Answers, Failure> {
        let begun = Instant::now();
        let lasting = Duration::from_secs(WARM_UP + seconds);
        let came = thread::scope(|scope| {
            let asking: Vec<_> = (0..connections)
                .map(|_| scope.spawn(|| self.one_after_the_other(question, begun, lasting)))
                .collect();
            let mut came = Vec::new();
            for one in asking {
                came.extend(one.join().map_err(|_| Failure::new("who asks has panicked"))??);
            }
            Ok::<_, Failure>(came)
        })?;
        Ok(Answers::counted(came.into_iter(), seconds))
    }

    /// When each answer came and how long it took, in milliseconds.
    fn one_after_the_other(
        &self,
        question: Question,
        begun: Instant,
        lasting: Duration,
    ) -> Result<Vec<(f64, f64)>, Failure> {
        let mut connection = Connection::open(self.door.address, &self.who)?;
        let mut came = Vec::new();
        while begun.elapsed() < lasting {
            let asked = Instant::now();
            let status = connection.get(question.path())?;
            let took = asked.elapsed();
            if !question.is_answered_by(status) {
                let body = String::from_utf8_lossy(&connection.body);
                return Err(Failure::new(format!("{}: {status} {body}", question.path())));
            }
            came.push((begun.elapsed().as_secs_f64() * 1e3, took.as_secs_f64() * 1e3));
        }
        Ok(came)
    }
}

/// How many alerts are live, by the summary.
fn live_of(summary: &str) -> Option<u64> {
    let summary: Value = serde_json::from_str(summary).ok()?;
    let counts = summary["live"].as_array()?;
    counts.iter().map(|count| count["count"].as_u64()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_says_how_many_are_live() {
        let summary = r#"{"live": [{"severity": "WARN", "count": 3}, {"severity": "INFO", "count": 4}]}"#;
        assert_eq!(live_of(summary), Some(7));
        assert_eq!(live_of("{}"), None);
    }
}
