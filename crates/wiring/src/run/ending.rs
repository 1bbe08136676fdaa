//! How a run is asked to end before it is through.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Asked to end: soon, after the check in hand; now, in the middle of it; or without even applying what was evaluated
/// before. Clones hear the same word.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    soon: CancellationToken,
    now: CancellationToken,
    late: CancellationToken,
}

/// How long applying may take once the check in hand was given up.
const APPLYING: Duration = Duration::from_secs(1);

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

    /// Asks to begin nothing new, after so long to give up the check in hand, and a second later everything.
    pub async fn within(&self, grace: Duration) {
        self.soon();
        tokio::time::sleep(grace).await;
        self.now();
        tokio::time::sleep(APPLYING).await;
        self.late.cancel();
    }

    /// One that hears every word said here, and may hear one of its own that is not heard here.
    #[must_use]
    pub fn child(&self) -> Self {
        Self {
            soon: self.soon.child_token(),
            now: self.now.child_token(),
            late: self.late.child_token(),
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

    /// Evaluates unless it has to be given up: then what was begun is dropped.
    pub(super) async fn unless_now<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.now.run_until_cancelled(work).await
    }

    /// Applies unless it is too late for that: then what was begun is dropped.
    pub(super) async fn unless_late<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.late.run_until_cancelled(work).await
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
    async fn what_was_evaluated_is_applied_until_it_is_too_late() {
        let ending = Ending::default();
        ending.now();
        assert_eq!(ending.unless_late(async { 1 }).await, Some(1));
        ending.within(Duration::from_secs(8)).await;
        assert_eq!(ending.unless_late(std::future::pending::<u8>()).await, None);
    }

    #[tokio::test]
    async fn a_word_said_to_a_child_is_not_heard_by_its_parent() {
        let ending = Ending::default();
        ending.child().now();
        assert!(!ending.is_asked());
    }
}
