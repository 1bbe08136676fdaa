use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use integrity_core::Caller;

use super::{AccessKey, Keys, Month, MonthKey, Pseudonym};
use crate::{
    AccessEvent, Observed,
    ingest::Stream,
    journal::{AccessJournal, Error},
};

/// How long a key is believed to be kept still: when a month is destroyed, its key does not live on here.
const KEPT: Duration = Duration::from_hours(1);
/// How long it is believed that a month has no key: one that is to come will have one.
const LACKED: Duration = Duration::from_mins(1);
/// More months than can be kept at once.
const MOST: usize = 16;

/// The keys of the months, asked of the journal where they are not at hand: what turns [`Observed`] into [`AccessEvent`].
///
/// It can be shared, and asks the journal about a month once an hour at most; about one that has no key, once a minute.
pub struct KeyRing {
    journal: Arc<dyn AccessJournal>,
    secret: Option<AccessKey>,
    keys: Mutex<HashMap<Month, Held>>,
}

struct Held {
    key: Option<MonthKey>,
    asked: Instant,
}

impl Held {
    fn is_good(&self) -> bool {
        let long = if self.key.is_some() { KEPT } else { LACKED };
        self.asked.elapsed() < long
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing")
    }
}

impl KeyRing {
    /// Over a journal, with the place's secret where there is one.
    #[must_use]
    pub fn new(journal: Arc<dyn AccessJournal>, secret: Option<AccessKey>) -> Self {
        Self {
            journal,
            secret,
            keys: Mutex::default(),
        }
    }

    /// As the journal keeps it: addresses and accounts become pseudonyms, and are gone.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// `Invalid` for an event of a month that has no key: it is not kept any more, or still to come. `OtherSecret` where the
    /// month's pseudonyms are made with another secret. Else what the journal says: `Forbidden`, `Unavailable`.
    pub async fn conceal(&self, caller: &Caller, observed: Observed) -> Result<AccessEvent, Error> {
        let (month, before) = Observed::months(observed.occurred_at);
        let Some(own) = self.key(caller, month).await? else {
            return Err(Error::invalid(
                "occurred_at",
                "is of a month that is not kept any more, or still to come",
            ));
        };
        let before = match before {
            // What the other secret called them, this one cannot say: a new one may begin with a month.
            Some(before) => match self.key(caller, before).await {
                Err(Error::OtherSecret { .. }) => None,
                key => key?,
            },
            None => None,
        };
        Ok(observed.under(&Keys { own, before }))
    }

    /// By what the journal knows a text that is read again and again, which began then; `None` where that month has no key.
    ///
    /// Cancel safe.
    ///
    /// # Errors
    /// What the journal says: `Forbidden`, `Unavailable`.
    pub async fn stream(
        &self,
        caller: &Caller,
        stream: &Stream,
        began_at: DateTime<Utc>,
    ) -> Result<Option<Pseudonym>, Error> {
        let key = self.key(caller, Month::of(began_at)).await?;
        Ok(key.map(|key| key.stream(stream.as_bytes())))
    }

    async fn key(&self, caller: &Caller, month: Month) -> Result<Option<MonthKey>, Error> {
        if let Some(held) = self.held().get(&month).filter(|held| held.is_good()) {
            return Ok(held.key.clone());
        }
        let asked = Instant::now();
        let check = self.secret.as_ref().map(|secret| secret.check(month));
        let salt = self.journal.salt(caller, month, check).await?;
        let key = salt.map(|salt| MonthKey::new(self.secret.as_ref(), &salt));
        let held = Held {
            key: key.clone(),
            asked,
        };
        let mut keys = self.held();
        keys.retain(|_, held| held.is_good());
        if keys.len() >= MOST {
            let oldest = keys.iter().min_by_key(|(_, held)| held.asked);
            let oldest = oldest.map(|(month, _)| *month);
            oldest.and_then(|month| keys.remove(&month));
        }
        keys.insert(month, held);
        Ok(key)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Month, Held>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, feature = "mock"))]
mod tests {
    use super::*;
    use crate::{EventKind, Outcome, Source, journal::MockAccessJournal, privacy::Salt};

    fn observed(at: &str) -> Observed {
        Observed {
            occurred_at: at.parse().expect("a time"),
            source: Source::Api,
            event: EventKind::AuthnLoginFail,
            outcome: Outcome::Refused,
            severity: integrity_core::Severity::Info,
            status: None,
            error_code: None,
            method: None,
            route: None,
            resource: None,
            open: None,
            actor_id: None,
            actor_role: None,
            account: Some("amina@exemple.cd".to_owned()),
            address: Some("203.0.113.7".parse().expect("an address")),
            is_allowed: false,
            country: None,
            as_number: None,
            user_agent_family: None,
            client_release: None,
            request_id: None,
            rows_returned: None,
            count: 1,
            dedup_key: "x".to_owned(),
        }
    }

    /// A journal that has a salt for each month of 2026, and is asked so often.
    fn ring(times: usize) -> KeyRing {
        let mut journal = MockAccessJournal::new();
        journal.expect_salt().times(times).returning(|_, month, _| {
            let number = month.to_string();
            let month = number.strip_prefix("2026-").and_then(|month| month.parse().ok());
            Ok(month.map(|month: u8| Salt::from_bytes([month; 32])))
        });
        KeyRing::new(Arc::new(journal), None)
    }

    async fn conceal(ring: &KeyRing, at: &str) -> Result<AccessEvent, Error> {
        ring.conceal(&Caller::Service, observed(at)).await
    }

    #[tokio::test]
    async fn a_month_is_asked_for_once() {
        let ring = ring(1);
        let one = conceal(&ring, "2026-11-23T08:00:00Z").await.expect("a key");
        let other = conceal(&ring, "2026-11-02T08:00:00Z").await.expect("a key");
        assert!(one.address_hash.is_some() && one.address_hash_before.is_none());
        assert_eq!(one.address_hash, other.address_hash);
        assert_eq!(one.account_hash, other.account_hash);
    }

    #[tokio::test]
    async fn who_goes_on_over_the_end_of_a_month_is_known() {
        let ring = ring(2);
        let before = conceal(&ring, "2026-10-31T23:59:59Z").await.expect("a key");
        let after = conceal(&ring, "2026-11-01T00:00:01Z").await.expect("a key");
        assert_ne!(after.address_hash, before.address_hash);
        assert_eq!(after.address_hash_before, before.address_hash);
        assert_eq!(after.account_hash_before, before.account_hash);
    }

    #[tokio::test]
    async fn what_has_no_key_is_refused_and_asked_for_once() {
        let ring = ring(3);
        for _ in 0..3 {
            let refused = conceal(&ring, "2027-02-01T08:00:00Z").await;
            assert!(
                matches!(&refused, Err(Error::Invalid { field, .. }) if field == "occurred_at"),
                "{refused:?}"
            );
        }
        let first = conceal(&ring, "2026-01-01T00:00:01Z").await.expect("a key");
        assert!(first.address_hash.is_some());
        assert_eq!(first.address_hash_before, None, "the month before is gone");
    }

    #[tokio::test]
    async fn a_new_secret_may_begin_with_a_month_and_not_within() {
        let own = AccessKey::new(&"s".repeat(32)).expect("long");
        let november = "2026-11".parse().expect("a month");
        let check = own.check(november);
        let mut journal = MockAccessJournal::new();
        journal.expect_salt().returning(move |_, month, given| {
            if month == november && given == Some(check) {
                return Ok(Some(Salt::from_bytes([11; 32])));
            }
            Err(Error::OtherSecret {
                reason: "of October".to_owned(),
            })
        });
        let ring = KeyRing::new(Arc::new(journal), Some(own));
        let first = conceal(&ring, "2026-11-01T00:00:01Z").await.expect("its own");
        assert_eq!(
            first.address_hash_before, None,
            "what October called it is not known"
        );
        let late = conceal(&ring, "2026-10-31T23:59:59Z").await;
        assert!(matches!(late, Err(Error::OtherSecret { .. })), "{late:?}");
    }

    #[tokio::test]
    async fn no_more_is_held_than_can_be_kept() {
        let ring = ring(100);
        for year in 3000..3100 {
            let refused = conceal(&ring, &format!("{year}-02-01T08:00:00Z")).await;
            assert!(refused.is_err());
        }
        assert_eq!(ring.held().len(), MOST);
    }
}
