//! `vigie checks list`.

use alerts_store::CheckInfo;
use integrity_core::{BadCheck, Check, CheckCode, Description, Language, Problem, Severity};
use serde::Serialize;

use wiring::{
    chosen::Chosen,
    config::Config,
    stop::{Exit, Stop},
};

use crate::{cli::PackArgs, output, show};

/// A check as `vigie checks list --json` and `vigie checks show --json` print it.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    pub(crate) code: CheckCode,
    pub(crate) pack: String,
    pub(crate) severity: Severity,
    pub(crate) enabled: bool,
    /// Whether cases were seen to show that it fires, and when it does not.
    pub(crate) proved: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unproved_because: Option<String>,
    /// What keeps it from being evaluated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) problems: Vec<Problem>,
    /// Whether its files are wrong.
    pub(crate) bad: bool,
    /// Everything that its files say, where they are right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) definition: Option<Description>,
}

impl Listed {
    pub(crate) fn good(check: &Check) -> Self {
        Self {
            code: check.code().clone(),
            pack: check.pack().to_owned(),
            severity: check.severity(),
            enabled: check.is_enabled(),
            proved: check.is_proved(),
            unproved_because: check.unproved_because(),
            problems: Vec::new(),
            bad: false,
            definition: Some(check.description()),
        }
    }

    /// Its severity is CRITICAL where that cannot be read, since nobody knows what it would have found.
    pub(crate) fn bad(bad: &BadCheck) -> Self {
        Self {
            code: bad.code.clone(),
            pack: bad.pack.clone(),
            severity: bad.terms.severity,
            enabled: true,
            proved: false,
            unproved_because: Some("its files are wrong".to_owned()),
            problems: bad.problems.clone(),
            bad: true,
            definition: None,
        }
    }

    /// One whose files are wrong and which the configuration disables: no run will say so.
    fn disabled(info: &CheckInfo) -> Self {
        Self {
            code: info.code.clone(),
            pack: info.pack.clone(),
            severity: info.severity,
            enabled: false,
            proved: false,
            unproved_because: Some("its files are wrong".to_owned()),
            problems: Vec::new(),
            bad: true,
            definition: None,
        }
    }

    /// What it looks for, in its pack's language.
    pub(crate) fn title(&self) -> &str {
        self.definition.as_ref().map_or("", |definition| {
            let language: Language = definition.language;
            definition.title.get(language)
        })
    }
}

pub(crate) fn run(args: &PackArgs, config: &Config, json: bool) -> Result<Exit, Stop> {
    let chosen = Chosen::new(config, &args.pack, &[])?;
    let listed = all(&chosen);
    if json {
        output::json(&serde_json::json!({ "checks": listed }))?;
    } else {
        output::print(&show::checks::table(&listed))?;
    }
    Ok(Exit::Fine)
}

/// Every check of the chosen packs, in the order of their codes.
pub(super) fn all(chosen: &Chosen) -> Vec<Listed> {
    let good = chosen.checks.iter().map(Listed::good);
    let bad = chosen.bad.iter().map(Listed::bad);
    let mut listed: Vec<Listed> = good.chain(bad).collect();
    for info in &chosen.known {
        if !listed.iter().any(|known| known.code == info.code) {
            listed.push(Listed::disabled(info));
        }
    }
    listed.sort_by(|a, b| a.code.cmp(&b.code));
    listed
}
