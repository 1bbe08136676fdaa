use anstream::adapter::strip_str;
use rls_audit::{Audit, audit::Outcome, report, rules::Level};
use wiring::{
    result,
    stop::{Exit, Stop},
};

use super::{super::Place, fix, looking};
use crate::{
    cli::{AuditFormat, FailOn, RlsArgs},
    output, show, whole_file,
};

/// What is wrong.
pub(super) async fn run(args: &RlsArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    // One that was asked for by name has to be there.
    let baseline = match &args.baseline {
        Some(path) => Some(looking::agreed(path)?),
        None => place.config.audit.baseline_file().read()?,
    };
    let mut audit = looking::audited(args.source.from.as_deref(), place).await?;
    if let Some(baseline) = &baseline {
        audit = audit.beside(baseline);
    }
    let format = args.format.unwrap_or(if place.json {
        AuditFormat::Json
    } else {
        AuditFormat::Table
    });
    match (&args.output, format) {
        (Some(path), _) => {
            whole_file::write(path, &told(&audit, format, args))?;
            output::note(&format!("written: {}", path.display()));
        }
        (None, AuditFormat::Json) => result::json(&audit)?,
        (None, AuditFormat::Table) => output::print(&told(&audit, format, args))?,
        (None, _) => result::text(&format!("{}\n", told(&audit, format, args).trim_end()))?,
    }
    let outcome = audit.outcome(level(args.fail_on));
    if args.fixes.fix && !fix::write(&args.fixes, &audit, place).await? {
        return Ok(Exit::Incomplete);
    }
    Ok(exit(outcome))
}

fn told(audit: &Audit, format: AuditFormat, args: &RlsArgs) -> String {
    match format {
        AuditFormat::Table if args.output.is_some() => strip_str(&show::audit::findings(audit)).to_string(),
        AuditFormat::Table => show::audit::findings(audit),
        AuditFormat::Json => serde_json::to_string_pretty(audit).expect("plain data is JSON"),
        AuditFormat::Sarif => report::sarif(audit),
        AuditFormat::Junit => report::junit(audit, level(args.fail_on)),
        AuditFormat::Markdown => report::markdown(audit),
        AuditFormat::Html => report::html(audit, args.lang.into()),
    }
}

fn level(from: FailOn) -> Level {
    match from {
        FailOn::Error => Level::Error,
        FailOn::Warn => Level::Warn,
        FailOn::Info => Level::Info,
    }
}

/// How a program ends that has audited.
pub(super) fn exit(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Fine => Exit::Fine,
        Outcome::Widened => Exit::Difference,
        Outcome::Findings => Exit::Negative,
        Outcome::Incomplete => Exit::Incomplete,
    }
}
