//! What a run finds while somebody acts, and on which alerts.

use serde_json::Value;

/// One case. They are played in this order, in one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Case {
    FirstRun,
    Steady,
    SomeChange,
    AllChangeOthers,
    AllChangeThese,
}

impl Case {
    pub(super) const ALL: [Self; 5] = [
        Self::FirstRun,
        Self::Steady,
        Self::SomeChange,
        Self::AllChangeOthers,
        Self::AllChangeThese,
    ];

    /// What programs call it, and what people call it.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::FirstRun => ("first_run", "all opened, acts on the other check's"),
            Self::Steady => ("steady", "nothing changed, acts on any"),
            Self::SomeChange => ("some_change", "1 of 100 changed, acts on unchanged"),
            Self::AllChangeOthers => ("all_change_others", "all changed, acts on the other check's"),
            Self::AllChangeThese => ("all_change_these", "all changed, acts on the changed"),
        }
    }

    /// What happens to the findings before the run.
    pub(super) fn before(self, findings: u32) -> String {
        match self {
            Self::FirstRun => {
                format!("insert into public.many select n, n from generate_series(1, {findings}) as n;")
            }
            Self::Steady => String::new(),
            Self::SomeChange => "update public.many set weight = weight + 1 where n % 100 = 0;".to_owned(),
            Self::AllChangeOthers | Self::AllChangeThese => {
                "update public.many set weight = weight + 1;".to_owned()
            }
        }
    }

    /// Which alerts are acted on.
    pub(super) fn alerts(self) -> &'static str {
        match self {
            Self::FirstRun | Self::AllChangeOthers => "a.check_code = 'FEW_BAD'",
            Self::Steady => "true",
            Self::SomeChange => {
                "a.check_code = 'MANY_BAD' and not exists (
                     select from public.many m where m.n % 100 = 0 and a.entity_id = 'M-' || m.n)"
            }
            Self::AllChangeThese => "a.check_code = 'MANY_BAD'",
        }
    }

    /// Insists that the run did what the case is about: how many it opened and changed. It leaves alone what somebody
    /// has `acted` on since it looked.
    pub(super) fn judge(self, report: &str, findings: u32, acted: usize) -> Result<(), String> {
        let all = u64::from(findings);
        let (opened, changed) = match self {
            Self::FirstRun => (all, 0..=0),
            Self::Steady => (0, 0..=0),
            Self::SomeChange => (0, all / 100..=all / 100),
            Self::AllChangeOthers => (0, all..=all),
            Self::AllChangeThese => (0, all.saturating_sub(acted as u64)..=all),
        };
        let report: Value =
            serde_json::from_str(report).map_err(|error| format!("the report of a run: {error}"))?;
        let many = report["checks"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|check| check["code"] == "MANY_BAD")
            .ok_or("the report of a run lacks MANY_BAD")?;
        let number = |key: &str| many[key].as_u64();
        if number("findings") == Some(all)
            && number("opened") == Some(opened)
            && number("changed").is_some_and(|number| changed.contains(&number))
        {
            return Ok(());
        }
        Err(format!(
            "{}: of {all} {opened} should have been opened and {changed:?} changed, and the run says {many}",
            self.words().0
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_somebody_acted_on_may_be_left_alone() {
        let report = |changed: u32| {
            let many = json!({ "code": "MANY_BAD", "findings": 500, "opened": 0, "changed": changed });
            json!({ "checks": [many] }).to_string()
        };
        let told = |case: Case, changed: u32| case.judge(&report(changed), 500, 3);
        told(Case::AllChangeThese, 497).expect("three were acted on");
        told(Case::AllChangeThese, 496).expect_err("one was forgotten");
        told(Case::AllChangeOthers, 497).expect_err("none of these was acted on");
    }

    #[test]
    fn a_run_has_to_be_what_the_case_is_about() {
        let report = |findings: u32, opened: u32, changed: u32| {
            json!({ "checks": [
                { "code": "FEW_BAD", "findings": 20, "opened": 0, "changed": 0 },
                { "code": "MANY_BAD", "findings": findings, "opened": opened, "changed": changed },
            ]})
            .to_string()
        };
        for (case, opened, changed) in [
            (Case::FirstRun, 500, 0),
            (Case::Steady, 0, 0),
            (Case::SomeChange, 0, 5),
            (Case::AllChangeOthers, 0, 500),
            (Case::AllChangeThese, 0, 500),
        ] {
            case.judge(&report(500, opened, changed), 500, 3)
                .expect("what it is about");
            case.judge(&report(500, opened + 1, changed), 500, 3)
                .expect_err("opened too many");
            case.judge(&report(500, opened, changed + 1), 500, 3)
                .expect_err("changed too many");
            case.judge(&report(499, opened, changed), 500, 3)
                .expect_err("found too few");
        }
        Case::Steady
            .judge("{}", 500, 3)
            .expect_err("a report without checks");
    }
}
