//! Which event may come when: the same rows as the table `vigie.release_steps`, which a test compares cell by cell.

use super::{EventKind, Stage};

/// An event that may come in a stage: the row of `vigie.release_steps` of the same fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// In which stage.
    pub stage: Stage,
    /// Which event.
    pub kind: EventKind,
    /// What the stage becomes.
    pub next: Stage,
}

/// Every step that is legal.
pub fn steps() -> impl Iterator<Item = Step> {
    Stage::ALL.into_iter().flat_map(|stage| {
        EventKind::ALL.into_iter().filter_map(move |kind| {
            let next = next(stage, kind)?;
            Some(Step { stage, kind, next })
        })
    })
}

/// What the stage becomes, or `None` where the event may not come.
#[must_use]
pub fn next(stage: Stage, kind: EventKind) -> Option<Stage> {
    use EventKind as Kind;
    use Stage::{
        Deployed, Failed, New, Promoted, Refuted, Replaced, RolledBack, RollingBack, Started, Verified,
    };
    let is_standing = stage.is_live() && !stage.is_open();
    match (stage, kind) {
        (New | Failed | RolledBack | Replaced, Kind::Started) => Some(Started),
        (Started, Kind::Deployed) => Some(Deployed),
        (Started, Kind::Failed) => Some(Failed),
        (Promoted, Kind::VerifyPassed) | (Verified, Kind::Promoted) => Some(Promoted),
        (_, Kind::VerifyPassed) if is_standing => Some(Verified),
        (_, Kind::VerifyFailed) if is_standing => Some(Refuted),
        (_, Kind::VerifyInconclusive) if is_standing => Some(stage),
        (_, Kind::RollbackStarted) if is_standing => Some(RollingBack),
        (RollingBack, Kind::RolledBack) | (RolledBack, Kind::RollbackVerified) => Some(RolledBack),
        (RollingBack, Kind::Failed) => Some(Refuted),
        (New, _) => None,
        (_, Kind::DrillPassed | Kind::DrillFailed | Kind::Note) => Some(stage),
        _ => None,
    }
}

/// The events that may come in a stage and lead on; what may always be said of a release is left out.
#[must_use]
pub fn legal(stage: Stage) -> Vec<EventKind> {
    let is_always = |kind| {
        matches!(
            kind,
            EventKind::DrillPassed | EventKind::DrillFailed | EventKind::Note
        )
    };
    let kinds = EventKind::ALL.into_iter().filter(|kind| !is_always(*kind));
    kinds.filter(|kind| next(stage, *kind).is_some()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_can_be_reached_and_left() {
        for stage in Stage::ALL {
            assert!(!legal(stage).is_empty(), "{stage} is a dead end");
            let is_reached = steps().any(|step| step.next == stage && step.stage != stage);
            let by_another = matches!(stage, Stage::New | Stage::Replaced);
            assert_eq!(is_reached, !by_another, "{stage}");
        }
    }

    #[test]
    fn what_is_open_can_go_through_and_fail() {
        for stage in Stage::ALL.into_iter().filter(|stage| stage.is_open()) {
            let legal = legal(stage);
            assert_eq!(legal.len(), 2, "{stage}: {legal:?}");
            assert!(legal.contains(&EventKind::Failed), "{stage}: {legal:?}");
        }
    }

    #[test]
    fn only_proof_proves() {
        for step in steps().filter(|step| step.next.is_proved() && !step.stage.is_proved()) {
            assert_eq!(step.kind, EventKind::VerifyPassed, "{step:?}");
        }
    }

    #[test]
    fn what_is_found_by_looking_neither_begins_nor_ends_anything() {
        for step in steps().filter(|step| step.kind.is_found_by_looking()) {
            assert_eq!(step.stage.is_open(), step.next.is_open(), "{step:?}");
            assert_eq!(step.stage.is_live(), step.next.is_live(), "{step:?}");
        }
    }
}
