//! Looking at a database, or at what was saved of one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rls_audit::{Audit, Baseline, Inspection, integrity_core::Language, report};
pub(super) use wiring::audit::baseline;
use wiring::{audit, stop::Stop};

use super::super::Place;
use crate::{output, whole_file::write};

/// What is seen: in the database, or in a file that `vigie audit matrix --save` has written.
pub(super) async fn inspection(from: Option<&Path>, place: &Place<'_>) -> Result<Inspection, Stop> {
    let Some(path) = from else {
        return audit::inspection(place.target.connect().await?, &place.config.audit).await;
    };
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        Stop::usage(format!(
            "{}: {error}; right is a file that `vigie audit matrix --save` of this version has written",
            path.display()
        ))
    })
}

/// Keeps it, for a look without the database. It holds what tokens of personas say, and samples of rows.
pub(super) fn save(inspected: &Inspection, path: &Path) -> Result<(), Stop> {
    let text = serde_json::to_string(inspected).expect("plain data is JSON");
    write(path, &text)
}

/// What is wrong with that.
pub(super) async fn audited(from: Option<&Path>, place: &Place<'_>) -> Result<Audit, Stop> {
    if from.is_some() {
        return Ok(judged(&inspection(from, place).await?, place));
    }
    let pool = place.target.connect().await?;
    Ok(told(audit::audit(pool, &place.config.audit).await?))
}

/// What the rules make of it.
pub(super) fn judged(inspected: &Inspection, place: &Place<'_>) -> Audit {
    told(Audit::new(inspected, &place.config.audit.settings()))
}

/// That a superuser has looked is said at once, whatever the format.
fn told(audit: Audit) -> Audit {
    if let Some(warning) = report::superuser(&audit, Language::En) {
        output::note(&warning);
    }
    audit
}

/// Where the baseline is.
pub(super) fn baseline_path(given: Option<&Path>, place: &Place<'_>) -> PathBuf {
    given.map_or_else(|| place.config.audit.baseline_file().path, Path::to_owned)
}

/// The baseline in this file, which has to be there.
pub(super) fn agreed(path: &Path) -> Result<Baseline, Stop> {
    baseline(path)?.ok_or_else(|| {
        Stop::usage(format!(
            "there is no {}; `vigie audit baseline` writes one",
            path.display()
        ))
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::usage(format!("{} cannot be read: {error}", path.display()))
}
