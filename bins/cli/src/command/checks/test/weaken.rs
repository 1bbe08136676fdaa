//! `vigie checks test --weaken`: which change of one operator no case notices.

use indicatif::ProgressBar;
use integrity_core::{Check, CheckCode, Fixture, Pack, Weakening};
use serde::Serialize;

use super::{chosen_of, schema_script, stage::Stage, started};
use wiring::stop::Stop;

use crate::sandbox;

/// What came of every change.
#[derive(Debug, Serialize)]
pub(crate) struct Weakened {
    /// Whether every change was noticed.
    pub(crate) passed: bool,
    pub(crate) caught: usize,
    pub(crate) survived: usize,
    /// Refused by PostgreSQL, so that nobody could have made it.
    pub(crate) invalid: usize,
    pub(crate) changes: Vec<Change>,
}

/// One change of one operator.
#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) pack: String,
    pub(crate) code: CheckCode,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) was: String,
    pub(crate) becomes: String,
    /// The line as it stands in the file.
    pub(crate) text: String,
    pub(crate) verdict: Verdict,
    /// The first case that failed.
    pub(crate) caught_by: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Caught,
    Survived,
    Invalid,
}

/// Changes the checks of packs whose cases all pass.
pub(super) async fn weakened(
    packs: &[(String, Pack)],
    schema: Option<&str>,
    only: &[String],
    progress: &ProgressBar,
) -> Result<Weakened, Stop> {
    let sandbox = started(progress).await?;
    let mut changes = Vec::new();
    for (n, (_, pack)) in packs.iter().enumerate() {
        let mut stage = Stage::new(&sandbox, n, schema_script(pack, schema)).await?;
        for check in chosen_of(pack, only) {
            for fixture in check.fixtures() {
                let weakenings = check.weakenings(&fixture.check_file);
                let verdicts = judged(&mut stage, check, fixture, &weakenings, progress).await?;
                changes.extend(
                    weakenings
                        .into_iter()
                        .zip(verdicts)
                        .map(|(weakening, verdict)| Change {
                            pack: pack.name.clone(),
                            code: check.code().clone(),
                            file: fixture.check_file.clone(),
                            line: weakening.line,
                            was: weakening.was,
                            becomes: weakening.becomes,
                            text: weakening.text,
                            verdict: verdict.0,
                            caught_by: verdict.1,
                        }),
                );
            }
        }
        stage.close().await;
    }
    sandbox::stop(sandbox).await?;
    let count = |verdict| changes.iter().filter(|change| change.verdict == verdict).count();
    let survived = count(Verdict::Survived);
    Ok(Weakened {
        passed: survived == 0,
        caught: count(Verdict::Caught),
        survived,
        invalid: count(Verdict::Invalid),
        changes,
    })
}

/// Each case is set up once, and all changes that are not noticed yet look at it.
async fn judged(
    stage: &mut Stage<'_>,
    check: &Check,
    fixture: &Fixture,
    weakenings: &[Weakening],
    progress: &ProgressBar,
) -> Result<Vec<(Verdict, Option<String>)>, Stop> {
    let mut verdicts = vec![(Verdict::Survived, None); weakenings.len()];
    for case in &fixture.cases {
        progress.set_message(format!("{}: {}", check.code(), case.name));
        progress.inc(1);
        let alive: Vec<usize> = (0..weakenings.len())
            .filter(|n| verdicts[*n].0 == Verdict::Survived)
            .collect();
        let checks: Vec<Check> = alive.iter().map(|n| weakenings[*n].check.clone()).collect();
        let run = stage.run(&checks, fixture, case).await?;
        for (n, result) in alive.into_iter().zip(run.results) {
            if result.is_refused {
                verdicts[n] = (Verdict::Invalid, None);
            } else if !result.objections.is_empty() {
                verdicts[n] = (Verdict::Caught, Some(case.name.clone()));
            }
        }
    }
    Ok(verdicts)
}
