use std::{fmt, net::IpAddr};

use chrono::{DateTime, Utc};
use integrity_core::Severity;
use uuid::Uuid;

use super::{EventKind, Outcome, Source};

/// What a source tells, with the address and the account as they are. It lives between the source and
/// [`Observed::under`](crate::privacy), and can neither be serialised nor printed.
#[derive(Clone)]
pub struct Observed {
    /// When it happened, by the source's clock.
    pub occurred_at: DateTime<Utc>,
    /// Who saw it.
    pub source: Source,
    /// What happened.
    pub event: EventKind,
    /// Whether it got what it wanted.
    pub outcome: Outcome,
    /// How bad it is by itself.
    pub severity: Severity,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The error's code.
    pub error_code: Option<String>,
    /// The HTTP method.
    pub method: Option<String>,
    /// The route's template.
    pub route: Option<String>,
    /// The relation, or another name that a template leaves open and that is nobody's.
    pub resource: Option<String>,
    /// What a template leaves open and may be somebody's: kept as a pseudonym only, as the resource.
    pub open: Option<String>,
    /// Who, as the application numbers people.
    pub actor_id: Option<Uuid>,
    /// In which role.
    pub actor_role: Option<String>,
    /// The account's name: an e-mail, a telephone number.
    pub account: Option<String>,
    /// The address of the client.
    pub address: Option<IpAddr>,
    /// Whether that address is on the allow-list.
    pub is_allowed: bool,
    /// The country, as two letters.
    pub country: Option<String>,
    /// The number of the autonomous system.
    pub as_number: Option<u32>,
    /// What kind of program asked.
    pub user_agent_family: Option<String>,
    /// The release of the client.
    pub client_release: Option<String>,
    /// The request's number.
    pub request_id: Option<String>,
    /// How many rows were given.
    pub rows_returned: Option<u64>,
    /// How many times.
    pub count: u32,
    /// What makes it the same event when it is read again: kept as a pseudonym only.
    pub dedup_key: String,
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed")
            .field("occurred_at", &self.occurred_at)
            .field("source", &self.source)
            .field("event", &self.event)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
