//! Something that is found out once for everybody who asks, and told again for a while.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::OnceCell, time::Instant};

/// Whoever asks first finds out; who asks meanwhile waits for the same, and for so long afterwards it is what everybody is
/// told. That it could not be found out is told to all who waited, and to nobody after them.
#[derive(Debug)]
pub(crate) struct Kept<T, E> {
    lasting: Duration,
    last: Mutex<Arc<Attempt<T, E>>>,
}

/// What came of it, and when; nothing while it is being found out.
type Attempt<T, E> = OnceCell<(Instant, Result<T, E>)>;

impl<T, E> Kept<T, E>
where
    T: Clone + Send + Sync + 'static,
    E: Clone + Send + Sync + 'static,
{
    pub(crate) fn lasting(lasting: Duration) -> Self {
        Self {
            lasting,
            last: Mutex::new(Arc::new(OnceCell::new())),
        }
    }

    /// What is kept, else what is found out now. That goes on also where whoever asked goes away, so that the next one does
    /// not begin anew.
    pub(crate) async fn or_find<F>(&self, find: F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let attempt = self.attempt();
        let finding = tokio::spawn(async move {
            let (_, found) = attempt
                .get_or_init(async || {
                    let found = find.await;
                    (Instant::now(), found)
                })
                .await;
            found.clone()
        });
        match finding.await {
            Ok(found) => found,
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        }
    }

    /// The last one, unless it failed or was too long ago: then a new one.
    fn attempt(&self) -> Arc<Attempt<T, E>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, found)) = last.get()
            && (found.is_err() || at.elapsed() >= self.lasting)
        {
            *last = Arc::new(OnceCell::new());
        }
        Arc::clone(&last)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const LASTING: Duration = Duration::from_secs(2);

    #[tokio::test(start_paused = true)]
    async fn it_is_found_out_once_for_all_and_also_where_who_asked_goes_away() {
        let kept = Kept::lasting(LASTING);
        let found = Arc::new(AtomicU32::new(0));
        let find = |answer: Result<u32, ()>| {
            let found = Arc::clone(&found);
            kept.or_find(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                found.fetch_add(1, Ordering::Relaxed);
                answer
            })
        };
        let gone = tokio::time::timeout(Duration::from_millis(10), find(Ok(1))).await;
        assert!(gone.is_err());
        let (one, other) = tokio::join!(find(Ok(2)), find(Ok(3)));
        assert_eq!((one, other, found.load(Ordering::Relaxed)), (Ok(1), Ok(1), 1));

        tokio::time::advance(LASTING).await;
        let before = Instant::now();
        let both = tokio::join!(find(Err(())), find(Ok(4)));
        assert_eq!(both, (Err(()), Err(())), "who waited does not wait again");
        assert_eq!(before.elapsed(), Duration::from_secs(1));
        assert_eq!(find(Ok(5)).await, Ok(5), "what failed is not kept");
        assert_eq!(find(Err(())).await, Ok(5));
    }
}
