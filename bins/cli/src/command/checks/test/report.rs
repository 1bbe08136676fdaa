//! What came of the cases, for people and for programs.

use std::collections::BTreeSet;

use integrity_core::{Check, CheckCode, Fixture, Pack, Problem};
use serde::Serialize;

/// Everything that was tested.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Whether the answer is yes.
    pub(crate) passed: bool,
    pub(crate) packs: Vec<PackReport>,
    pub(crate) cases: usize,
    pub(crate) failed_cases: usize,
    /// How many files of checks are proved now, of how many.
    pub(crate) proved: usize,
    pub(crate) files: usize,
}

/// One pack.
#[derive(Debug, Serialize)]
pub(crate) struct PackReport {
    pub(crate) pack: String,
    pub(crate) files: Vec<FileReport>,
    /// What is wrong with files of checks and of cases.
    pub(crate) problems: Vec<Problem>,
    /// What of the schema could not be loaded and does not matter.
    pub(crate) skipped: Vec<String>,
    /// What is wrong with the record of proofs.
    pub(crate) record: Option<String>,
}

/// One file of a check, with the cases beside it.
#[derive(Debug, Serialize)]
pub(crate) struct FileReport {
    pub(crate) code: CheckCode,
    pub(crate) file: String,
    pub(crate) fixture: String,
    pub(crate) cases: Vec<CaseReport>,
    /// What it lacks, where the pack insists on fixtures.
    pub(crate) lacks: Option<String>,
    /// Whether that is an error.
    pub(crate) required: bool,
    /// None: it is proved.
    pub(crate) unproved_because: Option<String>,
}

/// One case.
#[derive(Debug, Serialize)]
pub(crate) struct CaseReport {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// Nothing: it passed.
    pub(crate) objections: Vec<String>,
    pub(crate) elapsed_ms: u64,
}

impl Report {
    pub(super) fn new(packs: Vec<PackReport>) -> Self {
        let files = || packs.iter().flat_map(|pack| &pack.files);
        let cases = || files().flat_map(|file| &file.cases);
        Self {
            passed: packs.iter().all(PackReport::passed),
            cases: cases().count(),
            failed_cases: cases().filter(|case| !case.objections.is_empty()).count(),
            proved: files().filter(|file| file.unproved_because.is_none()).count(),
            files: files().count(),
            packs,
        }
    }
}

impl PackReport {
    /// Nothing tested yet; the problems of the files that the run is about.
    pub(super) fn new(pack: &Pack, only: &[String]) -> Self {
        let is_meant = |code: &str| only.is_empty() || only.iter().any(|named| named == code);
        let of_checks = pack
            .bad
            .iter()
            .filter(|bad| is_meant(bad.code.as_str()))
            .flat_map(|bad| bad.problems.clone());
        let meant: BTreeSet<&str> = pack
            .checks
            .iter()
            .filter(|check| is_meant(check.code().as_str()))
            .flat_map(Check::fixtures)
            .map(|fixture| fixture.file.as_str())
            .collect();
        // The record is written anew by the run itself.
        let of_fixtures = pack
            .fixture_problems
            .iter()
            .filter(|problem| problem.file != Pack::PROOFS)
            .filter(|problem| only.is_empty() || meant.contains(problem.file.as_str()))
            .cloned();
        Self {
            pack: pack.name.clone(),
            files: Vec::new(),
            problems: of_checks.chain(of_fixtures).collect(),
            skipped: Vec::new(),
            record: None,
        }
    }

    fn passed(&self) -> bool {
        self.problems.is_empty() && self.record.is_none() && self.files.iter().all(FileReport::passed)
    }

    /// Whether all cases of a file passed; none where they did not run.
    pub(super) fn passed_file(&self, file: &str) -> Option<bool> {
        let report = self.files.iter().find(|report| report.file == file)?;
        Some(report.cases.iter().all(|case| case.objections.is_empty()))
    }
}

impl FileReport {
    pub(super) fn new(pack: &Pack, check: &Check, fixture: &Fixture, cases: Vec<CaseReport>) -> Self {
        Self {
            code: check.code().clone(),
            file: fixture.check_file.clone(),
            fixture: fixture.file.clone(),
            cases,
            lacks: fixture.lacks(),
            required: pack.require_fixtures,
            unproved_because: fixture.unproved_because(),
        }
    }

    /// How many cases failed.
    pub(crate) fn failed(&self) -> usize {
        self.cases
            .iter()
            .filter(|case| !case.objections.is_empty())
            .count()
    }

    fn passed(&self) -> bool {
        self.failed() == 0 && !(self.required && self.lacks.is_some())
    }
}
