//! Months that begin and end: as `vigie.access_roll_partitions`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::state::State;
use crate::{
    journal::{Error, Rolled, form},
    privacy::Month,
};

/// How many months are there before anybody needs them, with the current one.
const AHEAD: usize = 3;

impl State {
    pub(super) fn roll(&mut self, retention: Duration, now: DateTime<Utc>) -> Result<Rolled, Error> {
        form::refuse_retention(retention)?;
        let retention = TimeDelta::from_std(retention).expect("a year at most");
        self.retention = retention;
        let mut rolled = Rolled::default();
        let months = std::iter::successors(Some(Month::of(now)), |month| Some(month.after()));
        for month in months.take(AHEAD) {
            if !self.months.contains_key(&month) {
                self.begin(month);
                rolled.made += 1;
            }
        }
        for (month, salt) in &mut self.months {
            if month.after().begins_at() <= now - retention && salt.take().is_some() {
                rolled.dropped += 1;
            }
        }
        let is_kept = |at| matches!(self.months.get(&Month::of(at)), Some(Some(_)));
        self.events.retain(|event| is_kept(event.occurred_at));
        self.known.retain(|(_, _, occurred_at), _| is_kept(*occurred_at));
        Ok(rolled)
    }
}
