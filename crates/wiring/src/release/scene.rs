//! Three rooms in memory that tell the same time, for the tests of this folder.

use std::{sync::Arc, time::Duration};

use access_journal::journal::MemoryAccessJournal;
use alerts_store::{AlertFilter, AlertStore as _, CheckInfo, Command, MemoryAlertStore, Verb};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use integrity_core::{
    Caller, Clock as _, Evaluation, Finding, ManualClock, Outcome, Role, Severity, Terms, Text,
};
use release_info::{
    AppEnv, ReleaseId,
    ledger::{Entry, EventKind, MemoryReleaseLedger, Place, ReleaseLedger as _},
};
use serde_json::json;

pub(super) const A: &str = "depot-web@1.3.2+0c5a77d91e42";
pub(super) const B: &str = "depot-web@1.4.0+4110b38a1b2c";

pub(super) struct Scene {
    pub(super) clock: Arc<ManualClock>,
    pub(super) ledger: Arc<MemoryReleaseLedger>,
    pub(super) alerts: MemoryAlertStore,
    pub(super) journal: MemoryAccessJournal,
}

pub(super) fn web() -> Place {
    Place::new(AppEnv::Production, "web")
}

pub(super) fn id(name: &str) -> ReleaseId {
    name.parse().expect("a release")
}

impl Scene {
    pub(super) fn new() -> Self {
        Self::at("2026-11-23T08:00:00Z")
    }

    pub(super) fn at(now: &str) -> Self {
        let clock = Arc::new(ManualClock::new(now.parse().expect("a time")));
        Self {
            ledger: Arc::new(MemoryReleaseLedger::new(clock.clone()).with_member("amina", Role::Admin)),
            alerts: MemoryAlertStore::new(clock.clone()).with_member("amina", Role::Admin),
            journal: MemoryAccessJournal::new(clock.clone()),
            clock,
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(super) fn pass(&self, minutes: i64) {
        self.clock.advance(TimeDelta::minutes(minutes));
    }

    /// Records events of a release, a second apart.
    pub(super) async fn records(&self, release: &str, kinds: &[EventKind]) {
        for kind in kinds {
            self.clock.advance(TimeDelta::seconds(1));
            let mut entry = Entry::new(web(), id(release), *kind);
            entry.returns_to = (*kind == EventKind::RollbackStarted).then(|| id(A));
            entry.evidence = kind.is_found_by_looking().then(|| json!({ "seen": "here" }));
            self.ledger
                .record(&Caller::person("amina"), &entry)
                .await
                .expect("recorded");
        }
    }

    /// Makes these checks known.
    pub(super) async fn knows(&self, codes: &[&str]) {
        let checks: Vec<CheckInfo> = codes.iter().map(|code| info(code)).collect();
        self.alerts
            .register_checks(&Caller::Service, "main", &checks)
            .await
            .expect("registered");
    }

    /// A check finds things, or nothing, a second later.
    pub(super) async fn finds(&self, code: &str, severity: Severity, things: &[&str]) {
        self.finds_by(code, severity, things, 1).await;
    }

    /// One whose alerts are resolved when so many evaluations have not shown them.
    pub(super) async fn finds_by(&self, code: &str, severity: Severity, things: &[&str], resolve_after: u32) {
        self.clock.advance(TimeDelta::seconds(1));
        let findings = things.iter().map(|thing| Finding {
            entity_id: (*thing).to_owned(),
            severity,
            ..Finding::sample()
        });
        let evaluation = Evaluation {
            database: "main".to_owned(),
            code: code.parse().expect("a code"),
            snapshot_at: self.now(),
            outcome: Outcome::Complete,
            findings: findings.collect(),
            merged: 0,
            terms: Terms {
                resolve_after,
                ..Terms::new(severity)
            },
            elapsed: Duration::ZERO,
        };
        self.applies(&evaluation).await;
    }

    /// Amina does this about the one alert that is live, a second later.
    pub(super) async fn acts(&self, verb: Verb) {
        self.clock.advance(TimeDelta::seconds(1));
        let live = self.alerts.list(&Caller::Service, &AlertFilter::default()).await;
        let [alert] = &live.expect("listed").alerts[..] else {
            panic!("one alert")
        };
        let command = Command {
            alert: alert.id,
            verb,
            comment: Some("as agreed".to_owned()),
            until: (verb == Verb::Accept).then(|| self.now() + TimeDelta::minutes(10)),
            expected_version: None,
            request_id: None,
        };
        self.alerts
            .act(&Caller::person("amina"), &command)
            .await
            .expect("done");
    }

    pub(super) async fn applies(&self, evaluation: &Evaluation) {
        self.alerts
            .apply(&Caller::Service, evaluation)
            .await
            .expect("applied");
    }
}

pub(super) fn info(code: &str) -> CheckInfo {
    CheckInfo {
        code: code.parse().expect("a code"),
        pack: "depot".to_owned(),
        severity: Severity::Critical,
        title: Text {
            fr: None,
            en: Some(code.to_owned()),
        },
        time_zone: Tz::UTC,
        every_seconds: 300,
        enabled: true,
        proved: true,
    }
}
