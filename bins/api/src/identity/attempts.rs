//! How often somebody may try to sign in: leaky buckets.
//!
//! What leaks is time: each attempt fills its buckets by one, and they empty by one every so often. Whoever fills those of an
//! account elsewhere does not lock its owner out: the small one is of one network too, and the large one does not count for
//! a network from which that account was signed in to lately. Kept in memory, for so many; when there are more, the emptiest
//! go, and the oldest sign-ins, which are those that matter least.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    net::IpAddr,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use ipnet::IpNet;
use sha2::Sha256;
use tokio::time::Instant;
use uuid::Uuid;

use super::network::network;

/// So many in a row.
const HERE: u32 = 5;
const ACCOUNT: u32 = 50;
/// A whole office may sit behind one address.
const NETWORK: u32 = 30;
/// And then one every so often.
const ACCOUNT_EVERY: Duration = Duration::from_secs(30);
const NETWORK_EVERY: Duration = Duration::from_secs(5);
/// How long a network is known from which somebody signed in.
const LATELY: Duration = Duration::from_hours(24 * 30);
/// So many buckets are kept, and so many sign-ins.
const MOST: usize = 20_000;

/// Made by chance when the program begins, and gone with it: who has the log, or the journal of accesses beside it, cannot try
/// whose address a digest is.
static KEY: LazyLock<[[u8; 16]; 2]> = LazyLock::new(|| [(); 2].map(|()| Uuid::new_v4().into_bytes()));

/// By what an account is known as long as this program runs: a digest under a key of its own, for an address that somebody
/// typed is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Account([u8; 32]);

impl Account {
    /// The same however it is written.
    pub(crate) fn of(name: &str) -> Self {
        let mut hmac =
            Hmac::<Sha256>::new_from_slice(KEY.as_flattened()).expect("HMAC takes a key of any length");
        hmac.update(name.trim().to_lowercase().as_bytes());
        Self(hmac.finalize().into_bytes().into())
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
pub(crate) struct Attempts(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    /// When each is empty again.
    buckets: HashMap<Key, Instant>,
    /// Until when a network is known from which somebody signed in.
    owners: HashMap<(Account, IpNet), Instant>,
}

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
        let network = one_visitor(address);
        let now = Instant::now();
        let mut kept = self.kept();
        let is_owner = kept
            .owners
            .get(&(account, network))
            .is_some_and(|until| *until > now);
        let here = (Key::Here(account, network), HERE, ACCOUNT_EVERY);
        let everywhere = (Key::Account(account), ACCOUNT, ACCOUNT_EVERY);
        let neighbours = (Key::Network(network), NETWORK, NETWORK_EVERY);
        let wanted = [Some(here), (!is_owner).then_some(everywhere), Some(neighbours)];
        let buckets = &mut kept.buckets;
        buckets.retain(|_, empty_at| *empty_at > now);
        for (key, most, every) in wanted.iter().flatten() {
            let empty_at = buckets.get(key).copied().unwrap_or(now);
            let full = *every * *most;
            let would = (empty_at + *every).saturating_duration_since(now);
            if would > full {
                return Err(would.saturating_sub(full));
            }
        }
        make_room(buckets, wanted.len());
        for (key, _, every) in wanted.into_iter().flatten() {
            *buckets.entry(key).or_insert(now) += every;
        }
        Ok(())
    }

    /// Somebody has signed in: from there, others' attempts elsewhere do not lock them out.
    pub(crate) fn succeeded(&self, account: Account, address: IpAddr) {
        let mut kept = self.kept();
        make_room(&mut kept.owners, 1);
        kept.owners
            .insert((account, one_visitor(address)), Instant::now() + LATELY);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever has an IPv6 address has a whole /64 of them.
fn one_visitor(address: IpAddr) -> IpNet {
    network(address, 32, 64)
}

/// For so many more: what ends soonest goes.
fn make_room<K: Copy + Eq + Hash>(kept: &mut HashMap<K, Instant>, more: usize) {
    while kept.len() + more > MOST {
        let soonest = kept.iter().min_by_key(|(_, at)| **at).map(|(key, _)| *key);
        soonest.and_then(|key| kept.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use sha2::Digest as _;

    use super::*;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, n])
    }

    #[test]
    fn nobody_can_try_whose_a_digest_is() {
        let amina = Account::of("amina@example.org");
        assert_eq!(amina.to_string(), Account::of(" Amina@Example.org").to_string());
        let digest = Sha256::digest("amina@example.org");
        assert_ne!(amina.0[..], digest[..], "known without the key");
        assert_eq!(amina.to_string().len(), 8);
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
    async fn whoever_signed_in_from_there_lately_is_not_locked_out_by_others() {
        let attempts = Attempts::default();
        let (amina, didier) = (
            Account::of("amina@example.org"),
            Account::of("didier@example.org"),
        );
        attempts.succeeded(amina, address(99));
        let attacked = |account| (0..=50).any(|n| attempts.count(account, address(n)).is_err());
        assert!(attacked(amina) && attacked(didier));
        for _ in 0..5 {
            attempts.count(amina, address(99)).expect("as ever");
        }
        attempts
            .count(amina, address(99))
            .expect_err("no more often than anybody");
        attempts
            .count(didier, address(99))
            .expect_err("somebody else's account");
        tokio::time::advance(LATELY).await;
        assert!(attacked(amina));
        attempts.count(amina, address(99)).expect_err("that was long ago");
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
            let account = Account::of(&n.to_string());
            attempts.count(account, address).expect("one of many");
        }
        let kept = attempts.kept().buckets.len();
        assert!(kept <= MOST && kept > MOST - 3, "{kept}");
    }
}
