//! Work that may take longer than a run waits for it: it goes on, and the next run hears what came of it.

use std::{fmt, panic, time::Duration};

use tokio::{sync::Mutex, task::JoinHandle, time::timeout};

/// At most one piece of work at a time.
pub(super) struct Going<T>(Mutex<Option<JoinHandle<T>>>);

impl<T> Default for Going<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> fmt::Debug for Going<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Going").finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Going<T> {
    /// What comes of the work, of that which goes on already before any is begun; none where it takes longer than that.
    pub(super) async fn wait<F>(&self, patience: Duration, begin: impl FnOnce() -> F) -> Option<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let mut going = self.0.lock().await;
        let work = going.get_or_insert_with(|| tokio::spawn(begin()));
        let ended = timeout(patience, work).await.ok()?;
        *going = None;
        match ended {
            Ok(done) => Some(done),
            Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
            // The program ends.
            Err(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn what_takes_long_goes_on_and_is_not_begun_again() {
        let going = Going::default();
        let takes = |seconds: u64, gives: u32| async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            gives
        };
        assert_eq!(going.wait(SOON, || takes(0, 1)).await, Some(1));
        assert_eq!(going.wait(SOON, || takes(3, 2)).await, None);
        assert_eq!(going.wait(SOON, || takes(0, 3)).await, None, "2 goes on");
        assert_eq!(going.wait(SOON * 2, || takes(0, 4)).await, Some(2));
        assert_eq!(going.wait(SOON, || takes(0, 5)).await, Some(5));
    }
}
