//! The variables that a program is started or built with.

use std::{env, path::Path};

use release_info::{Problem, Variables, dotenv};
use serde_json::json;
use wiring::{
    bounded,
    stop::{Exit, Stop},
};

use crate::output;

/// The largest file of variables, in KiB.
const LIMIT: u64 = 1024;

/// Those of the file, else those of the environment. What is not UTF-8 is none of those that anybody reads.
pub(super) fn read(file: Option<&Path>) -> Result<Variables, Stop> {
    let Some(path) = file else {
        let all = env::vars_os();
        return Ok(all
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect());
    };
    let text = bounded::read(path, LIMIT)
        .map_err(|error| Stop::usage(format!("{} cannot be read: {error}", path.display())))?;
    dotenv(&text).map_err(|wrong| {
        let lines: Vec<String> = wrong
            .iter()
            .map(|(line, what)| format!("{}:{line}: {what}", path.display()))
            .collect();
        Stop::usage(lines.join("\n"))
    })
}

/// Says why nothing was done.
pub(super) fn refused(problems: &[Problem], json: bool) -> Result<Exit, Stop> {
    for problem in problems {
        output::say(&problem.to_string());
    }
    if json {
        output::json(&json!({ "problems": problems }))?;
    }
    Ok(Exit::Usage)
}
