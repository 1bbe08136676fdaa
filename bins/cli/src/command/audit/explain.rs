use rls_audit::rules;
use serde_json::json;
use wiring::stop::{Exit, Stop};

use crate::{cli::ExplainArgs, output, show};

/// What a rule means.
pub(crate) fn explain(args: &ExplainArgs, as_json: bool) -> Result<Exit, Stop> {
    let wanted = args.rule.to_uppercase();
    let Some(rule) = rules::all().into_iter().find(|rule| rule.id == wanted) else {
        let known: Vec<&str> = rules::all().iter().map(|rule| rule.id).collect();
        return Err(Stop::usage(format!(
            "{:?} is no rule; there are {}",
            args.rule,
            known.join(", ")
        )));
    };
    if as_json {
        output::json(&json!({ "id": rule.id, "title": rule.title, "why": rule.why }))?;
    } else {
        output::print(&show::audit::rule(rule))?;
    }
    Ok(Exit::Fine)
}
