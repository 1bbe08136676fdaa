//! What the policies said, and what follows.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::look::{Code, UNREAD};
use crate::{
    Access, Candidates, Command, Doubt,
    matrix::{NEVER, Questions},
};

/// What the policies say, in numbers.
#[derive(Debug, Deserialize)]
pub(super) struct Probed {
    rows: u32,
    seen: u32,
    changeable: u32,
    removable: u32,
    added: u32,
    tried_to_add: u32,
    /// Row, change, whether the outcome passes, and whether both row and outcome can be seen.
    turned: Vec<(u32, u32, bool, bool)>,
}

/// What the policies said.
pub(super) struct Answers {
    pub(super) questions: Questions,
    /// Answers that would be of rows whose generated columns nobody could choose: another might come to what is asked for.
    pub(super) unchosen: Vec<(Command, Access)>,
    pub(super) whole: Option<Probed>,
    pub(super) by_command: BTreeMap<Command, Result<Probed, Code>>,
}

impl Answers {
    pub(super) fn of(&self, command: Command) -> Option<&Probed> {
        let alone = self
            .by_command
            .get(&command)
            .and_then(|answer| answer.as_ref().ok());
        self.whole.as_ref().or(alone)
    }

    pub(super) fn access(&self, command: Command, may_read: bool) -> Access {
        let is_never = match command {
            Command::Select => self.questions.select == NEVER,
            Command::Insert => false,
            Command::Update => self.questions.update == NEVER,
            Command::Delete => self.questions.delete == NEVER,
        };
        if is_never {
            return Access::None;
        }
        match (self.of(command), self.by_command.get(&command)) {
            (Some(probed), _) => {
                let access = probed.access(command, may_read);
                if self.unchosen.contains(&(command, access.clone())) {
                    Access::Unknown(Doubt::NoCandidate)
                } else {
                    access
                }
            }
            (None, Some(Err(code))) => refused(code.clone()),
            (None, _) => Access::Unknown(Doubt::NoCandidate),
        }
    }
}

impl Probed {
    fn access(&self, command: Command, may_read: bool) -> Access {
        if self.rows == 0 {
            return Access::Unknown(Doubt::NoCandidate);
        }
        match command {
            Command::Select => part(self.seen, self.rows),
            Command::Delete => part(self.removable, self.rows),
            Command::Insert => passing(self.added, self.tried_to_add, Access::All),
            Command::Update => self.update(may_read),
        }
    }

    /// A row can be changed one by one where it can be seen before and after, or together with all others that may be
    /// changed, where each of them may be what the change makes of it.
    fn update(&self, may_read: bool) -> Access {
        if self.changeable == 0 {
            return Access::None;
        }
        let changes: BTreeSet<u32> = self.turned.iter().map(|turned| turned.1).collect();
        let (reached, working) = self.going(may_read);
        let count = |set: &BTreeSet<u32>| u32::try_from(set.len()).unwrap_or(u32::MAX);
        let all = if count(&reached) == self.rows {
            Access::All
        } else {
            Access::Some
        };
        passing(count(&working), count(&changes), all)
    }

    /// The rows that some change goes through with, and the changes that go through with some row.
    pub(super) fn going(&self, may_read: bool) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let together = |change: u32| {
            self.turned
                .iter()
                .filter(|turned| turned.1 == change)
                .all(|turned| turned.2)
        };
        let goes =
            |turned: &&(u32, u32, bool, bool)| (may_read && turned.2 && turned.3) || together(turned.1);
        let going = self.turned.iter().filter(goes);
        going.map(|turned| (turned.0, turned.1)).unzip()
    }
}

fn part(some: u32, all: u32) -> Access {
    match some {
        0 => Access::None,
        some if some == all => Access::All,
        _ => Access::Some,
    }
}

fn passing(passing: u32, tried: u32, all: Access) -> Access {
    match passing {
        _ if tried == 0 => Access::Unknown(Doubt::NoCandidate),
        0 => Access::Rls,
        some if some == tried => all,
        passing => Access::Conditional(Candidates { passing, tried }),
    }
}

/// What an error of the server comes to.
pub(super) fn refused(code: Code) -> Access {
    match code.as_str() {
        "57014" | "55P03" | "40P01" => Access::Unknown(Doubt::Timeout),
        // That nothing is written is our own doing; and what the server lacks at the moment, it may have at the next.
        "25006" | UNREAD => Access::Unknown(Doubt::Unanswered),
        code if ["40", "53", "57", "58"].contains(&code.get(..2).unwrap_or_default()) => {
            Access::Unknown(Doubt::Unanswered)
        }
        // A row that was thought of is not one that the type allows.
        code if code.starts_with("23") => Access::Unknown(Doubt::NoCandidate),
        _ => Access::Error(code),
    }
}
