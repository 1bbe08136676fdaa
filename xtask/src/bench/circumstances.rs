//! Under what circumstances something was measured: when, on what, with what, and who else was at work.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    machine::Machine,
    stand::{SETTINGS, Stand},
};
use crate::failure::Failure;

#[derive(Debug)]
pub(super) struct Circumstances {
    /// Words that describe them, in the order in which they are told.
    about: Vec<(&'static str, String)>,
    machine: Machine,
    /// The load average before and after.
    load: [String; 2],
}

impl Circumstances {
    pub(super) fn of(stand: &Stand, measured_on: String, load: [String; 2]) -> Result<Self, Failure> {
        let date = stand.sql(
            "postgres",
            "select to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"');",
        )?;
        Ok(Self {
            about: vec![
                ("date", date.trim().to_owned()),
                ("data", measured_on),
                ("program", stand.programs.line().to_owned()),
                ("server", format!("PostgreSQL {}", stand.version())),
            ],
            machine: Machine::here(),
            load,
        })
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let settings: Vec<String> = SETTINGS
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        let about = self.about.iter().cloned().chain([
            ("machine", self.machine.line()),
            ("settings", settings.join(", ")),
            ("load", format!("{} before, {} after", self.load[0], self.load[1])),
        ]);
        about.map(|(name, value)| format!("{name:<12}{value}")).collect()
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "about": self.about.iter().cloned().collect::<BTreeMap<_, _>>(),
            "machine": self.machine.json(),
            "settings": SETTINGS.iter().copied().collect::<BTreeMap<_, _>>(),
            "load": { "before": self.load[0], "after": self.load[1] },
        })
    }
}
