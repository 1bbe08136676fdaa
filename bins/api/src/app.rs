//! What every request may use.

use std::{fmt, sync::Arc, time::Duration};

use access_journal::{journal::AccessJournal, layer::AccessJournalLayer};
use alerts_store::AlertStore;
use chrono_tz::Tz;
use integrity_core::Check;
use release_info::{Standing, ledger::ReleaseLedger};
use rls_audit::AuditStore;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{changes::Changes, health::Health, identity::Identity, trends::Trends};

/// What every request may use.
pub(crate) struct App {
    pub(crate) store: Arc<dyn AlertStore>,
    pub(crate) audits: Arc<dyn AuditStore>,
    pub(crate) journal: Arc<dyn AccessJournal>,
    pub(crate) ledger: Arc<dyn ReleaseLedger>,
    /// How often audits are made, where the configuration says so.
    pub(crate) audit_every: Option<Duration>,
    /// How often rollbacks are rehearsed.
    pub(crate) drill_every: Duration,
    /// What tells the journal of accesses, unless it is switched off.
    pub(crate) accesses: Option<AccessJournalLayer>,
    pub(crate) identity: Identity,
    pub(crate) changes: Arc<Changes>,
    pub(crate) health: Health,
    pub(crate) trends: Trends,
    /// Room for exports.
    pub(crate) exports: Arc<Semaphore>,
    /// What the watched database is called.
    pub(crate) database: String,
    /// The checks of the chosen packs: their SQL and parameters.
    pub(crate) checks: Vec<Check>,
    /// Where times are read.
    pub(crate) zone: Tz,
    /// How people reach it, where the configuration says so.
    pub(crate) origin: Option<String>,
    /// Whom to ask for a role.
    pub(crate) administrator: Option<String>,
    /// Which release this is, and where it runs.
    pub(crate) standing: Standing,
    /// Said when it is being stopped.
    pub(crate) draining: CancellationToken,
}

impl App {
    /// The check of that code, where a chosen pack has it.
    pub(crate) fn check(&self, code: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.code().as_str() == code)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}
