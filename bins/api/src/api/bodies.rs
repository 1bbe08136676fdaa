//! What programs are answered. A contract: what the rooms call something may change, these names do not.

use alerts_store::{Alert, AlertEvent, Count, Coverage, Durations, Heartbeat, Summary};
use chrono::{DateTime, Utc};
use integrity_core::Payload;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// One anomaly and what is done about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertBody {
    id: Uuid,
    /// Which watched database.
    database: String,
    check_code: String,
    entity_type: String,
    entity_id: String,
    entity_label: Option<String>,
    scope: Option<String>,
    /// `CRITICAL`, `WARN` or `INFO`.
    severity: &'static str,
    message: String,
    /// The figures behind the message: an object, numbers as the check wrote them.
    #[schema(value_type = Object)]
    payload: Payload,
    occurred_at: Option<DateTime<Utc>>,
    /// What the SQL says: `PRESENT`, `MISSING` (gone, not yet often enough to clear), `ABSENT`.
    condition: String,
    first_detected_at: DateTime<Utc>,
    last_detected_at: DateTime<Utc>,
    /// What people do about it: `OPEN`, `ACK`, `RESOLVED`.
    status: &'static str,
    /// Why it is resolved: `CLEARED`, `FIXED`, `ACCEPTED`, `FALSE_POSITIVE`, `RETIRED`.
    resolution: Option<&'static str>,
    opened_at: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
    breached_at: Option<DateTime<Utc>>,
    acknowledged_by: Option<String>,
    acknowledged_at: Option<DateTime<Utc>>,
    resolved_by: Option<String>,
    resolved_at: Option<DateTime<Utc>>,
    verified_at: Option<DateTime<Utc>>,
    accepted_until: Option<DateTime<Utc>>,
    reopen_count: u32,
    /// For `expected_version`.
    version: u32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Alert> for AlertBody {
    fn from(alert: Alert) -> Self {
        Self {
            id: alert.id.0,
            database: alert.database,
            check_code: alert.check_code,
            entity_type: alert.entity_type,
            entity_id: alert.entity_id,
            entity_label: alert.entity_label,
            scope: alert.scope,
            severity: alert.severity.as_str(),
            message: alert.message,
            payload: alert.payload,
            occurred_at: alert.occurred_at,
            condition: text(&alert.condition),
            first_detected_at: alert.first_detected_at,
            last_detected_at: alert.last_detected_at,
            status: alert.status.as_str(),
            resolution: alert.resolution.map(alerts_store::Resolution::as_str),
            opened_at: alert.opened_at,
            due_at: alert.due_at,
            breached_at: alert.breached_at,
            acknowledged_by: alert.acknowledged_by,
            acknowledged_at: alert.acknowledged_at,
            resolved_by: alert.resolved_by,
            resolved_at: alert.resolved_at,
            verified_at: alert.verified_at,
            accepted_until: alert.accepted_until,
            reopen_count: alert.reopen_count,
            version: alert.version,
            created_at: alert.created_at,
            updated_at: alert.updated_at,
        }
    }
}

/// A page of alerts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageBody {
    /// The database's clock.
    pub(super) at: DateTime<Utc>,
    pub(super) alerts: Vec<AlertBody>,
    /// `cursor` of the next page; none where the list ends here.
    pub(super) next: Option<String>,
}

/// Something that happened to an alert.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventBody {
    /// 1 for the first event of the alert, and so on without a gap.
    seq: u32,
    at: DateTime<Utc>,
    /// `OPENED`, `ACKNOWLEDGED`, `CLEARED`, …
    kind: String,
    /// Who; none where the system did it.
    actor: Option<String>,
    /// Through which program: `api`, `cli`, `view`, `sync`.
    door: String,
    comment: Option<String>,
    request_id: Option<Uuid>,
    /// What changed, by column.
    #[schema(value_type = Object)]
    changes: Value,
}

impl From<AlertEvent> for EventBody {
    fn from(event: AlertEvent) -> Self {
        Self {
            comment: event.comment().map(str::to_owned),
            seq: event.seq,
            at: event.at,
            kind: event.kind.as_str().to_owned(),
            actor: event.actor,
            door: event.door.as_str().to_owned(),
            request_id: event.request_id,
            changes: event
                .diff
                .get("set")
                .cloned()
                .unwrap_or_else(|| Value::Object(serde_json::Map::new())),
        }
    }
}

/// The numbers at a glance, counted by the database.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SummaryBody {
    /// The database's clock.
    at: DateTime<Utc>,
    /// The oldest of the enabled checks' last complete evaluations; none while one was never evaluated completely.
    complete_at: Option<DateTime<Utc>>,
    heartbeat: HeartbeatBody,
    coverage: CoverageBody,
    /// Live alerts by severity and status; what is not listed is none.
    live: Vec<CountBody>,
    overdue: u64,
    /// Checks whose last evaluation failed.
    failing: Vec<String>,
    /// Checks whose last evaluation proves nothing.
    suspect: Vec<String>,
    /// Checks without a fixture that shows they can fire.
    unproved: Vec<String>,
    /// Checks with live alerts that nobody evaluates.
    frozen: Vec<String>,
}

/// Whether anybody still looks.
#[derive(Debug, Serialize, ToSchema)]
struct HeartbeatBody {
    run_at: Option<DateTime<Utc>>,
    age_seconds: f64,
    silent_after_seconds: Option<u64>,
    silent: bool,
}

/// How far the checks can be believed.
#[derive(Debug, Serialize, ToSchema)]
struct CoverageBody {
    enabled: u64,
    fresh: u64,
    proved: u64,
    covered: u64,
    healthy: u64,
}

/// So many live alerts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CountBody {
    severity: &'static str,
    status: &'static str,
    count: u64,
    overdue: u64,
}

/// How long something took, in seconds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DurationsBody {
    n: u64,
    median: Option<f64>,
    p90: Option<f64>,
}

impl From<Summary> for SummaryBody {
    fn from(summary: Summary) -> Self {
        Self {
            at: summary.at,
            complete_at: summary.complete_at,
            heartbeat: summary.heartbeat.into(),
            coverage: summary.coverage.into(),
            live: summary.live.into_iter().map(CountBody::from).collect(),
            overdue: summary.overdue,
            failing: summary.failing,
            suspect: summary.suspect,
            unproved: summary.unproved,
            frozen: summary.frozen,
        }
    }
}

impl From<Heartbeat> for HeartbeatBody {
    fn from(heartbeat: Heartbeat) -> Self {
        Self {
            run_at: heartbeat.run_at,
            age_seconds: heartbeat.age_seconds,
            silent_after_seconds: heartbeat.silent_after_seconds,
            silent: heartbeat.silent,
        }
    }
}

impl From<Coverage> for CoverageBody {
    fn from(coverage: Coverage) -> Self {
        Self {
            enabled: coverage.enabled,
            fresh: coverage.fresh,
            proved: coverage.proved,
            covered: coverage.covered,
            healthy: coverage.healthy,
        }
    }
}

impl From<Count> for CountBody {
    fn from(count: Count) -> Self {
        Self {
            severity: count.severity.as_str(),
            status: count.status.as_str(),
            count: count.count,
            overdue: count.overdue,
        }
    }
}

impl From<Durations> for DurationsBody {
    fn from(durations: Durations) -> Self {
        Self {
            n: durations.n,
            median: durations.median,
            p90: durations.p90,
        }
    }
}

/// As it stands in JSON.
pub(super) fn word(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// A word of a closed set, as it stands in JSON.
pub(super) fn text(value: &impl Serialize) -> String {
    word(value).as_str().unwrap_or_default().to_owned()
}
