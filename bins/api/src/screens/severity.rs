//! How a severity looks: a word, a shape and a colour, of which any one is enough.

use integrity_core::Severity;

/// Names the shape among the symbols of the layout and the colour in the stylesheet.
pub(crate) fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::Warn => "warn",
        Severity::Info => "info",
    }
}
