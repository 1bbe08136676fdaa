//! `vigie release manifest`.

use release_info::{
    Manifest, check,
    manifest::{CONTENTS_FILE, Host, MANIFEST_FILE, is_kept_by_service_worker, publish},
};
use serde_json::json;
use wiring::{
    config::Config,
    result,
    stop::{Exit, Stop},
};

use super::{super::variables, Sources};
use crate::{cli::ManifestArgs, output};

pub(super) fn run(args: &ManifestArgs, config: &Config, as_json: bool) -> Result<Exit, Stop> {
    if let Some(host) = args.headers {
        let caching = Host::from(host).caching();
        if as_json {
            output::json(&json!({ "configuration": caching }))?;
        } else {
            result::text(caching)?;
        }
        return Ok(Exit::Fine);
    }
    let (Some(dir), Some(min), Some(max)) = (&args.dir, args.min_schema, args.max_schema) else {
        return Err(Stop::usage("--dir, --min-schema and --max-schema are needed"));
    };
    if min > max {
        return Err(Stop::usage("--min-schema is newer than --max-schema"));
    }
    let mut variables = variables::read(args.variables.file.as_deref())?;
    let sources = Sources::look(&args.source, &args.named)?;
    let mut problems = sources.added_to(&mut variables);
    let checked = check(&variables, &config.rules());
    problems.extend(checked.problems);
    let (Some(env), Some(release), true) = (checked.environment, checked.release, problems.is_empty()) else {
        return variables::refused(&problems, as_json);
    };
    let manifest = Manifest::new(env, &release, sources.build.built_at, &(min..=max));
    let manifest =
        publish(dir, manifest).map_err(|error| Stop::usage(format!("{}: {error}", dir.display())))?;
    if is_kept_by_service_worker(dir) {
        output::note(
            "flutter_service_worker.js keeps version.json: browsers may be told of an old release; \
             build with --pwa-strategy=none",
        );
    }
    if as_json {
        output::json(&manifest)?;
    } else {
        let files = [MANIFEST_FILE, CONTENTS_FILE].map(|file| dir.join(file).display().to_string());
        output::print(&format!(
            "{}, {env}\nwritten: {}",
            manifest.release,
            files.join(", ")
        ))?;
    }
    Ok(Exit::Fine)
}
