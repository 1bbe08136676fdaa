//! That something changed: heard once from the database, told to all who follow.

use std::{sync::Arc, time::Duration};

use alerts_store::postgres::{Change, PgChanges};
use tokio::sync::watch;
use wiring::postgres::PgPool;

/// How often everybody is told to look again where the database cannot tell.
const EVERY: Duration = Duration::from_secs(10);
/// At least so long between two tellings: a run changes much at once.
const PAUSE: Duration = Duration::from_millis(250);

/// Something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct News {
    /// Grows by one each time.
    pub(crate) number: u64,
    /// Something may have been missed.
    pub(crate) missed: bool,
}

/// Where news come from.
#[derive(Debug, Clone)]
pub(crate) struct Changes(watch::Sender<News>);

impl Default for Changes {
    fn default() -> Self {
        Self(watch::Sender::new(News {
            number: 1,
            missed: false,
        }))
    }
}

impl Changes {
    /// Tells everybody.
    pub(crate) fn tell(&self, missed: bool) {
        self.0.send_modify(|news| {
            news.number += 1;
            news.missed = missed;
        });
    }

    /// From now on, or from where somebody left off. A number that is not ours is from before a restart.
    pub(crate) fn follow(&self, heard: Option<u64>) -> Follower {
        let mut news = self.0.subscribe();
        let now = news.borrow_and_update().number;
        if heard.is_some_and(|heard| heard != now) {
            news.mark_changed();
        }
        Follower {
            news,
            heard: heard.unwrap_or(now),
        }
    }

    /// Hears the database, for as long as the program runs.
    pub(crate) async fn hear(self: Arc<Self>, pool: PgPool) {
        let mut changes = PgChanges::listen(pool);
        loop {
            let change = changes.next().await;
            self.tell(change == Change::Resync);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Where a pooler keeps the database from telling: now and then everybody looks again.
    pub(crate) async fn guess(self: Arc<Self>) {
        loop {
            tokio::time::sleep(EVERY).await;
            self.tell(false);
        }
    }
}

/// Somebody who wants to know.
#[derive(Debug)]
pub(crate) struct Follower {
    news: watch::Receiver<News>,
    heard: u64,
}

impl Follower {
    /// The next news; those in between count as missed.
    pub(crate) async fn next(&mut self) -> Option<News> {
        self.news.changed().await.ok()?;
        let mut news = *self.news.borrow_and_update();
        news.missed |= news.number > self.heard + 1 || news.number < self.heard;
        self.heard = news.number;
        Some(news)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_follows_hears_of_everything_and_of_what_was_missed() {
        let changes = Changes::default();
        let mut follower = changes.follow(None);
        changes.tell(false);
        let first = follower.next().await.expect("news");
        assert!(!first.missed);
        changes.tell(false);
        changes.tell(false);
        let last = follower.next().await.expect("news");
        assert_eq!((last.number, last.missed), (first.number + 2, true));

        let mut back = changes.follow(Some(first.number));
        assert_eq!(back.next().await, Some(News { number: last.number, missed: true }));
        let mut restarted = changes.follow(Some(1000));
        assert!(restarted.next().await.expect("news").missed);
        let mut nothing_missed = changes.follow(Some(last.number));
        changes.tell(true);
        assert_eq!(nothing_missed.next().await, Some(News { number: last.number + 1, missed: true }));
    }
}
