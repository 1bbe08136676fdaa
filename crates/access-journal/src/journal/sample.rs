//! One of everything that the journal takes and returns, for the tests of those who embed it.

use chrono::{DateTime, TimeDelta};
use integrity_core::Severity;

use super::Recorded;
use crate::{AccessEvent, EventKind, Outcome, Source, privacy::Pseudonym};

impl AccessEvent {
    /// A sample: somebody asked PostgREST for contracts and was refused.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            occurred_at: DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(12),
            source: Source::Postgrest,
            event: EventKind::AuthzFail,
            outcome: Outcome::Refused,
            severity: Severity::Info,
            status: Some(403),
            error_code: Some("42501".to_owned()),
            method: Some("GET".to_owned()),
            route: Some("/rest/v1/{relation}".to_owned()),
            resource: Some("public.contracts".to_owned()),
            actor_id: None,
            actor_role: Some("anon".to_owned()),
            account_hash: None,
            account_hash_before: None,
            address_hash: Some(Pseudonym::from_bytes([7; 16])),
            address_hash_before: None,
            is_allowed: false,
            country: Some("CD".to_owned()),
            as_number: Some(64_496),
            user_agent_family: Some("curl".to_owned()),
            client_release: None,
            request_id: Some("sample-1".to_owned()),
            rows_returned: None,
            count: 1,
            dedup_key: "sample-1".to_owned(),
        }
    }
}

impl Recorded {
    /// A sample: one is new, and none was known.
    #[must_use]
    pub fn sample() -> Self {
        Self { added: 1, known: 0 }
    }
}
