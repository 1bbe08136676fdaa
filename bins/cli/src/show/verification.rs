//! What came of walking the chains.

use alerts_store::{Discrepancy, Verification};

use super::words::{RED, count, styled};

/// How much was walked, and each thing that does not agree.
pub(crate) fn told(verification: &Verification) -> String {
    let walked = format!(
        "{} rebuilt from {}",
        count(verification.alerts, "alert"),
        count(verification.events, "event")
    );
    if verification.broken == 0 {
        return format!("{walked}: every chain is whole, every alert is what its events make of it");
    }
    let broken = styled(RED, &format!("{} broken", verification.broken));
    let mut text = vec![format!("{walked}: {broken}")];
    text.extend(verification.discrepancies.iter().map(line));
    let shown = verification.discrepancies.len() as u64;
    if shown < verification.broken {
        text.push(format!("… and {} more", verification.broken - shown));
    }
    text.join("\n")
}

fn line(discrepancy: &Discrepancy) -> String {
    let event = discrepancy
        .seq
        .map(|seq| format!(", event {seq}"))
        .unwrap_or_default();
    format!(
        "alert {}{event}: {}",
        discrepancy.alert_id,
        discrepancy.problem.as_str()
    )
}
