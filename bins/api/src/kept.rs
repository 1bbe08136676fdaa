//! Something that is found out once for everybody who asks, and told again for a while.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Mutex, time::Instant};

/// Whoever asks first finds out; who asks meanwhile waits for the same, and for so long afterwards it is what everybody is
/// told. What could not be found out is told to who asked, and kept by nobody.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    lasting: Duration,
    last: Arc<Mutex<Option<(Instant, T)>>>,
}

impl<T: Clone + Send + 'static> Kept<T> {
    pub(crate) fn lasting(lasting: Duration) -> Self {
        Self {
            lasting,
            last: Arc::default(),
        }
    }

    /// What is kept, else what is found out now. That goes on also where whoever asked goes away, so that the next one does
    /// not begin anew.
    pub(crate) async fn or_find<E, F>(&self, find: F) -> Result<T, E>
    where
        E: Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let (last, lasting) = (Arc::clone(&self.last), self.lasting);
        let finding = tokio::spawn(async move {
            // Held while finding out: who comes meanwhile wants the same.
            let mut last = last.lock().await;
            if let Some((at, value)) = &*last
                && at.elapsed() < lasting
            {
                return Ok(value.clone());
            }
            let value = find.await?;
            *last = Some((Instant::now(), value.clone()));
            Ok(value)
        });
        match finding.await {
            Ok(found) => found,
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        }
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
        let (failed, next) = tokio::join!(find(Err(())), find(Ok(4)));
        assert_eq!((failed, next), (Err(()), Ok(4)), "what failed is not kept");
        assert_eq!(find(Err(())).await, Ok(4));
    }
}
