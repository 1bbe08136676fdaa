//! That something changed: heard once from the database, told to all who follow.

use std::{sync::Arc, time::Duration};

use alerts_store::postgres::{Change, PgChanges};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, sleep, timeout_at},
};
use uuid::Uuid;
use wiring::postgres::PgPool;

/// How often everybody is told to look again where the database cannot tell.
const EVERY: Duration = Duration::from_secs(10);
/// What changes within so long is told once: a run changes much at once.
const PAUSE: Duration = Duration::from_millis(250);

/// So many follow at once.
const MOST: usize = 1_000;

/// Something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct News {
    /// Grows by one each time.
    number: u64,
    /// Something may have been missed.
    pub(crate) missed: bool,
}

/// Where news come from.
#[derive(Debug)]
pub(crate) struct Changes {
    /// The numbers of another process are not ours.
    process: Uuid,
    news: watch::Sender<News>,
    room: Arc<Semaphore>,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            process: Uuid::new_v4(),
            news: watch::Sender::new(News {
                number: 1,
                missed: false,
            }),
            room: Arc::new(Semaphore::new(MOST)),
        }
    }
}

impl Changes {
    /// Tells everybody.
    fn tell(&self, missed: bool) {
        self.news.send_modify(|news| {
            news.number += 1;
            news.missed = missed;
        });
    }

    /// What has been told so far, by name: whoever shows something says with it as of when.
    pub(crate) fn now(&self) -> String {
        self.name(self.news.borrow().number)
    }

    fn name(&self, number: u64) -> String {
        format!("{}.{number}", self.process)
    }

    /// From where somebody left off; who says nothing of that may have missed anything. `None`: too many follow.
    pub(crate) fn follow(self: &Arc<Self>, heard: Option<&str>) -> Option<Follower> {
        let permit = Arc::clone(&self.room).try_acquire_owned().ok()?;
        let mut news = self.news.subscribe();
        let number = news.borrow_and_update().number;
        let is_behind = heard != Some(&self.name(number));
        if is_behind {
            news.mark_changed();
        }
        Some(Follower {
            changes: Arc::clone(self),
            news,
            heard: number,
            is_behind,
            _permit: permit,
        })
    }

    /// Hears the database, for as long as the program runs.
    pub(crate) async fn hear(self: Arc<Self>, pool: PgPool) {
        let mut changes = PgChanges::listen(pool);
        loop {
            let mut missed = changes.next().await == Change::Resync;
            let end = Instant::now() + PAUSE;
            while let Ok(change) = timeout_at(end, changes.next()).await {
                missed |= change == Change::Resync;
                if end <= Instant::now() {
                    break;
                }
            }
            self.tell(missed);
        }
    }

    /// Where a pooler keeps the database from telling: now and then everybody looks again.
    pub(crate) async fn guess(self: Arc<Self>) {
        loop {
            sleep(EVERY).await;
            self.tell(false);
        }
    }
}

/// Somebody who wants to know.
#[derive(Debug)]
pub(crate) struct Follower {
    changes: Arc<Changes>,
    news: watch::Receiver<News>,
    heard: u64,
    is_behind: bool,
    _permit: OwnedSemaphorePermit,
}

impl Follower {
    /// The next news and its name; those in between count as missed.
    pub(crate) async fn next(&mut self) -> Option<(String, News)> {
        self.news.changed().await.ok()?;
        let mut news = *self.news.borrow_and_update();
        news.missed |= self.is_behind || news.number > self.heard + 1;
        self.heard = news.number;
        self.is_behind = false;
        Some((self.changes.name(news.number), news))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn next(follower: &mut Follower) -> (String, bool) {
        let (name, news) = follower.next().await.expect("news");
        (name, news.missed)
    }

    #[tokio::test]
    async fn who_follows_hears_of_everything_and_of_what_was_missed() {
        let changes = Arc::new(Changes::default());
        let follow = |heard: &str| changes.follow(Some(heard)).expect("room");
        let mut follower = follow(&changes.now());
        changes.tell(false);
        let first = next(&mut follower).await;
        assert_eq!(first, (changes.now(), false));
        changes.tell(false);
        changes.tell(false);
        let last = next(&mut follower).await;
        assert_eq!(last, (changes.now(), true), "one was not heard");

        for behind in [first.0.as_str(), "", "1000", &Changes::default().now()] {
            assert_eq!(
                next(&mut follow(behind)).await,
                (last.0.clone(), true),
                "{behind:?}"
            );
        }
        let mut says_nothing = changes.follow(None).expect("room");
        assert!(next(&mut says_nothing).await.1, "anything may have been missed");
        let mut nothing_missed = follow(&last.0);
        changes.tell(false);
        assert_eq!(next(&mut nothing_missed).await, (changes.now(), false));
        changes.tell(true);
        assert_eq!(next(&mut nothing_missed).await, (changes.now(), true));
    }

    #[tokio::test]
    async fn so_many_follow() {
        let changes = Arc::new(Changes::default());
        let mut all: Vec<_> = (0..MOST).map(|_| changes.follow(None)).collect();
        assert!(all.iter().all(Option::is_some) && changes.follow(None).is_none());
        all.pop();
        assert!(changes.follow(None).is_some());
    }
}
