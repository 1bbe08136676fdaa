//! A simulation as a file of SQL: what is proposed, what is not and why, and what each statement changes.

use std::fmt::Write as _;

use super::{Outcome, Refused, Simulation, Tried};

impl Simulation {
    /// The file.
    #[must_use]
    pub fn to_sql(&self) -> String {
        let mut file = String::new();
        self.head(&mut file);
        for Tried { fix, outcome } in &self.tried {
            match outcome {
                Outcome::Settled => {}
                Outcome::Proposed {
                    changes,
                    settled,
                    instead,
                } => {
                    about(&mut file, &fix.fingerprint, "", &fix.message);
                    if let Some(refused) = instead {
                        file.push_str("-- closes less than it should; in place of\n");
                        not_done(&mut file, refused);
                    }
                    let others = settled.iter().filter(|own| **own != fix.fingerprint);
                    for other in others {
                        comment(&mut file, &format!("settles {other}"));
                    }
                    for change in changes {
                        comment(&mut file, &change.to_string());
                    }
                    if changes.is_empty() {
                        file.push_str("-- changes no cell\n");
                    }
                    statement(&mut file, &fix.sql);
                }
                Outcome::NotSimulated { why } => {
                    about(&mut file, &fix.fingerprint, "", &fix.message);
                    comment(&mut file, &format!("not simulated: {why}"));
                    statement(&mut file, &fix.sql);
                }
                Outcome::Refused(refused) => {
                    about(&mut file, &fix.fingerprint, ", not proposed", &fix.message);
                    not_done(&mut file, refused);
                }
            }
        }
        if !self.left.is_empty() {
            file.push_str(
                "\n-- Errors that are still there afterwards, and need somebody who knows what is meant:\n",
            );
            for left in &self.left {
                comment(&mut file, left);
            }
        }
        file
    }

    /// How many are proposed, are not, and were not tried.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |is: fn(&Outcome) -> bool| self.tried.iter().filter(|own| is(&own.outcome)).count();
        (
            count(|outcome| matches!(outcome, Outcome::Proposed { .. })),
            count(|outcome| matches!(outcome, Outcome::Refused(_))),
            count(|outcome| matches!(outcome, Outcome::NotSimulated { .. })),
        )
    }

    fn head(&self, file: &mut String) {
        let (proposed, refused, not_tried) = self.counts();
        let _ = writeln!(
            file,
            "-- Written by `vigie audit rls --fix`: {proposed} proposed, {refused} not proposed, {not_tried} not simulated."
        );
        if proposed > 0 {
            file.push_str(
                "-- Each was applied to a copy, in this order and twice; what it changed there stands above it.\n",
            );
        }
        file.push_str("-- Apply it whole, staging first: psql --single-transaction --set ON_ERROR_STOP=1 --file fix.sql\n");
        for doubt in &self.doubts {
            comment(file, &format!("Not proved: {doubt}"));
        }
    }
}

fn about(file: &mut String, fingerprint: &str, what: &str, message: &str) {
    file.push('\n');
    comment(file, &format!("{fingerprint}{what}: {message}"));
}

fn not_done(file: &mut String, refused: &Refused) {
    for line in refused.sql.split(['\n', '\r']) {
        comment(file, &format!("    {line}"));
    }
    for why in &refused.why {
        comment(file, &format!("because {why}"));
    }
}

fn statement(file: &mut String, sql: &str) {
    let _ = writeln!(file, "{sql}");
}

/// One line, whatever the text holds: a name may hold a line's end.
fn comment(file: &mut String, text: &str) {
    file.push_str("-- ");
    for char in text.chars() {
        if char.is_control() {
            file.extend(char.escape_default());
        } else {
            file.push(char);
        }
    }
    file.push('\n');
}
