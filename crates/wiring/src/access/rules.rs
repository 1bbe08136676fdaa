//! What the journal of accesses shows, as evaluations: each rule is a check.
//!
//! The rules are looked at in every run and have no turn of their own. Where nothing was ever recorded or heard, and no source
//! should be, nobody uses the journal: then there are no such checks, so that nothing is said to be well that nobody looks at.

mod fixed;
mod going;
mod looked;

use std::{fmt, sync::Arc, time::Duration};

use access_journal::{
    Source,
    journal::{self, AccessJournal, Error, Seal, Watched},
    rules::{Detection, Found, Rule, Thresholds, Unjudged, Watch},
};
use alerts_store::{AlertStore, CheckInfo};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use integrity_core::{
    Caller, CheckCode, Clearing, Evaluation, Failure, FailureKind, Finding, Outcome, Terms, Text,
};

use tracing::{info, warn};

use self::{fixed::dealt_with, going::Going, looked::looked};
use crate::{chosen::Chosen, config::Config};

/// What the checks page calls the pack of these checks.
const PACK: &str = "access";

/// How often a run is made where no check says so.
const EVERY_SECONDS: u32 = 300;

/// Figures that move while an attack goes on, and with the day that is looked at: that alone is no change of an alert.
const VOLATILE: [&str; 9] = [
    "events",
    "peak",
    "routes",
    "first_at",
    "last_at",
    "since",
    "success_at",
    "usual",
    "held_by",
];

/// How often the whole journal is compared with its seals.
const COMPARED_EVERY: TimeDelta = TimeDelta::days(1);

/// How long a run waits for that; it goes on meanwhile, and the next run hears of it.
const COMPARING: Duration = Duration::from_mins(2);

/// How long a run waits for that which none follows.
const ALONE: Duration = Duration::from_mins(30);

/// All rules but the one whose seals are compared.
fn rules() -> impl Iterator<Item = Rule> {
    Rule::ALL
        .iter()
        .copied()
        .filter(|rule| *rule != Rule::JournalTampered)
}

/// Whether this is a code of one of the rules.
#[must_use]
pub fn is_access_rule(code: &str) -> bool {
    Rule::ALL.iter().any(|rule| rule.as_str() == code)
}

/// Whether this is a code of a rule about what others do. What is read by somebody anonymous is about the data.
pub(crate) fn is_attack(code: &str) -> bool {
    is_access_rule(code) && code != Rule::AnonDataExposed.as_str()
}

/// Looks into the journal.
pub struct AccessRules {
    journal: Arc<dyn AccessJournal>,
    alerts: Arc<dyn AlertStore>,
    database: String,
    thresholds: Thresholds,
    expected: Vec<Source>,
    patience: Duration,
    watching: Going<Result<Watched, Error>>,
    sealing: Going<Result<Option<Seal>, Error>>,
}

impl fmt::Debug for AccessRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessRules")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// What came of looking.
enum Looked {
    /// Nobody uses the journal.
    Unused,
    /// The rules spoke, as of an instant.
    Told(Detection),
    /// It could not be read.
    Failed(Failure),
}

impl AccessRules {
    /// Looks into this journal as the configuration has it. What people have dealt with is read from the alerts.
    #[must_use]
    pub fn new(journal: Arc<dyn AccessJournal>, alerts: Arc<dyn AlertStore>, config: &Config) -> Self {
        Self {
            journal,
            alerts,
            database: config.database.clone(),
            thresholds: config.access.rules.thresholds(),
            expected: config.access.expected.clone(),
            patience: COMPARING,
            watching: Going::default(),
            sealing: Going::default(),
        }
    }

    /// For whoever makes one run only, and cannot hear later what came of sealing and comparing.
    #[must_use]
    pub fn alone(self) -> Self {
        Self {
            patience: ALONE,
            ..self
        }
    }

    /// The checks that they are beside the chosen ones; none where nobody uses the journal. One that cannot be read is not
    /// taken for one that nobody uses.
    pub(crate) async fn checks(&self, chosen: &Chosen) -> Vec<CheckInfo> {
        if !self.expected.is_empty() {
            return checks(chosen);
        }
        match self.journal.is_used(&Caller::Service).await {
            Ok(false) => Vec::new(),
            Ok(true) | Err(_) => checks(chosen),
        }
    }

    /// What they find; nothing where nobody uses the journal. What could not be read says so, as of the instant given.
    pub(crate) async fn evaluations(&self, at: DateTime<Utc>) -> Vec<Evaluation> {
        let mut evaluations: Vec<Evaluation> = match self.look(at).await {
            Looked::Unused => return Vec::new(),
            Looked::Told(detection) => {
                let at = detection.at;
                let failed = detection.failed.iter();
                let failed = failed.map(|unjudged| self.unjudged(at, unjudged));
                let told = detection.found.into_iter();
                told.map(|found| self.told(at, found)).chain(failed).collect()
            }
            Looked::Failed(failure) => rules()
                .map(|rule| self.evaluation(rule, at, Outcome::Failed(failure.clone()), Vec::new()))
                .collect(),
        };
        evaluations.push(self.sealed(at).await);
        evaluations
    }

    /// Seals what is new and compares, whatever else could be read.
    async fn sealed(&self, at: DateTime<Utc>) -> Evaluation {
        let journal = Arc::clone(&self.journal);
        let watching = || async move { journal::watch(&*journal, COMPARED_EVERY).await };
        let failed = match self.watching.wait(self.patience, watching).await {
            Some(Ok(watched)) => return self.watched(watched),
            Some(Err(error)) => failure(matches!(error, Error::Forbidden { .. }), &error.to_string()),
            None => Failure {
                kind: FailureKind::Timeout,
                message: format!(
                    "the journal of accesses was not compared with its seals within {} s: that goes on while vigie-sync \
                     runs; `vigie access verify` takes the time it needs, and counts for a day",
                    self.patience.as_secs()
                ),
            },
        };
        self.evaluation(Rule::JournalTampered, at, Outcome::Failed(failed), Vec::new())
    }

    /// Seals what is new, for a run that looks at nothing else of the journal. What cannot be sealed now waits for the next
    /// run, and is told where it waits for long.
    pub(crate) async fn seal(&self) {
        let journal = Arc::clone(&self.journal);
        let sealing = || async move { journal.seal(&Caller::Service).await };
        match self.sealing.wait(self.patience, sealing).await {
            Some(Ok(seal)) => tell(seal),
            Some(Err(error)) => warn!("the journal of accesses could not be sealed: {error}"),
            None => warn!("the journal of accesses is not sealed yet: that goes on"),
        }
    }

    fn watched(&self, watched: Watched) -> Evaluation {
        tell(watched.sealed);
        let outcome = if watched.is_cut {
            Outcome::Truncated
        } else {
            Outcome::Complete
        };
        self.evaluation(Rule::JournalTampered, watched.at, outcome, watched.findings)
    }

    async fn look(&self, at: DateTime<Utc>) -> Looked {
        let mut looked = match looked(&*self.alerts, &self.database).await {
            Ok(looked) => looked,
            Err(failure) => return Looked::Failed(failure),
        };
        // Whoever looked last has not seen what people have done since either.
        let since = looked.values().min().map_or(at, |looked| at.min(*looked));
        let (as_of, fixed) = match dealt_with(&*self.alerts, &self.database, since).await {
            Ok(read) => read,
            Err(failure) => return Looked::Failed(failure),
        };
        // A rule that nobody ever looked at sees all that is kept.
        for rule in rules() {
            looked.entry(rule).or_insert(DateTime::UNIX_EPOCH);
        }
        let watch = Watch {
            thresholds: self.thresholds.clone(),
            expected: self.expected.clone(),
            fixed,
            looked,
            // Not later than what people dealt with was read: what they do after that counts against this look.
            as_of: Some(as_of),
        };
        match self.journal.detect(&Caller::Service, &watch).await {
            Ok(detection) if !detection.is_in_use && self.expected.is_empty() => Looked::Unused,
            Ok(detection) => Looked::Told(detection),
            Err(error) => {
                let is_forbidden = matches!(error, Error::Forbidden { .. });
                Looked::Failed(failure(is_forbidden, &error.to_string()))
            }
        }
    }

    fn told(&self, at: DateTime<Utc>, found: Found) -> Evaluation {
        let outcome = if found.untold == 0 {
            Outcome::Complete
        } else {
            Outcome::Truncated
        };
        self.evaluation(found.rule, at, outcome, found.findings)
    }

    fn unjudged(&self, at: DateTime<Utc>, unjudged: &Unjudged) -> Evaluation {
        let failure = failure(unjudged.is_forbidden, &unjudged.reason);
        self.evaluation(unjudged.rule, at, Outcome::Failed(failure), Vec::new())
    }

    fn evaluation(
        &self,
        rule: Rule,
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
            terms: Terms {
                // An attack that is over for a day has ended; what it came to, only a person knows.
                clearing: Clearing::ManualWhenCritical,
                resolve_after: 1,
                volatile: VOLATILE.map(str::to_owned).into(),
                ..Terms::new(rule.severity())
            },
            elapsed: Duration::ZERO,
        }
    }
}

/// Written down outside of the database, where whoever changes that one does not reach.
fn tell(sealed: Option<Seal>) {
    if let Some(seal) = sealed {
        info!(seal = seal.number, rows = seal.rows, hash = %seal.hash, "the journal of accesses is sealed");
    }
}

/// Looked at in every run, and a run is made whenever any check has its turn.
fn checks(chosen: &Chosen) -> Vec<CheckInfo> {
    let enabled = chosen.known.iter().filter(|check| check.enabled);
    let every_seconds = enabled
        .map(|check| check.every_seconds)
        .min()
        .unwrap_or(EVERY_SECONDS);
    let info = |rule: Rule| {
        let (fr, en) = title(rule);
        CheckInfo {
            code: code(rule),
            pack: PACK.to_owned(),
            severity: rule.severity(),
            title: Text {
                fr: Some(fr.to_owned()),
                en: Some(en.to_owned()),
            },
            time_zone: chosen.time_zone.unwrap_or(Tz::UTC),
            every_seconds,
            enabled: true,
            proved: true,
        }
    };
    Rule::ALL.iter().copied().map(info).collect()
}

fn title(rule: Rule) -> (&'static str, &'static str) {
    match rule {
        Rule::BruteForceIp => (
            "Essais de connexion répétés depuis une adresse",
            "One address fails to sign in again and again",
        ),
        Rule::BruteForceAccount => (
            "Essais de connexion répétés sur un compte",
            "Somebody tries to sign in to one account again and again",
        ),
        Rule::PasswordSpray => (
            "Une adresse essaie de nombreux comptes",
            "One address tries many accounts",
        ),
        Rule::DeniedIp => (
            "Refus répétés pour une adresse",
            "One address is refused again and again",
        ),
        Rule::DeniedUser => (
            "Refus répétés pour une personne",
            "One person is refused again and again",
        ),
        Rule::Enumeration => (
            "Une adresse parcourt les ressources",
            "One address asks for many things that it does not get",
        ),
        Rule::Spike => ("Pic de refus", "Far more is refused than usual"),
        Rule::AnonDataExposed => (
            "Données lues sans connexion",
            "Rows were given to somebody who had not signed in",
        ),
        Rule::ServiceRoleFromBrowser => (
            "Clé de service utilisée par un navigateur",
            "A browser used the service's key",
        ),
        Rule::JournalSilent => ("Source du journal muette", "A source of the journal is silent"),
        Rule::JournalTampered => ("Journal modifié", "What was sealed has changed"),
    }
}

fn failure(is_forbidden: bool, reason: &str) -> Failure {
    let kind = if is_forbidden {
        FailureKind::Privilege
    } else {
        FailureKind::Contract
    };
    Failure {
        kind,
        message: format!("the journal of accesses could not be read: {reason}"),
    }
}

fn code(rule: Rule) -> CheckCode {
    rule.as_str().parse().expect("a code of a check")
}

#[cfg(test)]
mod tests;
