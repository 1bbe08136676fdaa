//! Every promise of `ReleaseLedger`, one function each, kept by every ledger.
//!
//! `memory/` and `postgres/` make the harness; `promises!` makes a test of each function.

mod ordering;
mod reading;
mod recording;
mod returning;
pub(crate) mod scene;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use release_info::ledger::ReleaseLedger;

pub(crate) use ordering::*;
pub(crate) use reading::*;
pub(crate) use recording::*;
pub(crate) use returning::*;

/// A ledger with its people: amina is admin, didier directeur, patricia pca, and others nobody.
#[async_trait]
pub(crate) trait Harness: Send + Sync {
    /// The ledger as the service reaches it.
    fn service(&self) -> Arc<dyn ReleaseLedger>;
    /// The ledger as people reach it.
    fn people(&self) -> Arc<dyn ReleaseLedger>;
    /// Lets time pass for everything that stands in the ledger.
    async fn pass(&self, time: TimeDelta);
}

/// Makes a test of each promise.
#[macro_export]
macro_rules! promises {
    ($test:ident) => {
        $test! {
            every_step_is_taken_or_refused
            a_release_begins_with_started
            one_deployment_is_open_at_a_place
            a_refusal_records_nothing
            a_whole_life_is_told
            a_key_is_recorded_once
            a_key_names_one_event
            a_key_is_answered_whatever_has_happened_since
            many_at_once_record_one_after_the_other
            the_same_key_at_once_is_recorded_once
            what_is_not_well_formed_is_refused
            proof_comes_with_what_shows_it
            evidence_is_kept_as_it_is
            who_may_record
            the_service_records_what_it_found
            strangers_are_told_so
            what_is_known_of_a_release_is_kept
            pages_give_each_release_once
            a_list_is_of_a_place_where_that_is_asked
            events_come_page_by_page
            the_history_is_told_backwards_page_by_page
            what_is_live_is_known_for_each_place
            what_is_unproved_too_long_is_found
            the_last_drills_are_known
            a_list_badly_asked_for_is_refused
            a_rollback_returns_to_what_was_live
            a_rollback_that_fails_leaves_a_release_that_is_refuted
            a_rollback_returns_to_no_release_that_was_rolled_back
            the_last_verified_is_what_a_rollback_returns_to
            a_release_that_failed_again_can_be_returned_to
            what_was_deployed_anew_and_not_seen_is_no_way_back
            what_never_went_live_leaves_no_trace
            what_was_said_when_it_began_holds_once_it_is_live
            a_rollback_is_seen_to_work_while_it_lasts
            only_a_person_ends_what_a_failed_rollback_left
        }
    };
}
