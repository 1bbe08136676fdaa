//! `vigie release dart-defines`.

use release_info::dart_defines;
use wiring::{
    config::Config,
    result,
    stop::{Exit, Stop},
};

use super::{super::variables, Sources};
use crate::{cli::DartDefinesArgs, output, whole_file};

/// Names that Flutter keeps for itself, and refuses to be told.
const FLUTTERS: &[&str] = &["FLUTTER_APP_FLAVOR", "FLUTTER_BUILD_NAME", "FLUTTER_BUILD_NUMBER"];

pub(super) fn run(args: &DartDefinesArgs, config: &Config, json: bool) -> Result<Exit, Stop> {
    let mut variables = variables::read(args.variables.file.as_deref())?;
    let sources = Sources::look(&args.dir, &args.named)?;
    let pass: Vec<String> = if args.pass_all {
        variables.keys().cloned().collect()
    } else {
        args.pass.clone()
    };
    if let Some(name) = pass.iter().find(|name| FLUTTERS.contains(&name.as_str())) {
        return Err(Stop::usage(format!("{name}: Flutter keeps this name for itself")));
    }
    if let Some(name) = pass.iter().find(|name| !variables.contains_key(*name)) {
        return Err(Stop::usage(format!("--pass {name}: it is not set")));
    }
    let mut problems = sources.added_to(&mut variables);
    let defines = dart_defines(&variables, &pass, &config.rules());
    let defines = match defines {
        Ok(defines) if problems.is_empty() => defines,
        outcome => {
            problems.extend(outcome.err().unwrap_or_default());
            return variables::refused(&problems, json);
        }
    };
    let text = serde_json::to_string_pretty(&defines).expect("plain data is JSON") + "\n";
    match &args.out {
        Some(path) => {
            whole_file::write(path, &text)?;
            output::note(&format!("written: {}", path.display()));
        }
        None => result::text(&text)?,
    }
    Ok(Exit::Fine)
}
