//! What the promises are told with.

use std::time::Duration;

use alerts_store::{Acted, Alert, AlertFilter, Applied, Command, Error, EventKind, Verb};
use chrono::{DateTime, Utc};
use integrity_core::{
    Caller, Evaluation, Failure, FailureKind, Finding, Outcome, Payload, Severity, Suspicion, Terms,
};

use super::Harness;

pub(crate) const CODE: &str = "STOCK_NEGATIF";

pub(crate) fn failed() -> Outcome {
    Outcome::Failed(Failure {
        kind: FailureKind::Sql,
        message: "division by zero".to_owned(),
    })
}

pub(crate) fn guarded() -> Outcome {
    Outcome::Suspect(Suspicion::Guard)
}

/// What an evaluation that finds nearly nothing any more counts as.
pub(crate) fn emptied() -> Outcome {
    Outcome::Suspect(Suspicion::MassClear)
}

/// A finding about the tank of that name, with a figure.
pub(crate) fn tank(name: &str, severity: Severity, figure: i64) -> Finding {
    Finding {
        entity_type: "CITERNE".to_owned(),
        entity_id: name.to_owned(),
        entity_label: Some(format!("Citerne « {name} »")),
        severity,
        message: format!("{name} : {figure} L"),
        payload: Payload::from_json(format!("{{\"age\": {figure}, \"stock\": {figure}.50}}"))
            .expect("an object"),
        occurred_at: None,
        scope: Some("depot-1".to_owned()),
    }
}

/// So many tanks, `T0` and so on.
pub(crate) fn tanks(count: u32) -> Vec<Finding> {
    (0..count)
        .map(|n| tank(&format!("T{n}"), Severity::Warn, 1))
        .collect()
}

pub(crate) fn evaluation(
    code: &str,
    at: DateTime<Utc>,
    outcome: Outcome,
    findings: Vec<Finding>,
) -> Evaluation {
    Evaluation {
        database: "main".to_owned(),
        code: code.parse().expect("a code"),
        snapshot_at: at,
        outcome,
        findings,
        merged: 0,
        terms: Terms::new(Severity::Warn),
        elapsed: Duration::ZERO,
    }
}

pub(crate) struct Scene<'a> {
    pub(crate) harness: &'a dyn Harness,
    pub(crate) terms: Terms,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(harness: &'a dyn Harness) -> Self {
        Self {
            harness,
            terms: Terms::new(Severity::Warn),
        }
    }

    /// Applies what the check sees now.
    pub(crate) async fn sees(&self, outcome: Outcome, findings: Vec<Finding>) -> Applied {
        let at = self.harness.now().await;
        self.saw(at, outcome, findings).await
    }

    /// Applies what the check saw then.
    pub(crate) async fn saw(&self, at: DateTime<Utc>, outcome: Outcome, findings: Vec<Finding>) -> Applied {
        let evaluation = Evaluation {
            terms: self.terms.clone(),
            ..evaluation(CODE, at, outcome, findings)
        };
        self.harness
            .service()
            .apply(&Caller::Service, &evaluation)
            .await
            .expect("applied")
    }

    /// A complete evaluation that finds one tank with a figure of 1.
    pub(crate) async fn sees_one(&self, severity: Severity) -> Alert {
        self.sees(Outcome::Complete, vec![tank("T1", severity, 1)]).await;
        self.alert("T1").await
    }

    pub(crate) async fn sees_nothing(&self) -> Applied {
        self.sees(Outcome::Complete, Vec::new()).await
    }

    pub(crate) async fn all(&self) -> Vec<Alert> {
        self.harness
            .service()
            .list(&Caller::Service, &AlertFilter::all())
            .await
            .expect("a list")
            .alerts
    }

    /// Everything that could have been written: alerts with their versions, events, and how the checks stand.
    pub(crate) async fn everything(&self) -> String {
        let service = self.harness.service();
        let mut all = self.all().await;
        all.sort_by_key(|alert| alert.id);
        let states = service
            .check_states(&Caller::Service, "main")
            .await
            .expect("states");
        let mut events_of = Vec::new();
        for alert in &all {
            let events = service.events(&Caller::Service, alert.id).await.expect("events");
            events_of.push(events.len());
        }
        format!("{all:?} {states:?} {events_of:?}")
    }

    pub(crate) async fn alert(&self, entity_id: &str) -> Alert {
        let all = self.all().await;
        all.into_iter()
            .find(|alert| alert.entity_id == entity_id)
            .expect("an alert about it")
    }

    pub(crate) async fn ack(&self, alert: &Alert, who: &str) -> Alert {
        self.act(who, &Command::new(alert.id, Verb::Ack))
            .await
            .expect("acknowledged")
            .alert
    }

    pub(crate) async fn resolve(&self, alert: &Alert, who: &str) -> Alert {
        let command = Command::new(alert.id, Verb::Resolve).comment("réparé");
        self.act(who, &command).await.expect("resolved").alert
    }

    pub(crate) async fn act(&self, who: &str, command: &Command) -> Result<Acted, Error> {
        self.harness.people().act(&Caller::person(who), command).await
    }

    pub(crate) async fn kinds(&self, alert: &Alert) -> Vec<EventKind> {
        let events = self
            .harness
            .service()
            .events(&Caller::Service, alert.id)
            .await
            .expect("events");
        events.iter().map(|event| event.kind).collect()
    }

    /// That every chain holds and every row is what its events make of it.
    pub(crate) async fn verifies(&self) {
        let verification = self
            .harness
            .service()
            .verify(&Caller::Service)
            .await
            .expect("a verification");
        assert_eq!(verification.discrepancies, [], "alerts and events disagree");
        assert_eq!(verification.broken, 0);
    }
}
