//! Leases in memory, for the tests of those who embed this crate.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Caller, Clock};

use crate::{Error, Lease, Leases, lease, store::refuse_people};

/// Leases in memory.
#[derive(Debug)]
pub struct MemoryLeases {
    clock: Arc<dyn Clock>,
    /// Holder and end by name.
    held: Mutex<BTreeMap<String, (String, DateTime<Utc>)>>,
}

impl MemoryLeases {
    /// Leases that nobody has yet, by the time of `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            held: Mutex::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, (String, DateTime<Utc>)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Leases for MemoryLeases {
    async fn acquire(
        &self,
        caller: &Caller,
        name: &str,
        holder: &str,
        for_: Duration,
    ) -> Result<Lease, Error> {
        refuse_people(caller)?;
        lease::refuse_malformed(name, holder)?;
        let at = self.clock.now();
        let wanted = (
            holder.to_owned(),
            at + TimeDelta::microseconds(lease::microseconds(for_)?),
        );
        let mut held = self.held();
        let (holder_now, until) = match held.get(name) {
            Some((other, until)) if other != holder && *until > at => (other.clone(), *until),
            _ => {
                held.insert(name.to_owned(), wanted.clone());
                wanted
            }
        };
        Ok(Lease {
            held: holder_now == holder,
            holder: holder_now,
            until,
            at,
        })
    }

    async fn release(&self, caller: &Caller, name: &str, holder: &str) -> Result<(), Error> {
        refuse_people(caller)?;
        lease::refuse_malformed(name, holder)?;
        let mut held = self.held();
        if held.get(name).is_some_and(|(whose, _)| whose == holder) {
            held.remove(name);
        }
        Ok(())
    }
}
