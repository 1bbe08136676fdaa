//! Every promise of `AlertStore`, one function each, kept by every store.
//!
//! `memory.rs` and `postgres.rs` make the harness; `promises!` makes a test of each function.

mod acting;
mod applying;
mod beating;
mod clearing;
mod confirming;
mod knowing;
mod leasing;
mod paging;
mod past;
mod previewing;
mod reading;
pub(crate) mod scene;
mod steady;
mod suppressing;
mod whole_check;

use alerts_store::{AlertStore, Leases};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use acting::*;
pub(crate) use applying::*;
pub(crate) use beating::*;
pub(crate) use clearing::*;
pub(crate) use confirming::*;
pub(crate) use knowing::*;
pub(crate) use leasing::*;
pub(crate) use paging::*;
pub(crate) use past::*;
pub(crate) use previewing::*;
pub(crate) use reading::*;
pub(crate) use steady::*;
pub(crate) use suppressing::*;
pub(crate) use whole_check::*;

/// A store with its people: amina is admin, didier directeur, patricia pca, and others nobody.
#[async_trait]
pub(crate) trait Harness: Send + Sync {
    /// The store as the service reaches it.
    fn service(&self) -> &dyn AlertStore;
    /// The store as people reach it.
    fn people(&self) -> &dyn AlertStore;
    /// The leases beside it.
    fn leases(&self) -> &dyn Leases;
    /// An instant by the store's clock, later than any before.
    async fn now(&self) -> DateTime<Utc>;
    /// Lets time pass for everything that stands in the store.
    async fn pass(&self, time: TimeDelta);
}

/// Makes a test of each promise.
#[macro_export]
macro_rules! promises {
    ($test:ident) => {
        $test! {
            a_finding_opens_an_alert
            an_evaluation_applied_twice_changes_nothing
            a_present_alert_is_not_written_but_seen
            a_change_is_written_once
            a_volatile_figure_is_no_change
            defect_03_duplicates_merge_and_info_is_stored
            a_failing_check_changes_no_other
            a_check_that_fails_too_often_becomes_an_alert
            a_critical_check_that_fails_once_becomes_an_alert
            a_snapshot_from_the_future_is_refused
            a_meta_code_is_refused
            a_skipped_check_is_no_news
            only_the_service_applies
            a_severity_that_rises_voids_the_ack
            a_raised_severity_is_not_overdue_at_birth
            what_cannot_be_stored_is_refused
            a_snapshot_is_an_instant_in_microseconds
            a_clock_set_back_is_an_error
            a_mass_clear_that_was_disproved_is_not_believed
            a_mass_clear_is_believed_by_the_very_next_whole_look
            a_suppression_ends_without_an_evaluation
            a_figure_that_is_none_any_more_counts_as_worse
            a_failing_check_is_not_healthy
            an_alert_about_a_check_is_as_recent_as_the_last_look
            a_gone_finding_clears_after_two
            a_finding_that_returns_in_time_never_left
            defect_04_only_a_complete_evaluation_clears
            defect_04_a_mass_clear_is_not_believed_at_once
            a_false_guard_is_never_believed
            a_fix_is_verified
            defect_05_a_fix_is_refuted_not_undone
            a_fix_of_an_absent_alert_is_verified_at_once
            a_critical_waits_for_a_person_where_the_check_says_so
            an_alert_that_comes_back_is_the_same_alert
            an_alert_that_comes_back_late_has_a_new_due_date
            an_old_snapshot_undoes_no_act
            an_old_snapshot_changes_nothing
            an_ack_can_be_taken_back
            defect_10_an_act_that_touches_nothing_is_an_error
            each_role_may_do_what_it_may
            a_newer_version_refuses_the_act
            a_request_is_done_once
            a_comment_changes_nothing_but_is_told
            an_act_badly_asked_is_refused
            an_accepted_alert_stays_resolved
            an_accepted_alert_comes_back_when_it_expires
            an_accepted_alert_comes_back_when_it_gets_worse
            an_accepted_alert_comes_back_when_its_severity_rises
            an_accepted_alert_that_is_gone_at_its_end_stays_gone
            a_false_positive_has_an_end
            a_critical_is_accepted_by_an_admin_only
            strangers_are_told_so
            a_list_is_ordered_and_filtered
            pages_give_each_alert_once
            a_page_begins_after_a_place_where_nothing_stands
            a_page_says_when_it_was_made
            a_list_is_of_one_database_where_that_is_asked
            a_list_badly_asked_for_is_refused
            a_person_has_a_role_or_none
            checks_are_known_with_how_they_stand
            a_trend_is_told_by_the_events
            runs_are_read_back
            what_came_of_a_check_is_read_back
            the_past_badly_asked_for_is_refused
            times_are_of_one_check_or_of_all
            a_due_date_that_passed_is_recorded_once
            the_summary_counts
            the_vitals_are_the_numbers_of_the_summary
            defect_02_silence_is_not_health
            a_check_of_another_pack_is_frozen
            events_tell_the_whole_life
            a_preview_announces_what_happens
            a_first_run_is_known_without_a_store
            a_preview_is_for_those_who_may_read
            a_preview_refuses_what_apply_refuses
            a_whole_check_is_accepted_at_once
            a_whole_check_is_retired_by_an_admin
            an_act_on_a_check_is_all_or_nothing
            a_confirmed_guard_is_believed_once
            a_confirmed_mass_clear_needs_no_second_showing
            a_confirmation_is_of_what_was_seen
            a_confirmation_ends_after_a_day
            a_confirmation_is_used_up_by_what_needs_none
            only_what_is_suspect_is_confirmed
            a_steady_evaluation_only_moves_its_check_on
            a_check_that_was_overtaken_is_not_moved
            what_differs_is_not_steady
            how_a_check_stands_can_make_it_unsteady
            what_cannot_be_applied_is_not_steady
            only_the_service_moves_checks_on
            what_was_last_seen_is_known
            silence_shows_after_three_intervals
            a_run_that_evaluated_nothing_is_silence
            silence_is_measured_without_a_run
            what_lies_in_the_future_is_no_news
            what_is_past_due_is_counted_where_it_stands
            a_lease_is_held_by_one
            a_lease_ends_by_the_clock
            a_lease_is_given_back_by_its_holder
            a_lease_is_for_the_service_and_well_formed
        }
    };
}
