//! The checks that a command is about, made of packs and configuration before anything is touched.

use std::time::Duration;

use alerts_store::CheckInfo;
use chrono_tz::Tz;
use integrity_core::{BadCheck, Check, CheckCode, Error, Pack, Text, postgres::PgCheckRunner};
use serde_json::{Map, Value};

use crate::{
    access::is_access_rule, audit::evaluations, config::Config, postgres::PgPool, release::is_release_rule,
    stop::Stop,
};

/// The checks that were chosen.
#[derive(Debug)]
pub struct Chosen {
    /// What the watched database is called.
    pub database: String,
    /// Those of the chosen packs that can be evaluated.
    pub checks: Vec<Check>,
    /// Those whose files are wrong.
    pub bad: Vec<BadCheck>,
    /// How long one run may look at the database.
    pub budget: Duration,
    /// Where days end, where the configuration says so.
    pub time_zone: Option<Tz>,
    /// Every check of the chosen packs, as the store shall know it.
    pub known: Vec<CheckInfo>,
    /// The codes it was narrowed to, where it was.
    pub only: Vec<String>,
    /// What a person should be told about the choice.
    pub remarks: Vec<String>,
}

/// Fits any database; chosen where nothing else is.
pub const DEFAULT_PACK: &str = "postgres";

/// How often a check whose file cannot be read is taken to be due: the default of check files.
const EVERY_SECONDS: u32 = 300;

impl Chosen {
    /// The packs named, else the configured ones; of their checks those named, else all.
    ///
    /// # Errors
    /// When a pack cannot be opened, or names and configuration do not go together.
    pub fn new(config: &Config, packs: &[String], only: &[String]) -> Result<Self, Stop> {
        let (packs, from_flags) = (open(config, packs)?, !packs.is_empty());
        let mut chosen = Self {
            database: config.database.clone(),
            checks: Vec::new(),
            bad: Vec::new(),
            budget: config.sync.budget,
            time_zone: config.time_zone,
            known: Vec::new(),
            remarks: Vec::new(),
            only: only.to_vec(),
        };
        for (_, pack) in packs {
            chosen.checks.extend(pack.checks);
            chosen.bad.extend(pack.bad);
        }
        chosen.refuse_codes_of_the_ledger()?;
        chosen.refuse_codes_of_the_journal()?;
        chosen.configure(config, from_flags)?;
        chosen.known = chosen
            .checks
            .iter()
            .map(info)
            .chain(chosen.bad.iter().map(|bad| bad_info(bad, config)))
            .collect();
        if let Some(every) = config.audit.every {
            chosen.audit(every)?;
        }
        chosen.bad.retain(|bad| is_enabled(bad, config));
        chosen.narrow(only)?;
        chosen.checks.sort_by(|a, b| a.code().cmp(b.code()));
        chosen.bad.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(chosen)
    }

    /// Evaluates them with the login of these connections.
    #[must_use]
    pub fn runner(&self, evaluating: &PgPool) -> PgCheckRunner {
        PgCheckRunner::new(evaluating.clone())
            .with_database(&self.database)
            .with_budget(self.budget)
    }

    /// The parameters each check is evaluated with, for the record.
    #[must_use]
    pub fn parameters(&self) -> Value {
        let parameters = self
            .checks
            .iter()
            .map(|check| (check.code().to_string(), check.parameters().into()));
        Value::Object(parameters.collect::<Map<_, _>>())
    }

    fn configure(&mut self, config: &Config, from_flags: bool) -> Result<(), Stop> {
        let unknown: Vec<&CheckCode> = config
            .checks
            .keys()
            .filter(|code| !self.codes().any(|known| known == *code))
            .collect();
        for code in unknown {
            let message = format!(
                "{}: [checks.{code}]: no chosen pack has such a check",
                config.name()
            );
            if from_flags {
                // The configuration may be made for other packs than those of this one run.
                self.remarks.push(message);
            } else {
                return Err(Stop::usage(format!(
                    "{message}{}",
                    near(self.codes(), code.as_str())
                )));
            }
        }
        let checks =
            std::mem::take(&mut self.checks)
                .into_iter()
                .map(|check| match config.checks.get(check.code()) {
                    Some(overrides) => check.with_overrides(overrides),
                    None => Ok(check),
                });
        self.checks = checks
            .collect::<Result<_, Error>>()
            .map_err(|error| match error {
                Error::Invalid { reason, .. } => Stop::usage(format!("{}: {reason}", config.name())),
                other => other.into(),
            })?;
        Ok(())
    }

    /// What the journal of accesses shows are checks too.
    fn refuse_codes_of_the_journal(&self) -> Result<(), Stop> {
        match self.codes().find(|code| is_access_rule(code.as_str())) {
            Some(both) => Err(Stop::usage(format!(
                "{both}: a check of a chosen pack is called as one about accesses; give it another code"
            ))),
            None => Ok(()),
        }
    }

    /// What the ledger of releases finds are checks too, from its first event on.
    fn refuse_codes_of_the_ledger(&self) -> Result<(), Stop> {
        match self.codes().find(|code| is_release_rule(code.as_str())) {
            Some(both) => Err(Stop::usage(format!(
                "{both}: a check of a chosen pack is called as one about releases; give it another code"
            ))),
            None => Ok(()),
        }
    }

    /// What the audit finds are checks too, and no pack may have one of the same code.
    fn audit(&mut self, every: Duration) -> Result<(), Stop> {
        let audited = evaluations::checks(every, self.time_zone.unwrap_or_default());
        if let Some(both) = audited
            .iter()
            .find(|info| self.codes().any(|code| *code == info.code))
        {
            return Err(Stop::usage(format!(
                "{}: a check of a chosen pack is called as one of the audit's; give it another code",
                both.code
            )));
        }
        self.known.extend(audited);
        Ok(())
    }

    fn narrow(&mut self, only: &[String]) -> Result<(), Stop> {
        must_be_among(self.codes(), only)?;
        if !only.is_empty() {
            let is_named = |code: &CheckCode| only.iter().any(|name| name == code.as_str());
            self.checks.retain(|check| is_named(check.code()));
            self.bad.retain(|bad| is_named(&bad.code));
        }
        Ok(())
    }

    fn codes(&self) -> impl Iterator<Item = &CheckCode> + Clone {
        self.checks
            .iter()
            .map(Check::code)
            .chain(self.bad.iter().map(|bad| &bad.code))
    }
}

/// Refuses names after `--only` that are no code of a chosen check.
///
/// # Errors
/// Names the nearest codes.
pub fn must_be_among<'c>(
    codes: impl Iterator<Item = &'c CheckCode> + Clone,
    only: &[String],
) -> Result<(), Stop> {
    match only
        .iter()
        .find(|name| !codes.clone().any(|code| code.as_str() == *name))
    {
        Some(name) => Err(Stop::usage(format!(
            "--only: no chosen pack has a check {name:?}{}",
            near(codes, name)
        ))),
        None => Ok(()),
    }
}

/// Names that may have been meant, the nearest first.
pub fn near<'c>(codes: impl Iterator<Item = &'c CheckCode> + Clone, name: &str) -> String {
    let name = name.to_ascii_uppercase();
    let likeness = |code: &CheckCode| strsim::jaro_winkler(&name, code.as_str());
    let mut near: Vec<_> = codes
        .clone()
        .map(|code| (likeness(code), code))
        .filter(|(like, _)| *like > 0.75)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<_> = near.iter().take(3).map(|(_, code)| code.to_string()).collect();
    if near.is_empty() {
        let mut all: Vec<_> = codes.map(ToString::to_string).collect();
        all.sort();
        return format!("; there are {}", all.join(", "));
    }
    format!("; did you mean {}?", near.join(" or "))
}

/// The packs named, else the configured ones, each with the name or the folder under which it was chosen.
///
/// # Errors
/// When a pack cannot be opened, or two have the same check.
pub fn open(config: &Config, named: &[String]) -> Result<Vec<(String, Pack)>, Stop> {
    let chosen = names(config, named);
    let packs = chosen
        .iter()
        .map(|pack| Pack::open(pack))
        .collect::<Result<Vec<_>, Error>>()?;
    Pack::must_be_disjoint(&packs)?;
    Ok(chosen.into_iter().zip(packs).collect())
}

/// The names or folders of the packs named, else of the configured ones.
#[must_use]
pub fn names(config: &Config, named: &[String]) -> Vec<String> {
    match (named, config.packs.as_slice()) {
        ([], []) => vec![DEFAULT_PACK.to_owned()],
        ([], configured) => configured.to_vec(),
        (named, _) => named.to_vec(),
    }
}

fn info(check: &Check) -> CheckInfo {
    CheckInfo {
        code: check.code().clone(),
        pack: check.pack().to_owned(),
        severity: check.severity(),
        title: check.title().clone(),
        time_zone: check.terms().time_zone,
        every_seconds: u32::try_from(check.every().as_secs()).unwrap_or(u32::MAX).max(1),
        enabled: check.is_enabled(),
        proved: check.is_proved(),
    }
}

/// A check whose file is wrong stays among the checks that ought to be fresh: it must not leave the coverage.
fn bad_info(bad: &BadCheck, config: &Config) -> CheckInfo {
    CheckInfo {
        code: bad.code.clone(),
        pack: bad.pack.clone(),
        severity: bad.terms.severity,
        title: Text {
            fr: None,
            en: Some(bad.code.to_string()),
        },
        time_zone: bad.terms.time_zone,
        every_seconds: EVERY_SECONDS,
        enabled: is_enabled(bad, config),
        proved: false,
    }
}

fn is_enabled(bad: &BadCheck, config: &Config) -> bool {
    config
        .checks
        .get(&bad.code)
        .and_then(|overrides| overrides.enabled)
        .unwrap_or(true)
}
