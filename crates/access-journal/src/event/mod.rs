//! What was seen: as the journal keeps it, and as a source tells it.

mod kind;
mod observed;
mod source;
pub(crate) mod word;

use chrono::{DateTime, Utc};
use integrity_core::Severity;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    kind::{EventKind, Outcome},
    observed::Observed,
    source::Source,
    word::UnknownWord,
};
use crate::privacy::Pseudonym;

/// One thing that happened, or several alike within seconds, as the journal keeps it: the columns of
/// `vigie.access_events`. Nothing in it is personal; who it was about is told apart by [`Pseudonym`]s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessEvent {
    /// When it happened, by the source's clock; the first time, where it happened several times.
    pub occurred_at: DateTime<Utc>,
    /// Who saw it.
    pub source: Source,
    /// What happened.
    pub event: EventKind,
    /// Whether it got what it wanted.
    pub outcome: Outcome,
    /// How bad it is by itself; bursts are judged by the rules.
    pub severity: Severity,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The error's code: an SQLSTATE such as 42501, or PostgREST's, such as PGRST301.
    pub error_code: Option<String>,
    /// The HTTP method.
    pub method: Option<String>,
    /// The route's template, such as `/rest/v1/{relation}`; never a path or a query.
    pub route: Option<String>,
    /// What it was about: the relation, or a pseudonym of what a template leaves open.
    pub resource: Option<String>,
    /// Who, as the application numbers people.
    pub actor_id: Option<Uuid>,
    /// In which role: `anon`, `authenticated`, `service_role`.
    pub actor_role: Option<String>,
    /// Which account, where somebody tried to sign in.
    pub account_hash: Option<Pseudonym>,
    /// The same by the key of the month before: in the first minutes of a month only.
    pub account_hash_before: Option<Pseudonym>,
    /// From which address.
    pub address_hash: Option<Pseudonym>,
    /// The same by the key of the month before: in the first minutes of a month only.
    pub address_hash_before: Option<Pseudonym>,
    /// Whether the address is on the allow-list; rules about addresses leave it out.
    pub is_allowed: bool,
    /// The country, as two letters, where the source tells it.
    pub country: Option<String>,
    /// The number of the autonomous system, where the source tells it.
    pub as_number: Option<u32>,
    /// What kind of program asked, such as `Firefox` or `curl`; never the whole user agent.
    pub user_agent_family: Option<String>,
    /// The release of the client, where it tells.
    pub client_release: Option<String>,
    /// The request's number, where there is one.
    pub request_id: Option<String>,
    /// How many rows were given.
    pub rows_returned: Option<u64>,
    /// How many times: repeats within seconds are one event.
    pub count: u32,
    /// What makes it the same event when it is read again.
    pub dedup_key: String,
}
