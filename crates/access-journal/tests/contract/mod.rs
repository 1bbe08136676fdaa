//! Every promise of `AccessJournal`, one function each, kept by every journal.
//!
//! `memory/` and `postgres/` make the harness; `promises!` makes a test of each function.

mod changing;
mod detecting;
mod recording;
mod rolling;
pub(crate) mod scene;
mod sealing;
mod telling;

use std::sync::Arc;

use access_journal::{AccessEvent, Source, journal::AccessJournal};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

pub(crate) use changing::*;
pub(crate) use detecting::*;
pub(crate) use recording::*;
pub(crate) use rolling::*;
pub(crate) use sealing::*;
pub(crate) use telling::*;

/// A journal with its people: amina is admin, didier directeur, patricia pca, and others nobody.
#[async_trait]
pub(crate) trait Harness: Send + Sync {
    /// The journal as whoever hears of accesses reaches it.
    fn recorder(&self) -> Arc<dyn AccessJournal>;
    /// The journal as the service reaches it, which rolls and seals.
    fn service(&self) -> Arc<dyn AccessJournal>;
    /// The journal as people reach it.
    fn people(&self) -> Arc<dyn AccessJournal>;
    /// Waits until everything that has begun on that server is over, so that what was recorded can be sealed at once.
    async fn settle(&self);
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
            all_that_are_refused_are_named_at_once
            what_is_not_well_formed_is_refused
            impossible_times_are_refused
            what_has_no_key_is_refused
            a_month_has_one_salt
            a_month_has_one_secret
            a_month_to_come_or_gone_has_none
            people_record_nothing
            a_source_is_heard
            what_is_read_again_is_counted_once
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
            a_journal_that_nobody_uses_says_so
            what_a_change_came_to_is_told_source_by_source
            what_was_read_without_signing_in_is_told_new_first
            a_change_is_told_to_whoever_has_a_role
            what_an_audit_names_is_handed_over
            people_are_told_nothing_of_it
            a_bucket_runs_over_above_what_it_holds
            one_persons_bucket_leaks_by_the_minute
            an_account_is_tried_so_often_within_a_time
            so_many_different_ones_within_a_time
            what_is_too_much_once_is_told_for_a_day
            what_came_since_the_last_look_is_seen
            a_source_is_silent_after_an_hour
            what_somebody_dealt_with_is_seen_no_more
            people_look_at_no_rules
        }
    };
}
