//! The audit within a run of the checks.

use std::{fmt, sync::Arc, time::Duration};

use access_journal::journal::{AccessJournal, SensitiveRelations};
use chrono::{DateTime, Utc};
use integrity_core::{Caller, Evaluation, Failure, FailureKind};
use rls_audit::{
    Audit, AuditStore, Baseline, DatabaseInspector, Error, Persona,
    rules::{Object, Settings},
};
use tokio::time::{Instant, timeout};
use tracing::warn;

use super::{
    BaselineFile,
    evaluations::{self, Terrain},
};
use crate::{config::Config, stop::Stop};

/// A sensitive column can be read.
const SENSITIVE: &str = "RLS-109";

/// Audits, keeps the audit, and says what it found as the checks do.
pub struct Auditor {
    inspector: Box<dyn DatabaseInspector>,
    store: Box<dyn AuditStore>,
    /// Who reads logs asks it what is sensitive, since the audits themselves are not for them.
    journal: Option<Arc<dyn AccessJournal>>,
    personas: Vec<Persona>,
    settings: Settings,
    baseline: BaselineFile,
    database: String,
    limit: Duration,
}

impl fmt::Debug for Auditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auditor")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

impl Auditor {
    /// Looks through the inspector as the configuration has it, for no longer than a run may look at the database.
    ///
    /// # Errors
    /// `Usage` for a persona that nobody can be.
    pub fn new(
        inspector: impl DatabaseInspector + 'static,
        store: impl AuditStore + 'static,
        config: &Config,
    ) -> Result<Self, Stop> {
        Ok(Self {
            inspector: Box::new(inspector),
            store: Box::new(store),
            journal: None,
            personas: config.audit.personas()?,
            settings: config.audit.settings(),
            baseline: config.audit.baseline_file(),
            database: config.database.clone(),
            limit: config.sync.budget,
        })
    }

    /// Hands on to this journal which relations each whole audit calls sensitive.
    #[must_use]
    pub fn telling(mut self, journal: Arc<dyn AccessJournal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// What an audit finds. One that could not be made says so, as of the instant given.
    pub(crate) async fn evaluations(&self, at: DateTime<Utc>) -> Vec<Evaluation> {
        let began = Instant::now();
        let made = self.audit().await;
        let mut terrain = Terrain {
            database: &self.database,
            is_agreed: false,
            not_compared: None,
            elapsed: began.elapsed(),
        };
        match made {
            Ok(made) => {
                terrain.is_agreed = made.is_agreed;
                terrain.not_compared = made.not_compared;
                evaluations::found(&made.audit, &terrain)
            }
            Err(failure) => evaluations::nothing(failure, at, &terrain),
        }
    }

    /// The audit, beside what was agreed to, or else beside the last complete one.
    async fn audit(&self) -> Result<Made, Failure> {
        let agreed = self
            .baseline
            .read()
            .map_err(|stop| failed(FailureKind::Contract, stop.message().to_owned()))?;
        let before = match &agreed {
            Some(_) => Ok(None),
            None => self.store.latest_complete(&Caller::Service, &self.database).await,
        };
        let (before, not_compared) = match before {
            // This audit is made all the same: the next one is compared with it.
            Err(error @ Error::Corrupt { .. }) => {
                let message = format!("what has changed is not known: {error}");
                (None, Some(failed(FailureKind::Contract, message)))
            }
            read => (read.map_err(|error| refused(&error))?, None),
        };
        let seen = timeout(self.limit, self.inspector.inspect(&self.personas)).await;
        let seen = seen.map_err(|_| {
            let seconds = self.limit.as_secs();
            failed(
                FailureKind::Timeout,
                format!("the audit took longer than {seconds} s (sync.budget)"),
            )
        })?;
        let seen = seen.map_err(|error| refused(&error))?;
        let mut audit = Audit::new(&seen, &self.settings);
        match (&agreed, before) {
            (Some(agreed), _) => audit = audit.beside(agreed),
            (None, Some(before)) => {
                audit.drift = Some(Baseline::of(&before, &Baseline::default()).drift(&audit));
            }
            (None, None) => {}
        }
        self.store
            .save(&Caller::Service, &self.database, &audit)
            .await
            .map_err(|error| refused(&error))?;
        self.tell(&audit).await;
        Ok(Made {
            audit,
            is_agreed: agreed.is_some(),
            not_compared,
        })
    }
    /// Says what is sensitive. Where it cannot be said, the audit stands all the same: whoever reads a log is told how old the
    /// list is.
    async fn tell(&self, audit: &Audit) {
        let Some(journal) = self.journal.as_ref().filter(|_| audit.is_complete()) else {
            return;
        };
        let told = journal
            .tell_sensitive(&Caller::Service, &self.database, &sensitive(audit))
            .await;
        if let Err(error) = told {
            warn!(
                "what the audit calls sensitive could not be handed on to the journal of accesses: {error}"
            );
        }
    }
}

/// The relations of which it says that a sensitive column can be read.
pub(super) fn sensitive(audit: &Audit) -> SensitiveRelations {
    let found = audit.findings.iter().filter(|finding| finding.rule == SENSITIVE);
    let mut relations: Vec<String> = found
        .filter_map(|finding| match &finding.object {
            Object::Column { relation, .. } => Some(relation.to_string()),
            _ => None,
        })
        .collect();
    relations.sort_unstable();
    relations.dedup();
    SensitiveRelations {
        relations,
        audited_at: audit.looked.at,
    }
}

/// An audit that was made, and what it was compared with.
struct Made {
    audit: Audit,
    is_agreed: bool,
    not_compared: Option<Failure>,
}

fn refused(error: &Error) -> Failure {
    let kind = match error {
        Error::Forbidden { .. } => FailureKind::Privilege,
        Error::Invalid { .. } => FailureKind::Contract,
        _ => FailureKind::Sql,
    };
    failed(kind, format!("the audit could not be made: {error}"))
}

fn failed(kind: FailureKind, message: String) -> Failure {
    Failure { kind, message }
}
