use chrono::{DateTime, Utc};
use integrity_core::Severity;

use crate::{ReleaseId, ledger::Place};

/// What is known of a release that is live. Every instant is of the clock of the one database.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionFacts {
    /// Now.
    pub at: DateTime<Utc>,
    /// Where it is live.
    pub place: Place,
    /// Which one.
    pub release: ReleaseId,
    /// When that began which made it live: its deployment, or the rollback that returned to it. From then on what people get
    /// may be this release.
    pub began_at: DateTime<Utc>,
    /// When it was recorded as live.
    pub deployed_at: DateTime<Utc>,
    /// What shows that the clock of the database went back since, so that before and after cannot be told.
    pub clock_went_back: Option<String>,
    /// What is under way at that place, where anything is.
    pub under_way: Option<String>,
    /// What came of looking at what is served.
    pub verified: Verified,
    /// Alerts about the watched data: those that are live, and those that only a person's word has ended.
    pub alerts: Vec<NewAlert>,
    /// How many alerts have changed since it began and were too many to be read: they may be new.
    pub unread_alerts: usize,
    /// How many WARN alerts open in a time as long as alerts are put down to a deployment, by what was usual before it;
    /// `None` where nobody knows.
    pub usual_warnings: Option<f64>,
    /// The integrity job: every enabled check.
    pub checks: Vec<CheckFact>,
    /// Whether the services are ready; `None` where nobody has said whom to ask.
    pub readiness: Option<Readiness>,
    /// What the access journal says; `None` where nobody uses one.
    pub access: Option<Access>,
}

/// What came of the last look at what is served, since the release went live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Nobody has looked.
    Never,
    /// It is this release.
    Passed(Look),
    /// It is something else, or its rollback has failed.
    Failed(Look),
    /// It could not be told.
    Inconclusive(Look),
}

/// A look at what is served, as the ledger has it: what somebody says, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// By whom; `None` when the service did.
    pub by: Option<String>,
    /// What shows it; `None` where nothing was given.
    pub evidence: Option<String>,
}

/// An alert, and since when it is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlert {
    /// Its identifier.
    pub id: String,
    /// Which check found it.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub about: String,
    /// Since when: it was seen first, came back, or became CRITICAL. The end of an acceptance is none of these.
    pub since: DateTime<Utc>,
    /// What ends it, where anything does.
    pub standing: Standing,
}

/// Whether an alert is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Live,
    /// A person says that it is fixed, and nothing has confirmed that yet.
    SaidToBeFixed,
    /// A person lives with it, says that it is none, or has withdrawn its check.
    PutAside,
}

/// A check of the integrity job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckFact {
    /// Which one.
    pub code: String,
    /// The last snapshot on which it was evaluated whole; `None` where it never was.
    pub complete_at: Option<DateTime<Utc>>,
}

/// Whether the services are ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// They say so.
    Ready,
    /// They do not, every time they were asked.
    Failing(String),
    /// They could not be asked.
    Unknown(String),
}

/// What the access journal says of the time since the release began to be live.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// What was refused, 401 and 403, source by source: two may tell of one request.
    pub refused: Vec<Refused>,
    /// Data that somebody read without having signed in, and that is put down to the release.
    pub exposed: Vec<String>,
    /// Data that was read so and is not put down to it, and why.
    pub not_counted: Vec<String>,
    /// The last time when all of it was looked at by the rule about such reads; `None` where it never was.
    pub looked_at: Option<DateTime<Utc>>,
    /// What keeps all of this from being the whole truth, such as a source that was not heard since.
    pub missing: Vec<String>,
}

/// How much a source refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Which one.
    pub source: String,
    /// Requests a minute since then, as long as such things are put down to a deployment.
    pub a_minute: f64,
    /// As many as were usual before; `None` where nobody knows.
    pub usually: Option<f64>,
}
