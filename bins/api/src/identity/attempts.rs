//! How often somebody may try to sign in: leaky buckets.
//!
//! What leaks is time: each attempt fills its buckets by one, and they empty by one every so often. The small bucket of an
//! account is of one network too: whoever fills it elsewhere does not lock its owner out. Kept in memory, for so many; when
//! there are more, the emptiest go, which are those that matter least.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use ipnet::IpNet;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::network::network;

/// So many in a row.
const HERE: u32 = 5;
const ACCOUNT: u32 = 50;
/// A whole office may sit behind one address.
const NETWORK: u32 = 30;
/// And then one every so often.
const ACCOUNT_EVERY: Duration = Duration::from_secs(30);
const NETWORK_EVERY: Duration = Duration::from_secs(5);
/// So many buckets are kept.
const MOST: usize = 20_000;

/// By what an account is known: a digest, for an address that somebody typed is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Account([u8; 32]);

impl Account {
    /// The same however it is written.
    pub(crate) fn of(name: &str) -> Self {
        Self(Sha256::digest(name.trim().to_lowercase()).into())
    }
}

/// Long enough to tell accounts apart in a log.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Attempts to sign in.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<Key, Instant>>);

/// What an attempt fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Here(Account, IpNet),
    Account(Account),
    Network(IpNet),
}

impl Attempts {
    /// Counts one. `Err`: how long to wait before the next; that one does not count.
    pub(crate) fn count(&self, account: Account, address: IpAddr) -> Result<(), Duration> {
        // Whoever has an IPv6 address has a whole /64 of them.
        let network = network(address, 32, 64);
        let wanted = [
            (Key::Here(account, network), HERE, ACCOUNT_EVERY),
            (Key::Account(account), ACCOUNT, ACCOUNT_EVERY),
            (Key::Network(network), NETWORK, NETWORK_EVERY),
        ];
        let now = Instant::now();
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.retain(|_, empty_at| *empty_at > now);
        for (key, most, every) in &wanted {
            let empty_at = buckets.get(key).copied().unwrap_or(now);
            let full = *every * *most;
            let would = (empty_at + *every).saturating_duration_since(now);
            if would > full {
                return Err(would.saturating_sub(full));
            }
        }
        while buckets.len() + wanted.len() > MOST {
            let soonest = buckets.iter().min_by_key(|(_, at)| **at).map(|(key, _)| *key);
            soonest.and_then(|key| buckets.remove(&key));
        }
        for (key, _, every) in wanted {
            *buckets.entry(key).or_insert(now) += every;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_may_be_tried_five_times_from_one_network_and_then_every_half_minute() {
        let attempts = Attempts::default();
        let amina = Account::of("amina@example.org");
        for _ in 0..5 {
            attempts.count(amina, address(1)).expect("one of five");
        }
        let again = Account::of(" Amina@Example.ORG");
        let wait = attempts.count(again, address(1)).expect_err("too often");
        assert_eq!(wait, ACCOUNT_EVERY);
        let didier = Account::of("didier@example.org");
        attempts.count(didier, address(1)).expect("somebody else");
        attempts.count(amina, address(2)).expect("from elsewhere");
        tokio::time::advance(wait).await;
        attempts.count(amina, address(1)).expect("after the pause");
        attempts.count(amina, address(1)).expect_err("but only one");
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_may_be_tried_fifty_times_from_everywhere() {
        let attempts = Attempts::default();
        let amina = Account::of("amina@example.org");
        for n in 0..50 {
            attempts.count(amina, address(n)).expect("one of fifty");
        }
        let wait = attempts.count(amina, address(99)).expect_err("too often");
        assert_eq!(wait, ACCOUNT_EVERY);
        tokio::time::advance(wait).await;
        attempts.count(amina, address(99)).expect("after the pause");
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_may_try_thirty_accounts() {
        let attempts = Attempts::default();
        let neighbour = |n: u16| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, n]);
        for n in 0..30 {
            let account = Account::of(&format!("{n}@example.org"));
            attempts.count(account, neighbour(n)).expect("one of thirty");
        }
        let more = Account::of("more@example.org");
        attempts.count(more, neighbour(99)).expect_err("the same network");
        attempts.count(more, address(1)).expect("another");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_kept_than_so_many() {
        let attempts = Attempts::default();
        for n in 0..8_000_u32 {
            let address = IpAddr::from(0x0a00_0000_u32.wrapping_add(n).to_be_bytes());
            attempts
                .count(Account::of(&n.to_string()), address)
                .expect("one of many");
        }
        let kept = attempts.0.lock().expect("nobody panicked").len();
        assert!(kept <= MOST && kept > MOST - 3, "{kept}");
    }
}
