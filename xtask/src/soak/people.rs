//! People who act on alerts while everything else goes on, each act remembered with its answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use fastrand::Rng;

use super::psql::{Broken, Psql};
use crate::failure::Failure;

/// What the server said to an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Refused,
    /// The connection was cut, or there was none.
    Unknown,
}

impl Answer {
    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::Refused => "REFUSED",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// Something a person did.
#[derive(Debug, Clone)]
pub(super) struct Act {
    request: String,
    alert: String,
    person: &'static str,
    verb: &'static str,
    args: String,
    pub(super) answer: Answer,
}

impl Act {
    /// Asks for it, as the API would for a person who is signed in.
    fn ask(&mut self, psql: &Psql) {
        let Self {
            request,
            alert,
            person,
            verb,
            args,
            ..
        } = self;
        let script = format!(
            "set role authenticated;\nset vigie.door = 'api';\nset request.jwt.claims = '{{\"sub\":\"{person}\"}}';\n\
             select replayed from vigie.act_on_alert('{alert}', '{verb}', '{args}', null, '{request}');\n"
        );
        self.answer = match psql.run(&script) {
            Ok(_) => Answer::Done,
            Err(broken) if broken.is_refusal() => Answer::Refused,
            Err(_) => Answer::Unknown,
        };
    }

    /// A row of what the soak remembers.
    pub(super) fn row(&self) -> String {
        format!(
            "('{}', '{}', '{}')",
            self.request,
            self.alert,
            self.answer.as_str()
        )
    }
}

/// What people may act on in one round, and until when a suppression may last.
#[derive(Debug, Default)]
pub(super) struct Desk {
    alerts: Vec<String>,
    soon: String,
    late: String,
}

impl Desk {
    /// Everything but the alerts of one check.
    pub(super) fn read(psql: &Psql, quiet: Option<&str>) -> Result<Self, Broken> {
        let printed = psql.run(&format!(
            "select now() + interval '4 s', now() + interval '30 days';\n\
             select id from vigie.alerts where entity_type <> 'CHECK' and check_code <> '{}' \
             order by check_code, entity_id;",
            quiet.unwrap_or_default()
        ))?;
        let mut lines = printed.lines();
        let (soon, late) = lines
            .next()
            .and_then(|line| line.split_once('|'))
            .unwrap_or_default();
        Ok(Self {
            soon: soon.to_owned(),
            late: late.to_owned(),
            alerts: lines.map(str::to_owned).collect(),
        })
    }

    fn next(&self, rng: &mut Rng) -> Option<Act> {
        let alert = rng.choice(&self.alerts)?.clone();
        let comment = "\"comment\": \"looked at it\"";
        let until = if rng.bool() { &self.soon } else { &self.late };
        let (verb, args) = match rng.u8(..9) {
            0..=2 => ("ack", "{}".to_owned()),
            3 => ("unack", "{}".to_owned()),
            4..=5 => ("resolve", format!("{{{comment}}}")),
            6 => ("accept", format!("{{{comment}, \"until\": \"{until}\"}}")),
            7 => ("false_positive", format!("{{{comment}, \"until\": \"{until}\"}}")),
            _ => ("comment", format!("{{{comment}}}")),
        };
        Some(Act {
            request: uuid(rng.u128(..)),
            alert,
            person: if rng.bool() { "amina" } else { "didier" },
            verb,
            args,
            answer: Answer::Unknown,
        })
    }
}

/// People at work.
#[derive(Debug)]
pub(super) struct People {
    ended: Arc<AtomicBool>,
    work: JoinHandle<Vec<Act>>,
}

impl People {
    pub(super) fn begin(psql: Psql, desk: Desk, mut rng: Rng) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let work = thread::spawn(move || {
            let mut acts = Vec::new();
            while !end.load(Ordering::Relaxed) {
                if let Some(mut act) = desk.next(&mut rng) {
                    act.ask(&psql);
                    acts.push(act);
                }
                thread::sleep(Duration::from_millis(rng.u64(50..250)));
            }
            acts
        });
        Self { ended, work }
    }

    /// Lets them finish what they are at.
    pub(super) fn end(self) -> Result<Vec<Act>, Failure> {
        self.ended.store(true, Ordering::Relaxed);
        self.work
            .join()
            .map_err(|_| Failure::new("the people of the soak have panicked"))
    }
}

/// Asks again for every act whose answer was lost: by its number, Vigie knows whether it was done.
pub(super) fn ask_again(psql: &Psql, acts: &mut [Act]) {
    for act in acts.iter_mut().filter(|act| act.answer == Answer::Unknown) {
        act.ask(psql);
    }
}

fn uuid(number: u128) -> String {
    let hex = format!("{number:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_what_is_asked_for() {
        let desk = Desk {
            alerts: vec!["a".to_owned(), "b".to_owned()],
            ..Desk::default()
        };
        let asked = |seed| {
            let mut rng = Rng::with_seed(seed);
            let acts = (0..20).filter_map(|_| desk.next(&mut rng));
            acts.map(|act| act.row() + act.verb).collect::<Vec<_>>()
        };
        assert_eq!(asked(7), asked(7));
        assert_ne!(asked(7), asked(8));
        assert_eq!(uuid(1), "00000000-0000-0000-0000-000000000001");
        assert!(Desk::default().next(&mut Rng::with_seed(1)).is_none());
    }
}
