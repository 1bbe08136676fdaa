//! Tries fixes on a copy, all in one transaction that is never committed.

mod compose;
mod same;
mod stand;

use std::collections::BTreeSet;

pub use self::same::is_same_database;
use self::stand::Stand;
use super::{Change, Fix, Outcome, Refused, Simulation, Tried, breaks, changes, doubts, fixes, narrower};
use crate::{
    Audit, Error, Persona,
    rules::{Level, Settings},
};

/// Tries the fixes of what this audit has found on the copy at `url`, whose login has to own what they are about. `given` are
/// those who are tried besides those who are found on the copy. Nothing stays on the copy.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` where the copy does not answer, `Forbidden` where its login may not look.
pub async fn rehearse(
    url: &str,
    original: &Audit,
    given: &[Persona],
    settings: &Settings,
) -> Result<Simulation, Error> {
    let mut unrepeatable = BTreeSet::new();
    loop {
        let mut stand = Stand::begin(url, given, settings).await?;
        if let Some(why) = blind(&stand.audit) {
            return Ok(Simulation::without_a_copy(&original.findings, &why));
        }
        let doubts = doubts(original, &stand.audit, &stand.seen);
        let before = fingerprints(&stand.audit, Level::Info);
        let mut tried = Vec::new();
        let mut fixes = fixes(&original.findings);
        // Perhaps what comes after them mends the same.
        fixes.sort_by_key(|fix| unrepeatable.contains(&fix.sql));
        for fix in fixes {
            let is_mended = before.contains(&fix.fingerprint)
                && !fingerprints(&stand.audit, Level::Info).contains(&fix.fingerprint);
            tried.push(if is_mended {
                let outcome = Outcome::Settled;
                Tried { fix, outcome }
            } else {
                best(&mut stand, fix, &unrepeatable).await?
            });
        }
        let after = fingerprints(&stand.audit, Level::Info);
        for own in &mut tried {
            let is_refused = matches!(own.outcome, Outcome::Refused(_));
            if is_refused && before.contains(&own.fix.fingerprint) && !after.contains(&own.fix.fingerprint) {
                own.outcome = Outcome::Settled;
            }
        }
        let left = fingerprints(&stand.audit, Level::Error).into_iter().collect();
        match first_unrepeatable(&mut stand, &tried).await? {
            Some(sql) => unrepeatable.insert(sql),
            None => return Ok(Simulation { tried, doubts, left }),
        };
    }
}

/// Why nothing can be told on a copy of which most is not known.
fn blind(copy: &Audit) -> Option<String> {
    let unknown: usize = copy.looked.unknown.values().sum();
    let why = copy.looked.unknown.keys().cloned().collect::<Vec<_>>().join(", ");
    (copy.looked.cells == 0 || unknown * 2 > copy.looked.cells)
        .then(|| format!("most of the copy cannot be found out ({why})"))
}

/// The fix, or the narrower one where the whole breaks somebody.
async fn best(stand: &mut Stand<'_>, fix: Fix, unrepeatable: &BTreeSet<String>) -> Result<Tried, Error> {
    let outcome = attempt(stand, &fix, unrepeatable).await?;
    let Outcome::Refused(refused) = outcome else {
        return Ok(Tried { fix, outcome });
    };
    let narrower = narrower(&fix, &stand.seen).filter(|narrower| narrower.sql != fix.sql);
    if let Some(narrower) = narrower
        && let Outcome::Proposed { changes, settled, .. } = attempt(stand, &narrower, unrepeatable).await?
        && changes.iter().any(Change::narrows)
    {
        let instead = Some(refused);
        let outcome = Outcome::Proposed {
            changes,
            settled,
            instead,
        };
        return Ok(Tried {
            fix: narrower,
            outcome,
        });
    }
    let outcome = Outcome::Refused(refused);
    Ok(Tried { fix, outcome })
}

/// Applies it, looks what came of that, and takes it back where it breaks somebody.
async fn attempt(
    stand: &mut Stand<'_>,
    fix: &Fix,
    unrepeatable: &BTreeSet<String>,
) -> Result<Outcome, Error> {
    let refused = |why| {
        Outcome::Refused(Refused {
            sql: fix.sql.clone(),
            why,
        })
    };
    if unrepeatable.contains(&fix.sql) {
        return Ok(refused(vec!["it cannot be applied twice".to_owned()]));
    }
    if let Err(code) = stand.apply(fix).await? {
        return Ok(match code.as_str() {
            "42501" => Outcome::NotSimulated {
                why: "the login of the copy may not do it".to_owned(),
            },
            "55P03" | "57014" => Outcome::NotSimulated {
                why: "somebody on the copy held a lock".to_owned(),
            },
            _ => refused(vec![format!("it fails with SQLSTATE {code}")]),
        });
    }
    let (seen, audit) = stand.look().await?;
    let changes = changes(&stand.seen.matrix, &seen.matrix);
    let broken = breaks(fix, &stand.seen, &changes);
    let errors = fingerprints(&audit, Level::Error);
    let known = fingerprints(&stand.audit, Level::Error);
    let new = errors.difference(&known).map(|own| format!("it makes {own}"));
    let why: Vec<String> = broken.iter().map(ToString::to_string).chain(new).collect();
    if !why.is_empty() {
        stand.undo().await?;
        return Ok(refused(why));
    }
    stand.keep().await?;
    let left = fingerprints(&audit, Level::Info);
    let settled = fingerprints(&stand.audit, Level::Info)
        .difference(&left)
        .cloned()
        .collect();
    (stand.seen, stand.audit) = (seen, audit);
    Ok(Outcome::Proposed {
        changes,
        settled,
        instead: None,
    })
}

/// Applies everything once more: the first that then fails, or changes something.
async fn first_unrepeatable(stand: &mut Stand<'_>, tried: &[Tried]) -> Result<Option<String>, Error> {
    for Tried { fix, outcome } in tried {
        if !matches!(outcome, Outcome::Proposed { .. }) {
            continue;
        }
        let is_done = stand.apply(fix).await?.is_ok();
        if !is_done || stand.catalog().await? != stand.seen.catalog {
            return Ok(Some(fix.sql.clone()));
        }
        stand.keep().await?;
    }
    Ok(None)
}

/// The findings of this level or worse.
fn fingerprints(audit: &Audit, from: Level) -> BTreeSet<String> {
    let findings = audit.findings.iter().filter(|finding| finding.level >= from);
    findings.map(|finding| finding.fingerprint.clone()).collect()
}
