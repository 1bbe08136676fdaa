use integrity_core::Severity;

use crate::Status;

/// Which alerts to list. The default is every live alert, at most 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertFilter {
    /// Any of these; empty for all.
    pub statuses: Vec<Status>,
    /// Any of these; empty for all.
    pub severities: Vec<Severity>,
    /// Of this check.
    pub check_code: Option<String>,
    /// About this kind of thing.
    pub entity_type: Option<String>,
    /// Of this part of the business.
    pub scope: Option<String>,
    /// Past due only.
    pub overdue: bool,
    /// Containing this text in message, label or identifier, whatever the case.
    pub text: Option<String>,
    /// At most so many.
    pub limit: u32,
}

impl Default for AlertFilter {
    fn default() -> Self {
        Self {
            statuses: vec![Status::Open, Status::Ack],
            ..Self::all()
        }
    }
}

impl AlertFilter {
    /// Every alert, also resolved ones, at most 200.
    #[must_use]
    pub fn all() -> Self {
        Self {
            statuses: Vec::new(),
            severities: Vec::new(),
            check_code: None,
            entity_type: None,
            scope: None,
            overdue: false,
            text: None,
            limit: 200,
        }
    }
}
