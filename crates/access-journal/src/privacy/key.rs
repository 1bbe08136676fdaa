use std::{fmt, net::IpAddr};

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{Month, Pseudonym};
use crate::{AccessEvent, Observed};

/// The least that a secret may have, in bytes.
const SHORTEST: usize = 32;

/// A secret of the place, `VIGIE_ACCESS_KEY`: with it, the database holds only half of each month's key. It cannot be
/// printed.
#[derive(Clone)]
pub struct AccessKey(Vec<u8>);

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey")
    }
}

/// What is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it has fewer than 32 bytes; 64 hexadecimal digits made by chance are right")]
pub struct WeakKey;

impl AccessKey {
    /// The secret as it is configured.
    ///
    /// # Errors
    /// Where it is so short that it could be guessed.
    pub fn new(text: &str) -> Result<Self, WeakKey> {
        let text = text.trim();
        if text.len() < SHORTEST {
            return Err(WeakKey);
        }
        Ok(Self(text.as_bytes().to_vec()))
    }

    /// By what this secret is known again in a month. No salt is in it, so that also who sees none can compare.
    #[must_use]
    pub fn check(&self, month: Month) -> KeyCheck {
        KeyCheck(hmac(&self.0, &[b"check", &[0], month.to_string().as_bytes()]))
    }
}

/// Tells one secret from another in a month, and nothing else of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCheck([u8; 32]);

impl KeyCheck {
    /// What these bytes say.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// With what the pseudonyms of a month are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyed {
    /// The month.
    pub month: Month,
    /// With this secret; `None` while nobody recorded with one.
    pub check: Option<KeyCheck>,
    /// Whether some of them were made with none.
    pub is_bare: bool,
}

/// What the store keeps for a month, made by chance, and destroys with the month's events. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

impl Salt {
    /// What these bytes say.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// The key of a month. It cannot be printed.
#[derive(Clone)]
pub struct MonthKey([u8; 32]);

impl fmt::Debug for MonthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MonthKey")
    }
}

impl MonthKey {
    /// The salt itself, or what the place's secret makes of it.
    #[must_use]
    pub fn new(secret: Option<&AccessKey>, salt: &Salt) -> Self {
        Self(secret.map_or(salt.0, |secret| hmac(&secret.0, &[&salt.0])))
    }

    /// Of an address: IPv4 as it is, also inside an IPv6 address; of other IPv6 addresses the network, /64, since one client
    /// has all of it.
    #[must_use]
    pub fn address(&self, address: IpAddr) -> Pseudonym {
        match address.to_canonical() {
            IpAddr::V4(address) => self.of("address 4", &address.octets()),
            IpAddr::V6(address) => self.of("address 6", &address.octets()[..8]),
        }
    }

    /// Of an account: what differs in spaces around it and in case only is the same.
    #[must_use]
    pub fn account(&self, account: &str) -> Pseudonym {
        self.of("account", account.trim().to_lowercase().as_bytes())
    }

    /// Of what a route's template leaves open.
    #[must_use]
    pub fn open(&self, open: &str) -> Pseudonym {
        self.of("open", open.as_bytes())
    }

    /// Of what an event is known by when it is read again: where that is made of a line, an address stands in it.
    #[must_use]
    pub fn known_by(&self, known_by: &str) -> Pseudonym {
        self.of("known by", known_by.as_bytes())
    }

    /// Of a text that is read again and again: its first line stands behind its name.
    pub(super) fn stream(&self, stream: &[u8]) -> Pseudonym {
        self.of("stream", stream)
    }

    /// Of something of a kind; kinds do not meet.
    fn of(&self, kind: &str, what: &[u8]) -> Pseudonym {
        let whole = hmac(&self.0, &[kind.as_bytes(), &[0], what]);
        let mut half = [0; 16];
        half.copy_from_slice(&whole[..16]);
        Pseudonym::from_bytes(half)
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

/// The keys that an instant needs: its month's, and that of the month before while it is [still
/// known](Month::still_known_at).
#[derive(Debug, Clone)]
pub struct Keys {
    /// Of its own month.
    pub own: MonthKey,
    /// Of the month before.
    pub before: Option<MonthKey>,
}

impl Observed {
    /// As the journal keeps it: addresses and accounts become pseudonyms, and are gone; what it is known by too.
    #[must_use]
    pub fn under(self, keys: &Keys) -> AccessEvent {
        let before = keys.before.as_ref();
        let account = self.account.as_deref();
        let resource = match (self.resource, self.open) {
            (resource, None) => resource,
            (resource, Some(open)) => Some(format!(
                "{}#{}",
                resource.unwrap_or_default(),
                keys.own.open(&open)
            )),
        };
        AccessEvent {
            occurred_at: self.occurred_at,
            source: self.source,
            event: self.event,
            outcome: self.outcome,
            severity: self.severity,
            status: self.status,
            error_code: self.error_code,
            method: self.method,
            route: self.route,
            resource,
            actor_id: self.actor_id,
            actor_role: self.actor_role,
            account_hash: account.map(|account| keys.own.account(account)),
            account_hash_before: before.zip(account).map(|(key, account)| key.account(account)),
            address_hash: self.address.map(|address| keys.own.address(address)),
            address_hash_before: before
                .zip(self.address)
                .map(|(key, address)| key.address(address)),
            is_allowed: self.is_allowed,
            country: self.country,
            as_number: self.as_number,
            user_agent_family: self.user_agent_family,
            client_release: self.client_release,
            request_id: self.request_id,
            rows_returned: self.rows_returned,
            count: self.count,
            dedup_key: keys.own.known_by(&self.dedup_key).to_string(),
        }
    }

    /// Which months' keys it needs: its own, and the one before while it is still known.
    #[must_use]
    pub fn months(occurred_at: DateTime<Utc>) -> (Month, Option<Month>) {
        (Month::of(occurred_at), Month::still_known_at(occurred_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> MonthKey {
        MonthKey::new(None, &Salt::from_bytes([byte; 32]))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn one_client_has_one_pseudonym() {
        let of = |text: &str| key(1).address(address(text));
        assert_eq!(of("203.0.113.7"), of("::ffff:203.0.113.7"), "mapped");
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"), "one network");
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("203.0.113.7"), of("203.0.113.8"));
        assert_eq!(
            key(1).account(" Amina@Exemple.cd "),
            key(1).account("amina@exemple.cd")
        );
        assert_ne!(key(1).account("x"), key(1).open("x"), "kinds do not meet");
    }

    #[test]
    fn without_the_key_it_cannot_be_found() {
        let secret = AccessKey::new(&"s".repeat(32)).expect("long");
        let salt = Salt::from_bytes([1; 32]);
        let client = address("203.0.113.7");
        let kept = MonthKey::new(Some(&secret), &salt).address(client);
        let other = AccessKey::new(&"t".repeat(32)).expect("long");
        assert_ne!(kept, key(1).address(client), "the salt alone");
        assert_ne!(
            kept,
            MonthKey::new(Some(&other), &salt).address(client),
            "another secret"
        );
        assert_ne!(
            kept,
            MonthKey::new(Some(&secret), &Salt::from_bytes([2; 32])).address(client),
            "another month"
        );
        assert_eq!(AccessKey::new(&"s".repeat(31)).err(), Some(WeakKey));
    }

    #[test]
    fn a_secret_is_known_again_in_its_month_only() {
        let secret = |of: &str| AccessKey::new(&of.repeat(32)).expect("long");
        let [november, december] = ["2026-11", "2026-12"].map(|month| month.parse().expect("a month"));
        assert_eq!(secret("s").check(november), secret("s").check(november));
        assert_ne!(secret("s").check(november), secret("t").check(november));
        assert_ne!(secret("s").check(november), secret("s").check(december));
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let secret = AccessKey::new(&"hunter2 ".repeat(8)).expect("long");
        let printed = format!("{secret:?} {:?} {:?}", Salt::from_bytes([7; 32]), key(7));
        assert_eq!(printed, "AccessKey Salt MonthKey");
    }
}
