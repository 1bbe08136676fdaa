//! Every promise of `AccessJournal`, one function each, kept by every journal.
//!
//! `memory/` and `postgres/` make the harness; `promises!` makes a test of each function.

mod recording;
mod rolling;
pub(crate) mod scene;
mod sealing;

use std::sync::Arc;

use access_journal::{AccessEvent, Source, journal::AccessJournal};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

pub(crate) use recording::*;
pub(crate) use rolling::*;
pub(crate) use sealing::*;

/// A journal with its people: amina is admin, didier directeur, patricia pca, and others nobody.
#[async_trait]
pub(crate) trait Harness: Send + Sync {
    /// The journal as whoever hears of accesses reaches it.
    fn recorder(&self) -> Arc<dyn AccessJournal>;
    /// The journal as the service reaches it, which rolls and seals.
    fn service(&self) -> Arc<dyn AccessJournal>;
    /// The journal as people reach it.
    fn people(&self) -> Arc<dyn AccessJournal>;
    /// By the journal's clock.
    async fn now(&self) -> DateTime<Utc>;
    /// What is kept, by `dedup_key`.
    async fn kept(&self) -> Vec<AccessEvent>;
    /// What was seen of a source, what of it was bad, and what was lost.
    async fn heard(&self, source: Source) -> Option<[u64; 3]>;
}

/// Makes a test of each promise.
#[macro_export]
macro_rules! promises {
    ($test:ident) => {
        $test! {
            an_event_is_kept_as_it_is
            an_event_is_recorded_once
            many_at_once_record_each_event_once
            all_are_recorded_or_none
            what_is_not_well_formed_is_refused
            impossible_times_are_refused
            what_has_no_key_is_refused
            a_month_has_one_salt
            a_month_has_one_secret
            a_month_to_come_or_gone_has_none
            people_record_nothing
            a_source_is_heard
            months_begin_before_they_are_needed
            months_end_with_all_that_was_in_them
            what_is_partly_kept_stays
            a_month_that_ended_is_not_begun_anew
            a_retention_out_of_bounds_is_refused
            people_roll_nothing
            what_is_recorded_is_sealed_once
            a_head_that_was_written_down_is_recognized
            people_seal_nothing
            an_honest_journal_is_watched_in_peace
            numbers_are_for_whoever_has_a_role
        }
    };
}
