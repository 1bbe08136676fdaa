//! Times, ages and names, said the same way everywhere. Times are UTC and say so.

use alerts_store::Alert;
use anstyle::{AnsiColor, Style};
use chrono::{DateTime, Utc};
use comfy_table::Color;
use integrity_core::Severity;
pub(crate) use wiring::words::{moment, moment_utc, seconds, span, standing, status};

/// Emphasis.
pub(crate) const BOLD: Style = Style::new().bold();
/// What is said for completeness.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What is as it should be.
pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
/// What is wrong.
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();

/// What should be looked at.
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Text in a style, which only a terminal shows.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// `3 h ago`.
pub(crate) fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("{} ago", span(now - at))
}

/// `due in 3 h`, `2 h overdue`, or nothing where nothing is due.
pub(crate) fn due(alert: &Alert, now: DateTime<Utc>) -> String {
    match alert.due_at {
        Some(due) if alert.is_overdue(now) => format!("{} overdue", span(now - due)),
        Some(due) if alert.is_live() && due > now => format!("due in {}", span(due - now)),
        _ => String::new(),
    }
}

/// What people call the thing, else its identifier.
pub(crate) fn name(alert: &Alert) -> &str {
    alert.entity_label.as_deref().unwrap_or(&alert.entity_id)
}

/// The colour of a severity.
pub(crate) fn color(severity: Severity) -> Color {
    match severity {
        Severity::Critical => Color::Red,
        Severity::Warn => Color::Yellow,
        Severity::Info => Color::Blue,
    }
}

/// A severity in its colour.
pub(crate) fn severity(severity: Severity) -> String {
    let color = match severity {
        Severity::Critical => AnsiColor::Red,
        Severity::Warn => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Blue,
    };
    styled(color.on_default().bold(), severity.as_str())
}

/// `1 alert`, `2 alerts`.
pub(crate) fn count(n: impl Into<u64>, noun: &str) -> String {
    match n.into() {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}
