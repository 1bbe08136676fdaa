//! How to go back, for people who are in a hurry.

use release_info::rollback::{Gate, Instead, Plan, Whose};
use wiring::plain::plain;

use super::words::{BOLD, DIM, YELLOW, moment_utc, styled};

/// From what to what, then every command on a line of its own.
pub(crate) fn plan(plan: &Plan) -> String {
    let verified = plan.verified_at.map_or_else(|| "never".to_owned(), moment_utc);
    let mut lines = vec![
        format!(
            "{} {}: from {} back to {}, which was verified last: {verified}",
            styled(BOLD, "Rollback at"),
            plan.place,
            plan.from,
            styled(BOLD, &plan.to.to_string())
        ),
        gate(plan.gate, plan.schema_is),
    ];
    if !plan.tell.is_empty() {
        lines.push(format!(
            "Tell, before and after: {}",
            plain(&plan.tell.join(", "))
        ));
    }
    lines.push(format!(
        "Write down what happens in {}",
        plain(&plan.incident_file)
    ));
    lines.push(String::new());
    lines.push("Execute each as it stands, and the next one only when it has ended with 0:".to_owned());
    for (number, step) in (1..).zip(&plan.steps) {
        lines.push(String::new());
        lines.push(styled(DIM, &format!("# {number}. {}", step.what)));
        lines.push(plain(&step.command).into_owned());
        lines.extend(step.if_it_fails.iter().map(instead));
    }
    lines.push(String::new());
    lines.push(format!("Then: {}", plain(&plan.then)));
    lines.join("\n")
}

fn instead(instead: &Instead) -> String {
    let when = match instead.exit {
        Some(code) => format!("if that ends with {code}"),
        None => "if that ends with anything else than 0".to_owned(),
    };
    let command = instead.command.as_ref();
    let command = command.map_or_else(String::new, |command| format!(": {command}"));
    styled(DIM, &plain(&format!("# {when}: {}{command}", instead.what)))
}

fn gate(gate: Gate, whose: Whose) -> String {
    match gate {
        Gate::Open {
            version,
            min_schema,
            max_schema,
        }
        | Gate::Shut {
            version,
            min_schema,
            max_schema,
        } => format!(
            "It runs on the schemas {min_schema} to {max_schema}; the database's is {version} ({whose})."
        ),
        Gate::Unknown { version } => styled(
            YELLOW,
            &format!(
                "Nobody has recorded on which schemas it runs, and the database's is {version} ({whose}): make sure by hand \
                 first."
            ),
        ),
    }
}
