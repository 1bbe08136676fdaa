//! Which relations nobody anonymous should read: by the configuration, and by the last audit, as the service handed it on.

use std::time::Duration;

use access_journal::{
    Source,
    ingest::Sensitive,
    journal::{AccessJournal, Blind, Error},
};
use chrono::{DateTime, TimeDelta, Utc};
use integrity_core::Caller;
use wiring::{config::Config, session::refused, stop::Stop};

use crate::show::ingest::{Known, OfAudit};

/// Those, and how they are known. What no audit has said, and what may not be asked, is said in every output; what is configured
/// is looked for all the same.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn relations(
    journal: &dyn AccessJournal,
    config: &Config,
    now: DateTime<Utc>,
) -> Result<(Sensitive, Known), Stop> {
    // Where this configuration does not say how often the service audits, every day is what is usual.
    let every = config.audit.every.unwrap_or(Duration::from_hours(24));
    let every = TimeDelta::from_std(every).unwrap_or(TimeDelta::days(30));
    let patterns = config.access.sensitive.clone();
    let mut known = Known {
        patterns: patterns.len(),
        of_audit: OfAudit::Unknown("no whole audit of vigie-sync has said so yet (audit.every)"),
    };
    let relations = match journal.sensitive(&Caller::Service, &config.database).await {
        Ok(Some(told)) => {
            known.of_audit = OfAudit::Named {
                relations: told.relations.len(),
                audited_at: told.audited_at,
                is_old: now - told.audited_at > every * 2,
            };
            told.relations
        }
        Ok(None) => Vec::new(),
        Err(Error::Forbidden { .. }) => {
            known.of_audit = OfAudit::Unknown("this login may not ask");
            Vec::new()
        }
        Err(error) => return Err(refused(&Caller::Service)(error)),
    };
    Ok((Sensitive::new(patterns.into_iter().chain(relations)), known))
}

/// What of that does not show, for a source that tells who reads which relation.
pub(super) fn blind(known: &Known, source: Source) -> Option<Blind> {
    let tells = matches!(source, Source::SupabaseEdge | Source::Nginx | Source::Postgrest);
    let blind = match known.of_audit {
        OfAudit::Unknown(_) if known.patterns > 0 => Some(Blind::NoAudit),
        OfAudit::Named { relations, .. } if known.patterns + relations > 0 => None,
        OfAudit::Unknown(_) | OfAudit::Named { .. } => Some(Blind::NoRelation),
    };
    blind.filter(|_| tells)
}
