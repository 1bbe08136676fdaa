//! How a run is asked to end before it is through.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// How long applying what was looked at may take, once the check in hand was given up.
const APPLYING: Duration = Duration::from_millis(700);
/// How long the whole run may take then, its books included.
const LAST: Duration = Duration::from_millis(1_400);

/// Asked to end: soon, after what is in hand, or now, in the middle of it. Clones hear the same word.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    soon: CancellationToken,
    now: CancellationToken,
}

impl Ending {
    /// Asks to begin nothing new.
    pub fn soon(&self) {
        self.soon.cancel();
    }

    /// Asks to give up the check in hand.
    pub fn now(&self) {
        self.soon.cancel();
        self.now.cancel();
    }

    /// Asks to begin nothing new, and after so long to give up the check in hand.
    pub async fn within(&self, grace: Duration) {
        self.soon();
        tokio::time::sleep(grace).await;
        self.now();
    }

    /// One that hears every word said here, and may hear one of its own that is not heard here.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            soon: self.soon.child_token(),
            now: self.now.child_token(),
        }
    }

    /// Whether anything was asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.soon.is_cancelled()
    }

    /// Waits until it is asked to begin nothing new.
    ///
    /// Cancel safe.
    pub async fn asked(&self) {
        self.soon.cancelled().await;
    }

    /// Does something that may as well be left, unless it is asked to begin nothing new.
    pub async fn unless_asked<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.soon.run_until_cancelled(work).await
    }

    /// Evaluates unless it has to be given up: then what was begun is dropped.
    pub(super) async fn unless_now<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.now.run_until_cancelled(work).await
    }

    /// Applies what was evaluated; once the check in hand was given up, only for a moment.
    pub(super) async fn unless_late<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.for_a_moment(APPLYING, work).await
    }

    /// Makes a run to its end; once the check in hand was given up, only for a moment. Nothing is kept of what is not
    /// through by then.
    pub async fn unless_lost<T>(&self, run: impl Future<Output = T>) -> Option<T> {
        self.for_a_moment(LAST, run).await
    }

    async fn for_a_moment<T>(&self, moment: Duration, work: impl Future<Output = T>) -> Option<T> {
        let late = async {
            self.now.cancelled().await;
            tokio::time::sleep(moment).await;
        };
        tokio::select! {
            biased;
            done = work => Some(done),
            () = late => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn soon_lets_what_is_in_hand_finish_and_now_does_not() {
        let ending = Ending::default();
        let child = ending.child();
        ending.soon();
        assert!(child.is_asked());
        assert_eq!(child.unless_now(async { 1 }).await, Some(1));
        ending.now();
        assert_eq!(child.unless_now(std::future::pending::<u8>()).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_looked_at_is_kept_unless_that_takes_long() {
        let ending = Ending::default();
        ending.now();
        assert_eq!(
            ending.unless_late(tokio::time::sleep(APPLYING / 2)).await,
            Some(())
        );
        assert_eq!(ending.unless_late(tokio::time::sleep(2 * APPLYING)).await, None);
    }

    #[tokio::test]
    async fn a_word_said_to_a_child_is_not_heard_by_its_parent() {
        let ending = Ending::default();
        ending.child().now();
        assert!(!ending.is_asked());
    }
}
