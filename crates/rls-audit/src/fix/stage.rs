//! What is done first. A grant that is gone is gone for whatever policies and views do afterwards.

/// What a statement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Who is a member of what.
    Roles,
    /// Who may do what, now and by default.
    Grants,
    /// Whether a table asks its policies.
    Tables,
    Policies,
    Views,
    Functions,
    /// What changes no access, such as an index.
    Rest,
}

impl Stage {
    /// Of the first statement, which is written as the rules write theirs.
    pub(super) fn of(sql: &str) -> Self {
        let first = sql.lines().next().unwrap_or_default();
        let mut words = first.split_whitespace();
        match (words.next().unwrap_or_default(), words.next().unwrap_or_default()) {
            ("revoke" | "grant", _) if first.contains(" on ") => Self::Grants,
            ("revoke" | "grant", _) => Self::Roles,
            ("alter", "default") => Self::Grants,
            (_, "table") => Self::Tables,
            (_, "policy") => Self::Policies,
            (_, "view") => Self::Views,
            (_, "routine" | "function" | "procedure") => Self::Functions,
            _ => Self::Rest,
        }
    }
}
