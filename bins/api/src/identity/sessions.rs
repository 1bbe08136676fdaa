//! Who is signed in with a browser.
//!
//! A cookie holds a random name and nothing else; what it stands for is kept here, in memory. Signing out takes it away at
//! once, and so does a restart: people then sign in again. Refused: tokens in the cookie, which nobody could revoke, and
//! which would leave the server with every page.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use integrity_core::Caller;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use uuid::Uuid;

/// Unused for so long, a session ends.
const IDLE: Duration = Duration::from_hours(8);
/// After so long it ends in any case.
const WHOLE: Duration = Duration::from_hours(24 * 7);
/// So many are kept; then the one that was unused for longest goes.
const MOST: usize = 10_000;

/// The tokens of somebody who signed in with a password.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    /// How long the access token lasts.
    pub(crate) lasting: Duration,
}

/// Tokens stay out of logs.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("lasting", &self.lasting)
            .finish_non_exhaustive()
    }
}

/// Somebody who is signed in.
#[derive(Debug)]
pub(crate) struct Session {
    /// What people call them.
    pub(crate) name: String,
    /// Sent with every form, so that no other site can send one.
    pub(crate) csrf: String,
    /// As whom, and until when that is known. Held while it is found out anew, so that only one does.
    pub(crate) standing: tokio::sync::Mutex<Standing>,
    key: Key,
}

/// As whom somebody acts.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) caller: Caller,
    /// Without tokens: until the session ends.
    pub(crate) tokens: Option<Tokens>,
    /// When the tokens were had.
    pub(crate) since: Instant,
    /// Whether the access token is new, and nobody has looked yet whose it is.
    pub(crate) is_unproved: bool,
}

impl Standing {
    /// Keeps new tokens. They replace the old ones at once, which count no more.
    pub(crate) fn renew(&mut self, tokens: Tokens) {
        self.tokens = Some(tokens);
        self.since = Instant::now();
        self.is_unproved = true;
    }

    /// Whether the access token is about to end.
    pub(crate) fn wants_renewal(&self) -> bool {
        self.tokens
            .as_ref()
            .is_some_and(|tokens| self.since.elapsed() + Duration::from_secs(30) > tokens.lasting)
    }
}

/// By what a session is found: a digest, so that nobody who sees the memory has a cookie.
type Key = [u8; 32];

/// Everybody who is signed in.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<Key, Entry>>);

#[derive(Debug)]
struct Entry {
    session: Arc<Session>,
    began: Instant,
    used: Instant,
}

impl Entry {
    fn is_over(&self) -> bool {
        self.used.elapsed() > IDLE || self.began.elapsed() > WHOLE
    }
}

impl Sessions {
    /// Lets somebody in; gives what goes into the cookie.
    pub(crate) fn begin(&self, name: String, caller: Caller, tokens: Option<Tokens>) -> String {
        let cookie = secret();
        let key = key(&cookie);
        let now = Instant::now();
        let session = Arc::new(Session {
            name,
            csrf: secret(),
            standing: tokio::sync::Mutex::new(Standing {
                caller,
                tokens,
                since: now,
                is_unproved: false,
            }),
            key,
        });
        let mut all = self.all();
        if all.len() >= MOST {
            all.retain(|_, entry| !entry.is_over());
        }
        if all.len() >= MOST {
            let oldest = all
                .iter()
                .min_by_key(|(_, entry)| entry.used)
                .map(|(key, _)| *key);
            oldest.and_then(|key| all.remove(&key));
        }
        all.insert(
            key,
            Entry {
                session,
                began: now,
                used: now,
            },
        );
        cookie
    }

    /// Whose cookie it is.
    pub(crate) fn find(&self, cookie: &str) -> Option<Arc<Session>> {
        let key = key(cookie);
        let mut all = self.all();
        let entry = all.get(&key)?;
        if entry.is_over() {
            all.remove(&key);
            return None;
        }
        Some(Arc::clone(&entry.session))
    }

    /// Somebody is there: the session stays for a while more.
    pub(crate) fn used(&self, session: &Session) {
        if let Some(entry) = self.all().get_mut(&session.key) {
            entry.used = Instant::now();
        }
    }

    /// Ends it.
    pub(crate) fn end(&self, session: &Session) {
        self.all().remove(&session.key);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 244 random bits of the system's generator.
fn secret() -> String {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    bytes[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn key(cookie: &str) -> Key {
    Sha256::digest(cookie.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_session_ends_when_it_is_told_to_when_nobody_uses_it_and_after_a_week() {
        let sessions = Sessions::default();
        let begin = || sessions.begin("Amina".to_owned(), Caller::person("amina"), None);
        let (told, unused, used) = (begin(), begin(), begin());
        let visit = |cookie: &str| sessions.find(cookie).map(|session| sessions.used(&session));
        let session = sessions.find(&told).expect("it is there");
        assert_ne!(session.csrf, sessions.find(&used).expect("it is there").csrf);
        sessions.end(&session);
        assert!(sessions.find(&told).is_none(), "told to");
        for hours in (0..24 * 7).step_by(7) {
            assert!(visit(&used).is_some(), "used after {hours} h");
            tokio::time::advance(Duration::from_hours(7)).await;
            // To look is no use.
            sessions.find(&unused);
        }
        assert!(sessions.find(&unused).is_none(), "unused");
        tokio::time::advance(Duration::from_hours(1)).await;
        assert!(sessions.find(&used).is_none(), "after a week");
        assert!(sessions.find("").is_none() && sessions.find("made up").is_none());
    }

    #[tokio::test]
    async fn so_many_are_kept_and_the_oldest_goes() {
        let sessions = Sessions::default();
        let begin = || sessions.begin("Amina".to_owned(), Caller::person("amina"), None);
        let first = begin();
        let second = begin();
        for _ in 2..MOST {
            begin();
        }
        sessions.used(&sessions.find(&first).expect("it is there"));
        begin();
        assert!(sessions.find(&second).is_none() && sessions.find(&first).is_some());
    }
}
