//! `vigie checks show`.

use integrity_core::{Case, Check};
use serde::Serialize;

use super::list::{self, Listed};
use wiring::{
    chosen::{Chosen, near},
    config::Config,
    stop::{Exit, Stop},
};

use crate::{cli::CodeArgs, output, show};

/// A check with the cases beside it. Its JSON is what `--json` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    #[serde(flatten)]
    pub(crate) check: Listed,
    /// The names of what the configuration changes.
    pub(crate) configured: Vec<&'static str>,
    pub(crate) fixtures: Vec<ShownFixture>,
}

/// The cases beside one file of a check.
#[derive(Debug, Serialize)]
pub(crate) struct ShownFixture {
    pub(crate) file: String,
    /// Why its cases alter the schema, where they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alters_schema: Option<String>,
    pub(crate) cases: Vec<ShownCase>,
}

/// One case.
#[derive(Debug, Serialize)]
pub(crate) struct ShownCase {
    pub(crate) name: String,
    /// `fires`, `silent` or `suspect`.
    pub(crate) expects: &'static str,
}

pub(crate) fn run(args: &CodeArgs, config: &Config, json: bool) -> Result<Exit, Stop> {
    let chosen = Chosen::new(config, &args.packs.pack, &[])?;
    let code = args.code.to_ascii_uppercase();
    let Some(listed) = list::all(&chosen)
        .into_iter()
        .find(|check| check.code.as_str() == code)
    else {
        let codes = chosen.known.iter().map(|info| &info.code);
        return Err(Stop::usage(format!(
            "no chosen pack has a check {:?}{}",
            args.code,
            near(codes, &code)
        )));
    };
    let check = chosen.checks.iter().find(|check| *check.code() == listed.code);
    let shown = Shown {
        check: listed,
        configured: check.map_or_else(Vec::new, |check| configured(check, config)),
        fixtures: check.map_or_else(Vec::new, fixtures),
    };
    if json {
        output::json(&shown)?;
    } else {
        output::print(&show::checks::sheet(&shown))?;
    }
    Ok(Exit::Fine)
}

fn fixtures(check: &Check) -> Vec<ShownFixture> {
    let fixtures = check.fixtures().iter().filter(|fixture| fixture.exists);
    let shown = fixtures.map(|fixture| ShownFixture {
        file: fixture.file.clone(),
        alters_schema: fixture.alters_schema.clone(),
        cases: fixture
            .cases
            .iter()
            .map(|case| ShownCase {
                name: case.name.clone(),
                expects: expects(case),
            })
            .collect(),
    });
    shown.collect()
}

fn configured(check: &Check, config: &Config) -> Vec<&'static str> {
    let Some(overrides) = config.checks.get(check.code()) else {
        return Vec::new();
    };
    [
        ("enabled", overrides.enabled.is_some()),
        ("severity", overrides.severity.is_some()),
        ("every", overrides.every.is_some()),
        ("timeout", overrides.timeout.is_some()),
        ("max_rows", overrides.max_rows.is_some()),
        ("resolve_after", overrides.resolve_after.is_some()),
        ("params", !overrides.params.is_empty()),
    ]
    .into_iter()
    .filter_map(|(name, is_set)| is_set.then_some(name))
    .collect()
}

fn expects(case: &Case) -> &'static str {
    if case.is_firing() {
        "fires"
    } else if case.is_silent() {
        "silent"
    } else {
        "suspect"
    }
}
