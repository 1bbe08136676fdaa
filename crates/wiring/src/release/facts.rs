//! Everything that is known of a release, gathered from the rooms through their traits.

mod access;
mod alerts;
mod history;

use access_journal::journal::AccessJournal;
use alerts_store::{AlertStore, CheckInfo, KnownCheck};
use chrono::{DateTime, Utc};
use integrity_core::{Caller, CheckCode};
use release_info::{
    decision::{CheckFact, DecisionFacts, Readiness},
    ledger::{Place, Release, ReleaseFilter, ReleaseLedger, Stage},
};

use self::{
    alerts::{since, usual_warnings},
    history::History,
};
use super::is_release_rule;
use crate::{access::is_attack, audit, config::Config, stop::Stop};

/// So many alerts or events are asked for at a time.
const AT_A_TIME: u32 = 200;

/// How a place stands.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// What is live there.
    pub live: Option<Release>,
    /// What is being deployed there.
    pub opening: Option<Release>,
    /// The ledger's clock.
    pub at: DateTime<Utc>,
}

impl Gathered {
    /// Asks the ledger.
    ///
    /// # Errors
    /// When it does not answer, or not this caller.
    pub async fn of(ledger: &dyn ReleaseLedger, caller: &Caller, place: &Place) -> Result<Self, Stop> {
        let current = ledger.current(caller).await?;
        let here = current.into_iter().filter(|release| release.place == *place);
        let (live, opening): (Vec<_>, Vec<_>) = here.partition(|release| release.stage.is_live());
        let one = ReleaseFilter {
            limit: 1,
            ..ReleaseFilter::default()
        };
        Ok(Self {
            live: live.into_iter().next(),
            opening: opening.into_iter().next(),
            at: ledger.list(caller, &one).await?.at,
        })
    }
}

/// The rooms that know something of a release.
pub type Rooms<'a> = (&'a dyn ReleaseLedger, &'a dyn AlertStore, &'a dyn AccessJournal);

/// Gathers what is known of the release that is live at a place. The checks that are configured have to be looked at, whatever
/// the last run was about.
///
/// # Errors
/// When a room does not answer, or not this caller.
pub async fn gather(
    (ledger, alerts, journal): Rooms<'_>,
    caller: &Caller,
    (config, configured): (&Config, &[CheckInfo]),
    (gathered, live): (&Gathered, &Release),
    readiness: Option<Readiness>,
) -> Result<DecisionFacts, Stop> {
    let history = History::of(ledger, caller, live).await?;
    let (began_at, database) = (history.began_at, config.database.as_str());
    let known = alerts.checks(caller, database).await?;
    let checks = checks(&known, configured);
    let since = since(alerts, caller, config, began_at).await?;
    let access = access::since(
        (journal, alerts),
        caller,
        (config, &known),
        (began_at, history.deployed_at),
    );
    let access = access.await?;
    let under_way = match (&gathered.opening, live.stage) {
        (Some(opening), _) => Some(format!("{} is being deployed", opening.release)),
        (None, Stage::RollingBack) => Some("a rollback is under way".to_owned()),
        (None, _) => None,
    };
    let later = checks
        .iter()
        .filter_map(|check| Some((&*check.code, check.complete_at?)));
    let later = later.chain(since.last_change.map(|at| ("an alert", at)));
    let dated_later = later
        .chain([("the release", history.deployed_at)])
        .find(|(_, at)| *at > since.at);
    Ok(DecisionFacts {
        at: gathered.at,
        place: live.place.clone(),
        release: live.release.clone(),
        began_at,
        deployed_at: history.deployed_at,
        clock_went_back: history
            .went_back
            .or_else(|| dated_later.map(|(what, at)| format!("{what} is dated {at}, which is still to come")))
            .or(since.went_back),
        under_way,
        verified: history.verified,
        alerts: since.alerts,
        unread_alerts: since.unread,
        usual_warnings: usual_warnings(alerts, caller, config, began_at).await?,
        checks,
        readiness,
        access,
    })
}

/// What has to be looked at: every check that is enabled, in the configuration or in the store.
fn checks(known: &[KnownCheck], configured: &[CheckInfo]) -> Vec<CheckFact> {
    let active = known.iter().filter(|check| check.active).map(|check| &check.info);
    let mut codes: Vec<_> = active
        .chain(configured)
        .filter(|info| is_of_the_job(info))
        .map(|info| &info.code)
        .collect();
    codes.sort();
    codes.dedup();
    let complete_at = |code: &CheckCode| {
        let check = known.iter().find(|check| check.info.code == *code)?;
        check.state.as_ref()?.complete_at
    };
    let facts = codes.into_iter().map(|code| CheckFact {
        code: code.to_string(),
        complete_at: complete_at(code),
    });
    facts.collect()
}

/// The audit has its own turn, and what the ledger finds is judged here by itself.
fn is_of_the_job(info: &CheckInfo) -> bool {
    let code = info.code.as_str();
    let is_of_the_audit = audit::is_rule(info) || code == audit::AUDIT;
    info.enabled && !is_of_the_audit && !is_release_rule(code) && !is_attack(code)
}

#[cfg(test)]
mod tests;
