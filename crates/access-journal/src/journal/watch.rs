use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::{Caller, Finding};

use super::{AccessJournal, Error, Scope, Seal};

/// So many of the newest seals are compared each time: more than are made while nobody looks.
const NEWEST: u32 = 100;

/// What comes of sealing and comparing.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The journal's clock, after looking.
    pub at: DateTime<Utc>,
    /// What was sealed; `None` where nothing was new.
    pub sealed: Option<Seal>,
    /// One for each seal that does not verify: those of the newest as they are now, those of the others as they were when
    /// all was last looked at.
    /// A warning besides, where rows have waited to be sealed for more than an hour.
    pub findings: Vec<Finding>,
    /// Whether more seals do not verify than are told.
    pub is_cut: bool,
    /// The newest seal; without one, nothing was compared.
    pub head: Option<Seal>,
}

/// Seals what is new and compares: the newest seals every time, and all of them once the last look at all is older than
/// `whole_every`. For the service, in each of its runs.
///
/// A seal that did not verify when all was looked at stays found until all is looked at again.
///
/// # Errors
/// As [`AccessJournal::seal`] and [`AccessJournal::verify`]. Where sealing fails, nothing is compared.
pub async fn watch(journal: &dyn AccessJournal, whole_every: TimeDelta) -> Result<Watched, Error> {
    let service = Caller::Service;
    let sealed = journal.seal(&service).await?;
    let newest = journal.verify(&service, Scope::Newest(NEWEST), None).await?;
    let last = journal.verified(&service).await?;
    let whole = match last {
        // One of a time that is still to come was not made by this clock.
        Some(last) if last.at <= newest.at && newest.at - last.at < whole_every => last,
        _ => journal.verify(&service, Scope::Whole, None).await?,
    };
    let mut findings = newest.findings();
    for finding in whole.findings() {
        if findings.iter().all(|known| known.key() != finding.key()) {
            findings.push(finding);
        }
    }
    findings.extend(newest.waiting());
    Ok(Watched {
        at: newest.at.max(whole.at),
        sealed,
        findings,
        is_cut: newest.is_cut() || whole.is_cut(),
        head: newest.head,
    })
}
