use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{Error, lifecycle::end_of_day};

/// How many alerts were live at the end of a local day, by severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendDay {
    /// Which day.
    pub date: NaiveDate,
    /// CRITICAL ones.
    pub critical: u64,
    /// WARN ones.
    pub warn: u64,
    /// INFO ones.
    pub info: u64,
}

impl TrendDay {
    /// How far back a trend may go, in days.
    pub const MAX_DAYS: u32 = 366;
}

/// The last local days, today's included, in order.
pub(crate) struct LastDays {
    pub(crate) dates: Vec<NaiveDate>,
    /// When each of them ended; today has not yet.
    pub(crate) ends: Vec<DateTime<Utc>>,
}

impl LastDays {
    pub(crate) fn of(now: DateTime<Utc>, days: u32, zone: Tz) -> Result<Self, Error> {
        if !(1..=TrendDay::MAX_DAYS).contains(&days) {
            return Err(Error::invalid("days", format!("1 to {}", TrendDay::MAX_DAYS)));
        }
        let today = now.with_timezone(&zone).date_naive();
        let dates: Vec<NaiveDate> = (0..days).rev().map(|ago| today - Days::new(ago.into())).collect();
        let past = dates.iter().filter(|date| **date != today);
        Ok(Self {
            ends: past.map(|date| end_of_day(*date, zone).unwrap_or(now)).collect(),
            dates,
        })
    }
}
