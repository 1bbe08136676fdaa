//! A person who acknowledges alerts and takes it back, one after the other without a pause, and the book of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use super::session::Session;
use crate::{
    bench::{script, stand::Stand},
    failure::Failure,
};

/// Who acts: an admin of sql/demo/access.sql.
const WHO: &str = "amina";

/// One act that was done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    pub(super) begun: Instant,
    pub(super) ended: Instant,
    /// By psql: from the question to the answer, commit included.
    pub(super) milliseconds: f64,
}

/// Everything that was done in a database.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Of each act the alert and the verb; its place is its request.
    acts: Vec<(String, &'static str)>,
    acknowledged: BTreeSet<String>,
}

impl Book {
    /// What comes next for an alert: nobody acknowledges twice.
    fn next(&self, alert: &str) -> &'static str {
        if self.acknowledged.contains(alert) {
            "unack"
        } else {
            "ack"
        }
    }

    fn enter(&mut self, alert: &str, verb: &'static str) {
        self.acts.push((alert.to_owned(), verb));
        if verb == "ack" {
            self.acknowledged.insert(alert.to_owned());
        } else {
            self.acknowledged.remove(alert);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.acts.len()
    }

    /// Insists that the database knows every act once and no other, and every alert as it was left.
    pub(super) fn compare(&self, stand: &Stand, database: &str) -> Result<(), Failure> {
        let events = stand.sql(
            database,
            &format!(
                "select e.request_id, e.alert_id, e.diff ->> 'verb' from vigie.alert_events e where e.actor = '{WHO}';"
            ),
        )?;
        self.compare_events(&events)?;
        let left = stand.sql(
            database,
            "select a.id from vigie.alerts a where a.status = 'ACK' order by a.id::text collate \"C\";",
        )?;
        let wanted: Vec<&str> = self.acknowledged.iter().map(String::as_str).collect();
        if left.lines().collect::<Vec<_>>() == wanted {
            return Ok(());
        }
        Err(Failure::new(format!(
            "{database}: {} alerts were left acknowledged, and others are",
            wanted.len()
        )))
    }

    fn compare_events(&self, events: &str) -> Result<(), Failure> {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for event in events.lines() {
            *times.entry(event.to_owned()).or_default() += 1;
        }
        for (n, (alert, verb)) in self.acts.iter().enumerate() {
            let times = times
                .remove(&format!("{}|{alert}|{verb}", request(n)))
                .unwrap_or_default();
            if times != 1 {
                return Err(Failure::new(format!(
                    "{verb} of {alert}, act {n}, is {times} times in the events"
                )));
            }
        }
        match times.first_key_value() {
            None => Ok(()),
            Some((event, _)) => Err(Failure::new(format!("nobody did what the events tell: {event}"))),
        }
    }
}

/// The request of an act, which no other act has.
fn request(n: usize) -> String {
    format!("00000000-0000-4000-8000-{n:012x}")
}

/// The person at work in a database, on some of its alerts.
pub(super) struct Person<'b> {
    session: Session,
    alerts: Vec<String>,
    book: &'b mut Book,
    at: usize,
}

impl<'b> Person<'b> {
    pub(super) fn sign_in(
        stand: &Stand,
        database: &str,
        alerts: Vec<String>,
        book: &'b mut Book,
    ) -> Result<Self, Failure> {
        if alerts.is_empty() {
            return Err(Failure::new("there is no alert to act on"));
        }
        let mut session = Session::open(&mut stand.psql(database, "vigie_api"))?;
        session.ask(&format!(
            "set role authenticated;\nselect set_config('request.jwt.claims', '{{\"sub\":\"{WHO}\"}}', false);\n\\timing on"
        ))?;
        Ok(Self {
            session,
            alerts,
            book,
            at: 0,
        })
    }

    /// So many acts.
    pub(super) fn act_times(&mut self, times: usize) -> Result<Vec<Act>, Failure> {
        (0..times).map(|_| self.act()).collect()
    }

    /// Acts until somebody says that it is enough.
    pub(super) fn act_until(&mut self, enough: &AtomicBool) -> Result<Vec<Act>, Failure> {
        let mut acts = Vec::new();
        while !enough.load(Ordering::Relaxed) {
            acts.push(self.act()?);
        }
        Ok(acts)
    }

    fn act(&mut self) -> Result<Act, Failure> {
        let alert = &self.alerts[self.at % self.alerts.len()];
        self.at += 1;
        let verb = self.book.next(alert);
        let request = request(self.book.len());
        let sql = format!("select vigie.act_on_alert('{alert}', '{verb}', '{{}}', null, '{request}');");
        let begun = Instant::now();
        let printed = self.session.ask(&sql)?;
        let ended = Instant::now();
        let milliseconds = script::milliseconds(&printed)
            .filter(|_| printed.starts_with("(f,"))
            .ok_or_else(|| Failure::new(format!("{verb} of {alert} was answered: {printed}")))?;
        self.book.enter(alert, verb);
        Ok(Act {
            begun,
            ended,
            milliseconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_knows_what_comes_next() {
        let mut book = Book::default();
        assert_eq!(book.next("a"), "ack");
        book.enter("a", "ack");
        assert_eq!((book.next("a"), book.next("b")), ("unack", "ack"));
        book.enter("a", "unack");
        assert_eq!((book.next("a"), book.len()), ("ack", 2));
    }

    #[test]
    fn every_act_is_in_the_events_once_and_no_other_is() {
        let mut book = Book::default();
        book.enter("a", "ack");
        book.enter("a", "unack");
        let (first, second) = (
            "00000000-0000-4000-8000-000000000000|a|ack",
            "00000000-0000-4000-8000-000000000001|a|unack",
        );
        let told = |events: &[&str]| book.compare_events(&events.join("\n"));
        assert!(told(&[second, first]).is_ok());
        for wrong in [
            vec![first],
            vec![first, second, second],
            vec![first, second, "|a|ack"],
            vec![first, "00000000-0000-4000-8000-000000000001|b|unack"],
        ] {
            assert!(told(&wrong).is_err(), "{wrong:?}");
        }
    }
}
