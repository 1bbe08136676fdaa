//! How often somebody may try to sign in: a leaky bucket per account and one per address.
//!
//! What leaks is time: each attempt fills a bucket by one, and it empties by one every so often. Kept in memory, for so
//! many; when there are more, the emptiest go, which are those that matter least.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

/// So many in a row on one account, then one every [`ACCOUNT_EVERY`].
const ACCOUNT: u32 = 5;
const ACCOUNT_EVERY: Duration = Duration::from_secs(30);
/// And from one address, behind which a whole office may sit.
const ADDRESS: u32 = 30;
const ADDRESS_EVERY: Duration = Duration::from_secs(5);
/// So many buckets are kept.
const MOST: usize = 20_000;

/// Attempts to sign in.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<Key, Instant>>);

/// An account is known by a digest: an address that somebody typed is nobody's business.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account([u8; 32]),
    Address(IpAddr),
}

impl Attempts {
    /// Counts one. `Err`: how long to wait before the next; that one does not count.
    pub(crate) fn count(&self, account: &str, address: IpAddr) -> Result<(), Duration> {
        let account = Key::Account(Sha256::digest(account.trim().to_lowercase()).into());
        let now = Instant::now();
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.retain(|_, empty_at| *empty_at > now);
        let wanted = [
            (account, ACCOUNT, ACCOUNT_EVERY),
            (Key::Address(network(address)), ADDRESS, ADDRESS_EVERY),
        ];
        for (key, most, every) in &wanted {
            let empty_at = buckets.get(key).copied().unwrap_or(now);
            let full = *every * *most;
            let would = (empty_at + *every).saturating_duration_since(now);
            if would > full {
                return Err(would.saturating_sub(full));
            }
        }
        if buckets.len() + wanted.len() > MOST {
            let soonest = buckets
                .iter()
                .min_by_key(|(_, at)| **at)
                .map(|(key, _)| key.clone());
            soonest.and_then(|key| buckets.remove(&key));
        }
        for (key, _, every) in wanted {
            *buckets.entry(key).or_insert(now) += every;
        }
        Ok(())
    }
}

/// Whoever has an IPv6 address has a whole /64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let mut octets = address.octets();
            octets[8..].fill(0);
            IpAddr::from(octets)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_may_be_tried_five_times_and_then_every_half_minute() {
        let attempts = Attempts::default();
        for n in 0..5 {
            attempts
                .count("amina@example.org", address(n))
                .expect("one of five");
        }
        let wait = attempts
            .count(" Amina@Example.ORG", address(9))
            .expect_err("too often");
        assert_eq!(wait, ACCOUNT_EVERY);
        attempts
            .count("didier@example.org", address(9))
            .expect("somebody else");
        tokio::time::advance(wait).await;
        attempts
            .count("amina@example.org", address(9))
            .expect("after the pause");
        attempts
            .count("amina@example.org", address(9))
            .expect_err("but only one");
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_may_try_thirty_accounts() {
        let attempts = Attempts::default();
        let neighbour = |n: u16| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, n]);
        for n in 0..30 {
            attempts
                .count(&format!("{n}@example.org"), neighbour(n))
                .expect("one of thirty");
        }
        attempts
            .count("more@example.org", neighbour(99))
            .expect_err("the same network");
        attempts.count("more@example.org", address(1)).expect("another");
    }
}
