//! Which relations nobody anonymous should read: by the configuration, and by the last audit that says.

use access_journal::{Source, ingest::Sensitive, journal::Blind};
use integrity_core::{Caller, Door};
use rls_audit::{Audit, AuditStore as _, PgAuditStore, rules::Object};
use wiring::{config::Config, session::Session};

use crate::show::ingest::Known;

/// A sensitive column can be read.
const RULE: &str = "RLS-109";

/// Those, and how they are known.
pub(super) async fn relations(session: &Session, config: &Config) -> (Sensitive, Known) {
    let audits = PgAuditStore::new(session.pool.clone(), Door::Cli);
    let audit = audits.latest_complete(&Caller::Service, &config.database).await;
    let patterns = config.access.sensitive.clone();
    let mut known = Known {
        patterns: patterns.len(),
        of_audit: None,
        why: None,
    };
    let of_audit = match audit {
        Ok(Some(audit)) => {
            let relations = named(&audit);
            known.of_audit = Some(relations.len());
            relations
        }
        Ok(None) => {
            known.why = Some("no audit was ever whole");
            Vec::new()
        }
        // That it is not known is said in every output; what is configured is looked for all the same.
        Err(_) => {
            known.why = Some("this login may not read audits");
            Vec::new()
        }
    };
    (Sensitive::new(patterns.into_iter().chain(of_audit)), known)
}

/// What of that does not show, for a source that tells who reads which relation.
pub(super) fn blind(known: &Known, source: Source) -> Option<Blind> {
    let tells = matches!(source, Source::SupabaseEdge | Source::Nginx | Source::Postgrest);
    let blind = match known.of_audit {
        _ if known.patterns + known.of_audit.unwrap_or_default() == 0 => Some(Blind::NoRelation),
        None => Some(Blind::NoAudit),
        Some(_) => None,
    };
    blind.filter(|_| tells)
}

fn named(audit: &Audit) -> Vec<String> {
    let relation = |object: &Object| match object {
        Object::Column { relation, .. } => Some(relation.to_string()),
        _ => None,
    };
    let found = audit.findings.iter().filter(|finding| finding.rule == RULE);
    let mut relations: Vec<String> = found.filter_map(|finding| relation(&finding.object)).collect();
    relations.sort_unstable();
    relations.dedup();
    relations
}
