//! `vigie checks explain`.

use integrity_core::{Failure, postgres::PgCheckRunner};
use serde_json::json;

use wiring::{
    chosen::Chosen,
    stop::{Exit, Stop},
};

use crate::{cli::CodeArgs, command::Place, output, show};

pub(crate) async fn run(args: &CodeArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let chosen = Chosen::new(place.config, &args.packs.pack, std::slice::from_ref(&args.code))?;
    let Some(check) = chosen.checks.first() else {
        let problems: Vec<String> = chosen
            .bad
            .iter()
            .flat_map(|bad| bad.problems.iter().map(ToString::to_string))
            .collect();
        return Err(Stop::usage(problems.join("\n")));
    };
    let pool = place.evaluator.unwrap_or(place.target).connect().await?;
    let runner = PgCheckRunner::new(pool);
    match runner.explain(check).await? {
        Ok(explanation) => {
            if place.json {
                output::json(&explanation)?;
            } else {
                output::print(&show::explanation::told(check, &explanation))?;
            }
            Ok(Exit::Fine)
        }
        Err(failure) => {
            if place.json {
                output::json(&json!({ "code": check.code(), "failure": failure }))?;
            }
            let Failure { kind, message, .. } = &failure;
            output::say(&format!("{}: {kind:?}: {message}", check.code()));
            Ok(Exit::Incomplete)
        }
    }
}
