//! What came of trying fixes.

use std::path::Path;

use rls_audit::fix::{Outcome, Simulation};
use wiring::plain::plain;

/// How many are in the file, and why others are not proposed.
pub(crate) fn summary(simulation: &Simulation, path: &Path) -> String {
    let (proposed, refused, not_simulated) = simulation.counts();
    let mut lines = vec![format!(
        "written: {}: {proposed} proposed, {refused} not proposed, {not_simulated} not simulated",
        path.display()
    )];
    for tried in &simulation.tried {
        if let Outcome::Refused(refused) = &tried.outcome {
            lines.push(format!("not proposed: {}", plain(&tried.fix.fingerprint)));
            lines.extend(refused.why.iter().map(|why| format!("  because {}", plain(why))));
        }
    }
    let mut open: Vec<&String> = simulation
        .tried
        .iter()
        .filter_map(|own| match &own.outcome {
            Outcome::NotSimulated { why } => Some(why),
            _ => None,
        })
        .collect();
    open.dedup();
    lines.extend(open.iter().map(|why| format!("not simulated: {}", plain(why))));
    lines.extend(
        simulation
            .doubts
            .iter()
            .map(|doubt| format!("not proved: {}", plain(doubt))),
    );
    lines.join("\n")
}
