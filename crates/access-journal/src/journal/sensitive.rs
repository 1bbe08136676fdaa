use chrono::{DateTime, Utc};

/// Relations that nobody anonymous should read, as an audit names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveRelations {
    /// By their names, such as `public.contracts`; an audit may name none.
    pub relations: Vec<String>,
    /// When the audit looked, by the database's clock.
    pub audited_at: DateTime<Utc>,
}
