//! What the ledger of releases finds, as evaluations: each rule is a check.
//!
//! The rules are looked at in every run and have no turn of their own. Where the ledger is empty nobody uses it: then
//! there are no such checks, so that nothing is said to be well that nobody looks at.

use std::{fmt, sync::Arc, time::Duration};

use alerts_store::CheckInfo;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use integrity_core::{
    Caller, CheckCode, Evaluation, Failure, FailureKind, Finding, Outcome, Payload, Severity, Terms, Text,
    duration,
};
use release_info::{
    AppEnv,
    ledger::{Error, Place, Release, ReleaseFilter, ReleaseLedger, Stage},
};
use serde_json::{Value, json};

use crate::{chosen::Chosen, config::Config};

/// A release is live and nothing proves it, or is being deployed and nobody says how that ended.
const UNVERIFIED: &str = "RELEASE_UNVERIFIED";

/// Nobody has rehearsed a rollback for too long.
const DRILL_OVERDUE: &str = "ROLLBACK_DRILL_OVERDUE";

/// What the checks page calls the pack of these checks.
const PACK: &str = "releases";

/// How often a run is made where no check says so.
const EVERY_SECONDS: u32 = 300;

/// Whether this is a code of one of the rules.
#[must_use]
pub fn is_release_rule(code: &str) -> bool {
    [UNVERIFIED, DRILL_OVERDUE].contains(&code)
}

/// Looks into the ledger.
pub struct ReleaseRules {
    ledger: Arc<dyn ReleaseLedger>,
    database: String,
    unverified_after: Duration,
    drill_every: Duration,
}

impl fmt::Debug for ReleaseRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReleaseRules")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

impl ReleaseRules {
    /// Looks into this ledger as the configuration has it.
    #[must_use]
    pub fn new(ledger: Arc<dyn ReleaseLedger>, config: &Config) -> Self {
        Self {
            ledger,
            database: config.database.clone(),
            unverified_after: config.release.unverified_after,
            drill_every: config.release.drill_every,
        }
    }

    /// The checks that they are beside the chosen ones; none where the ledger is empty. A ledger that cannot be read is
    /// not taken for an empty one.
    pub(crate) async fn checks(&self, chosen: &Chosen) -> Vec<CheckInfo> {
        match self.now().await {
            Ok(None) => Vec::new(),
            Ok(Some(_)) | Err(_) => checks(chosen),
        }
    }

    /// What they find; nothing where the ledger is empty. What could not be read says so, as of the instant given.
    pub(crate) async fn evaluations(&self, at: DateTime<Utc>) -> Vec<Evaluation> {
        let now = match self.now().await {
            Ok(None) => return Vec::new(),
            Ok(Some(now)) => now,
            Err(error) => {
                let failed = Outcome::Failed(failure(&error));
                let told = [UNVERIFIED, DRILL_OVERDUE]
                    .map(|rule| self.evaluation(rule, at, failed.clone(), Vec::new()));
                return told.into();
            }
        };
        let unverified = self.unverified().await;
        let overdue = self.drills().await;
        [(UNVERIFIED, unverified), (DRILL_OVERDUE, overdue)]
            .map(|(rule, found)| match found {
                Ok(findings) => self.evaluation(rule, now, Outcome::Complete, findings),
                Err(error) => self.evaluation(rule, now, Outcome::Failed(failure(&error)), Vec::new()),
            })
            .into()
    }

    /// The ledger's clock; `None` where nothing was ever recorded.
    async fn now(&self) -> Result<Option<DateTime<Utc>>, Error> {
        let one = ReleaseFilter {
            limit: 1,
            ..ReleaseFilter::default()
        };
        let page = self.ledger.list(&Caller::Service, &one).await?;
        Ok((!page.releases.is_empty()).then_some(page.at))
    }

    async fn unverified(&self) -> Result<Vec<Finding>, Error> {
        let found = self
            .ledger
            .unverified(&Caller::Service, self.unverified_after)
            .await?;
        Ok(found.iter().map(|release| self.not_verified(release)).collect())
    }

    fn not_verified(&self, release: &Release) -> Finding {
        let limit = duration::text(self.unverified_after);
        let (since, what, remedy) = if release.stage == Stage::Started {
            (
                Some(release.started_at),
                "is being deployed",
                "nobody has said how it ended: record deployed or failed, `vigie release record`",
            )
        } else {
            (
                release.deployed_at,
                "is live",
                "nothing proves that people get it: `vigie release verify`",
            )
        };
        Finding {
            severity: Severity::Warn,
            message: format!(
                "{} {what} at {} for more than {limit}, and {remedy}",
                release.release, release.place
            ),
            payload: payload(&json!({
                "environment": release.place.environment, "target": release.place.target, "release": release.release,
                "stage": release.stage, "started_at": release.started_at, "deployed_at": release.deployed_at,
            })),
            occurred_at: since,
            ..about("RELEASE", &format!("{} {}", release.place, release.release))
        }
    }

    async fn drills(&self) -> Result<Vec<Finding>, Error> {
        let live = self.ledger.current(&Caller::Service).await?;
        let in_production = live
            .into_iter()
            .filter(|release| release.stage.is_live())
            .map(|release| release.place)
            .filter(|place| place.environment == AppEnv::Production);
        let mut findings = Vec::new();
        for place in in_production {
            let drills = self.ledger.last_drills(&Caller::Service, &place).await?;
            if drills.is_overdue(self.drill_every) {
                findings.push(self.overdue(&place, drills.passed.map(|event| event.at)));
            }
        }
        Ok(findings)
    }

    fn overdue(&self, place: &Place, passed: Option<DateTime<Utc>>) -> Finding {
        let limit = duration::text(self.drill_every);
        Finding {
            severity: Severity::Warn,
            message: format!(
                "no rollback was rehearsed for {place} within {limit}: `vigie release drill --record`"
            ),
            payload: payload(&json!({
                "environment": place.environment, "target": place.target, "last_passed_at": passed,
            })),
            occurred_at: passed,
            ..about("PLACE", &place.to_string())
        }
    }

    fn evaluation(
        &self,
        rule: &str,
        at: DateTime<Utc>,
        outcome: Outcome,
        findings: Vec<Finding>,
    ) -> Evaluation {
        Evaluation {
            database: self.database.clone(),
            code: code(rule),
            snapshot_at: at,
            outcome,
            findings,
            merged: 0,
            // It is read, not sampled: once it is not there, it is gone.
            terms: Terms {
                resolve_after: 1,
                ..Terms::new(Severity::Warn)
            },
            elapsed: Duration::ZERO,
        }
    }
}

/// Looked at in every run, and a run is made whenever any check has its turn.
fn checks(chosen: &Chosen) -> Vec<CheckInfo> {
    let enabled = chosen.known.iter().filter(|check| check.enabled);
    let every_seconds = enabled
        .map(|check| check.every_seconds)
        .min()
        .unwrap_or(EVERY_SECONDS);
    let info = |rule: &str, fr: &str, en: &str| CheckInfo {
        code: code(rule),
        pack: PACK.to_owned(),
        severity: Severity::Warn,
        title: Text {
            fr: Some(fr.to_owned()),
            en: Some(en.to_owned()),
        },
        time_zone: chosen.time_zone.unwrap_or(Tz::UTC),
        every_seconds,
        enabled: true,
        proved: true,
    };
    vec![
        info(
            UNVERIFIED,
            "Mise en production non vérifiée",
            "A release was not verified, or its deployment is open",
        ),
        info(
            DRILL_OVERDUE,
            "Exercice de retour arrière en retard",
            "No rollback was rehearsed for too long",
        ),
    ]
}

fn about(kind: &str, id: &str) -> Finding {
    Finding {
        entity_type: kind.to_owned(),
        entity_id: id.to_owned(),
        entity_label: Some(id.to_owned()),
        severity: Severity::Warn,
        message: String::new(),
        payload: payload(&json!({})),
        occurred_at: None,
        scope: None,
    }
}

fn payload(value: &Value) -> Payload {
    Payload::from_json(value.to_string()).expect("a few words")
}

fn failure(error: &Error) -> Failure {
    let kind = match error {
        Error::Forbidden { .. } => FailureKind::Privilege,
        _ => FailureKind::Contract,
    };
    Failure {
        kind,
        message: format!("the ledger of releases could not be read: {error}"),
    }
}

fn code(text: &str) -> CheckCode {
    text.parse().expect("a code of a check")
}

#[cfg(test)]
mod tests;
