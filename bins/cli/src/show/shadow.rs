//! The matrix of a copy beside real commands.

use rls_audit::{Audit, copy::Loss, shadow::Disagreement};
use serde_json::{Value, json};
use wiring::plain::plain;

use super::{
    audit::looked,
    words::{RED, YELLOW, styled},
};
use crate::postgres::shadow::Compared;

/// For people.
pub(crate) fn text(audit: &Audit, lost: &[Loss], compared: &Compared) -> String {
    let mut lines = vec![looked(audit)];
    lines.push(
        "That was a copy, with up to 200 rows a table; every command was then run on it for real.".to_owned(),
    );
    lines.extend(
        lost.iter()
            .map(|loss| styled(RED, &format!("Not on the copy: {}", plain(&loss.to_string())))),
    );
    lines.push(String::new());
    let Compared {
        policies_alone,
        with_triggers,
        ..
    } = compared;
    lines.extend(policies_alone.iter().map(|own| styled(RED, &line(own))));
    lines.push(match policies_alone.len() {
        0 => "Without triggers every cell comes to what the matrix says.".to_owned(),
        cells => format!("Without triggers {cells} cells come to something else than the matrix says."),
    });
    lines.extend(with_triggers.iter().map(|own| styled(YELLOW, &line(own))));
    lines.push(match with_triggers.len() {
        0 => "Nor do triggers change any.".to_owned(),
        cells => format!(
            "With triggers {cells} cells do: the matrix says what policies and privileges let through."
        ),
    });
    lines.join("\n")
}

fn line(own: &Disagreement) -> String {
    let line = format!(
        "{} {} on {}: {} by the matrix, {} for real",
        own.persona,
        own.command.as_str(),
        own.relation,
        own.measured,
        own.real
    );
    plain(&line).into_owned()
}

/// For programs.
pub(crate) fn json(audit: &Audit, lost: &[Loss], compared: &Compared) -> Value {
    let told = |all: &[Disagreement]| {
        let cells = all.iter().map(|own| {
            json!({
                "persona": own.persona, "relation": own.relation, "command": own.command,
                "measured": own.measured, "real": own.real,
            })
        });
        cells.collect::<Vec<_>>()
    };
    json!({
        "looked": audit.looked,
        "lost": lost.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "without_triggers": told(&compared.policies_alone),
        "with_triggers": told(&compared.with_triggers),
    })
}
