//! `vigie audit baseline`, `diff` and `suppress`.

use rls_audit::{
    Baseline,
    baseline::{Drift, Suppression},
};
use wiring::stop::{Exit, Stop};

use super::{super::Place, looking};
use crate::{
    cli::{BaselineArgs, DiffArgs, SuppressArgs},
    output, show, whole_file,
};

/// Writes down what is so now. Suppressions stay, as long as what they suppress is there.
pub(super) async fn write(args: &BaselineArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let path = looking::baseline_path(args.baseline.as_deref(), place);
    let before = looking::baseline(&path)?;
    let audit = looking::audited(args.source.from.as_deref(), place).await?;
    if !audit.is_complete() {
        output::print(&show::audit::looked(&audit))?;
        return Err(Stop::new(
            Exit::Incomplete,
            "incomplete",
            "too little is known to agree to anything; nothing was written",
        ));
    }
    let baseline = Baseline::of(&audit, &before.unwrap_or_default());
    whole_file::write(&path, &baseline.to_text())?;
    output::print(&format!(
        "{}\n\n{}: {} definitions, {} lines of access, {} findings, {} suppressions.",
        show::audit::looked(&audit),
        path.display(),
        baseline.definitions.len(),
        baseline.access.len(),
        baseline.findings.len(),
        baseline.suppressions.len(),
    ))?;
    Ok(Exit::Fine)
}

/// What has changed since.
pub(super) async fn diff(args: &DiffArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let baseline = looking::agreed(&looking::baseline_path(args.baseline.as_deref(), place))?;
    let audit = looking::audited(args.source.from.as_deref(), place)
        .await?
        .beside(&baseline);
    if place.json {
        output::json(&serde_json::json!({
            "looked": audit.looked, "skipped": audit.skipped, "drift": audit.drift,
            "direction": audit.drift.as_ref().and_then(Drift::direction),
        }))?;
    } else {
        output::print(&show::audit::drift(&audit))?;
    }
    Ok(if !audit.is_complete() {
        Exit::Incomplete
    } else if audit.is_widened() {
        Exit::Difference
    } else {
        Exit::Fine
    })
}

/// Lets a finding be, for a while.
pub(super) async fn suppress(args: &SuppressArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let path = looking::baseline_path(args.baseline.as_deref(), place);
    let mut baseline = looking::agreed(&path)?;
    let audit = looking::audited(args.source.from.as_deref(), place).await?;
    let found = audit
        .findings
        .iter()
        .find(|found| found.fingerprint == args.fingerprint);
    let Some(found) = found else {
        let known = audit.findings.iter().map(|found| found.fingerprint.as_str());
        return Err(Stop::usage(format!(
            "{:?} is no finding; there are:\n{}",
            args.fingerprint,
            known.collect::<Vec<_>>().join("\n")
        )));
    };
    if args.until < audit.looked.at.date_naive() {
        return Err(Stop::usage(format!("--until: {} has passed", args.until)));
    }
    baseline.suppress(Suppression {
        fingerprint: found.fingerprint.clone(),
        evidence: found.evidence_hash.clone(),
        level: found.level,
        reason: args.reason.clone(),
        author: args.author.clone(),
        until: args.until,
    });
    whole_file::write(&path, &baseline.to_text())?;
    output::print(&format!(
        "{} is let be until {}: {}",
        found.fingerprint,
        args.until,
        path.display()
    ))?;
    Ok(Exit::Fine)
}
