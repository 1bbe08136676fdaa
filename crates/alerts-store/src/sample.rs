//! One of everything that a trait of this crate returns, for the tests of those who embed it.

use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{CheckCode, Door, Finding, Outcome, Severity, Text};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Acted, Alert, AlertEvent, AlertId, Applied, CheckInfo, CheckState, Condition, ContentHash, Count,
    Coverage, Durations, EventKind, Heartbeat, KnownCheck, LastSeen, Lease, Page, PassedDates, PastOutcome,
    PastRun, Run, RunStatus, Status, Summary, Times, TrendDay, Unchanged, Verification, Vitals,
};

/// When the samples were made.
fn noon() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(12)
}

impl Alert {
    /// A sample: an open alert about [`Finding::sample`], seen once.
    #[must_use]
    pub fn sample() -> Self {
        let finding = Finding::sample();
        Self {
            id: AlertId(Uuid::from_u128(1)),
            database: "main".to_owned(),
            check_code: CheckCode::sample().to_string(),
            content_hash: ContentHash(finding.content_hash(&[])),
            entity_type: finding.entity_type,
            entity_id: finding.entity_id,
            entity_label: finding.entity_label,
            scope: finding.scope,
            severity: finding.severity,
            message: finding.message,
            payload: finding.payload,
            occurred_at: finding.occurred_at,
            condition: Condition::Present,
            missing_count: 0,
            first_detected_at: noon(),
            last_detected_at: noon(),
            status: Status::Open,
            resolution: None,
            opened_at: noon(),
            due_at: crate::lifecycle::due_at(finding.severity, noon(), chrono_tz::Tz::UTC),
            breached_at: None,
            acknowledged_by: None,
            acknowledged_at: None,
            resolved_by: None,
            resolved_at: None,
            verified_at: None,
            accepted_until: None,
            accepted: None,
            acted_at: None,
            reopen_count: 0,
            version: 1,
            created_at: noon(),
            updated_at: noon(),
        }
    }
}

impl AlertEvent {
    /// A sample: the acknowledgement of [`Alert::sample`].
    #[must_use]
    pub fn sample() -> Self {
        Self {
            alert_id: Alert::sample().id,
            seq: 2,
            at: noon(),
            kind: EventKind::Acknowledged,
            actor: Some("didier".to_owned()),
            login: "vigie_api".to_owned(),
            door: Door::Api,
            request_id: Some(Uuid::from_u128(2)),
            diff: json!({ "verb": "ack", "args": { "comment": "je regarde" }, "set": { "status": "ACK" } }),
        }
    }
}

impl Acted {
    /// A sample: [`Alert::sample`] acknowledged.
    #[must_use]
    pub fn sample() -> Self {
        let alert = Alert {
            status: Status::Ack,
            acknowledged_by: Some("didier".to_owned()),
            acknowledged_at: Some(noon()),
            acted_at: Some(noon()),
            version: 2,
            ..Alert::sample()
        };
        Self {
            alert,
            replayed: false,
        }
    }
}

impl Applied {
    /// A sample: a complete evaluation that opened one alert.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            opened: 1,
            ..Self::nothing(Outcome::Complete)
        }
    }
}

impl Unchanged {
    /// A sample: the second look at [`Self::code`], a minute after noon.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            database: "main".to_owned(),
            code: CheckCode::sample(),
            snapshot_at: noon() + TimeDelta::minutes(1),
            seen_at: noon(),
        }
    }
}

impl LastSeen {
    /// A sample: one check, seen and run at noon.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            at: noon(),
            run_at: Some(noon()),
            age_seconds: 0.0,
            seen: [(CheckCode::sample(), noon())].into(),
        }
    }
}

impl Lease {
    /// A sample: taken at noon for half a minute by who asked.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            held: true,
            holder: "here".to_owned(),
            until: noon() + TimeDelta::seconds(30),
            at: noon(),
        }
    }
}

impl PassedDates {
    /// A sample: one alert found to be past due.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            breached: 1,
            expired: 0,
        }
    }
}

impl CheckState {
    /// A sample: completely evaluated at noon.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            code: CheckCode::sample(),
            seen_at: noon(),
            complete_at: Some(noon()),
            outcome: Outcome::Complete.as_str().to_owned(),
            reason: String::new(),
            failures: 0,
            suspected_at: None,
            suspicion: None,
            confirmed_at: None,
        }
    }
}

impl Page {
    /// A sample: the only page of a list, with [`Alert::sample`].
    #[must_use]
    pub fn sample() -> Self {
        Self {
            at: noon(),
            alerts: vec![Alert::sample()],
            next: None,
        }
    }
}

impl CheckInfo {
    /// A sample: evaluated every five minutes, and proved.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            code: CheckCode::sample(),
            pack: "depot".to_owned(),
            severity: Severity::Critical,
            title: Text {
                fr: Some("Stock négatif".to_owned()),
                en: Some("Negative stock".to_owned()),
            },
            time_zone: chrono_tz::Tz::UTC,
            every_seconds: 300,
            enabled: true,
            proved: true,
        }
    }
}

impl KnownCheck {
    /// A sample: fresh, with one open CRITICAL alert.
    #[must_use]
    pub fn sample() -> Self {
        Self::new(
            (CheckInfo::sample(), true),
            Some(CheckState::sample()),
            Summary::sample().live,
            noon(),
        )
    }
}

impl Vitals {
    /// One check, whose last complete evaluation found something CRITICAL.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            at: noon(),
            age_seconds: 0.0,
            silent_after_seconds: Some(900),
            silent: false,
            enabled: 1,
            covered: 1,
            failing: 0,
            suspect: 0,
            critical: 1,
        }
    }
}

impl Times {
    /// A sample: of one alert, taken up after ten minutes and resolved after an hour.
    #[must_use]
    pub fn sample() -> Self {
        let took = |seconds| Durations {
            n: 1,
            median: Some(seconds),
            p90: Some(seconds),
        };
        Self {
            acknowledge: took(600.0),
            resolve: took(3600.0),
        }
    }
}

impl TrendDay {
    /// A sample: one live CRITICAL alert.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            date: noon().date_naive(),
            critical: 1,
            warn: 0,
            info: 0,
        }
    }
}

impl PastRun {
    /// A sample: one check, completely evaluated in a second.
    #[must_use]
    pub fn sample() -> Self {
        let code = CheckCode::sample().to_string();
        Self {
            run: Run {
                database: "main".to_owned(),
                started_at: noon() - TimeDelta::seconds(1),
                status: RunStatus::Ok,
                outcomes: json!({ code: { "outcome": "Complete", "findings": 1, "opened": 1, "elapsed_ms": 12 } }),
                parameters: json!({}),
            },
            finished_at: noon(),
        }
    }
}

impl PastOutcome {
    /// A sample: what [`PastRun::sample`] says of its check.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            at: noon(),
            outcome: Outcome::Complete.as_str().to_owned(),
            kind: None,
            reason: None,
            error: None,
            findings: 1,
            elapsed_ms: 12,
        }
    }
}

impl Summary {
    /// A sample: one check, fresh and proved, with one open CRITICAL alert.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            at: noon(),
            complete_at: Some(noon()),
            coverage: Coverage {
                enabled: 1,
                fresh: 1,
                proved: 1,
                covered: 1,
                healthy: 0,
            },
            heartbeat: Heartbeat {
                run_at: Some(noon()),
                age_seconds: 0.0,
                silent_after_seconds: Some(900),
                silent: false,
            },
            live: vec![Count {
                severity: Severity::Critical,
                status: Status::Open,
                count: 1,
                overdue: 0,
            }],
            overdue: 0,
            failing: Vec::new(),
            suspect: Vec::new(),
            unproved: Vec::new(),
            frozen: Vec::new(),
        }
    }
}

impl Verification {
    /// A sample: one alert of two events, all as it was written.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            alerts: 1,
            events: 2,
            broken: 0,
            discrepancies: Vec::new(),
        }
    }
}
