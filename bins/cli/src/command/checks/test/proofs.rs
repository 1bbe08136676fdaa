//! The record of what passed: written into a folder, compared for a pack that is compiled in.

use std::{fs, io, path::Path};

use integrity_core::{Check, Pack};

use super::report::PackReport;
use crate::output;

/// Brings the record up to date and tells what is proved now.
pub(super) fn settle(place: &str, pack: &Pack, report: &mut PackReport, same_schema: bool) {
    let is_builtin = Pack::builtin_names().any(|name| name == place);
    let written = if is_builtin {
        compared(pack, report);
        false
    } else if same_schema {
        let proofs = pack.proofs(|file| report.passed_file(file));
        written(Path::new(place), &proofs)
    } else {
        let which = match &pack.schema {
            Some(own) => format!("another schema than the pack's own {}", own.display()),
            None => "a schema that pack.toml does not name; write schema = \"…\" there".to_owned(),
        };
        output::note(&format!(
            "{place}: nothing is recorded as proved: the cases ran on {which}"
        ));
        false
    };
    let fixtures = || pack.checks.iter().flat_map(Check::fixtures);
    for file in &mut report.files {
        let passed = file.failed() == 0;
        let fixture = fixtures().find(|fixture| fixture.check_file == file.file);
        if !passed {
            file.unproved_because = Some(format!("{} of its cases failed", file.failed()));
        } else if written && fixture.is_some_and(|fixture| fixture.lacks().is_none()) {
            file.unproved_because = None;
        }
    }
}

/// A compiled-in record that no longer holds is told to whoever builds the program.
fn compared(pack: &Pack, report: &mut PackReport) {
    let stale: Vec<&str> = report
        .files
        .iter()
        .filter(|file| file.failed() == 0 && file.lacks.is_none() && file.unproved_because.is_some())
        .map(|file| file.file.as_str())
        .collect();
    if !stale.is_empty() {
        report.record = Some(format!(
            "the {} that is compiled in does not prove {}; run `vigie checks test --pack` on the folder of {} and \
             commit what it writes",
            Pack::PROOFS,
            stale.join(", "),
            pack.name
        ));
    }
}

/// Writes the record where it says something new. Whether what it says is on record now.
fn written(folder: &Path, proofs: &str) -> bool {
    let path = folder.join(Pack::PROOFS);
    match fs::read_to_string(&path) {
        Ok(there) if there == proofs => return true,
        // Nothing is proved, and nothing was.
        Err(error) if error.kind() == io::ErrorKind::NotFound && proofs.ends_with("[proved]\n") => {
            return true;
        }
        _ => {}
    }
    // In one step: a record that is half written must never be read.
    let beside = folder.join(format!(".{}.{}", Pack::PROOFS, std::process::id()));
    let outcome = fs::write(&beside, proofs).and_then(|()| fs::rename(&beside, &path));
    match outcome {
        Ok(()) => output::note(&format!("wrote {}", path.display())),
        Err(error) => {
            let _ = fs::remove_file(&beside);
            output::note(&format!(
                "cannot write {}: {error}; what passed stays UNPROVED until it is written",
                path.display()
            ));
            return false;
        }
    }
    true
}
