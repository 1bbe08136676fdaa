//! Looking at a database, or at what was saved of one.

use std::{fs, path::Path};

use rls_audit::{Audit, Baseline, Inspection};
pub(super) use wiring::audit::baseline;
use wiring::{audit, stop::Stop};

use super::super::Place;

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

/// What the rules make of it.
pub(super) fn audit(inspected: &Inspection, place: &Place<'_>) -> Audit {
    Audit::new(inspected, &place.config.audit.settings())
}

/// Where the baseline is.
pub(super) fn baseline_path<'a>(given: Option<&'a Path>, place: &'a Place<'_>) -> &'a Path {
    given.unwrap_or(&place.config.audit.baseline)
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

/// Writes a file whole: whoever reads it meanwhile reads the one before.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let beside = path.with_extension("part");
    fs::write(&beside, text)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|error| Stop::usage(format!("{} cannot be written: {error}", path.display())))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Stop {
    Stop::usage(format!("{} cannot be read: {error}", path.display()))
}
