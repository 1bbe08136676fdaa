//! What is asked: of the service by its path, of the database by the statements that the service sends for it.

/// What everybody waits for who looks at the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    List,
    Summary,
    Page,
    Health,
}

impl Question {
    pub(super) const ALL: [Self; 4] = [Self::List, Self::Summary, Self::Page, Self::Health];

    /// What programs call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Summary => "summary",
            Self::Page => "page",
            Self::Health => "health",
        }
    }

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::List => "/api/v1/alerts?limit=50",
            Self::Summary => "/api/v1/alerts/summary",
            Self::Page => "/governance/integrity",
            Self::Health => "/health",
        }
    }

    /// Whether this status is an answer. Nobody runs the checks meanwhile: after a while the health says so.
    pub(super) fn is_answered_by(self, status: u16) -> bool {
        status == 200 || (self == Self::Health && status == 503)
    }

    /// What the service sends for it, each in a transaction of its own. The days behind the list are counted once a minute,
    /// and the health is looked at once in two seconds for everybody: no statement of theirs belongs to one answer.
    pub(super) fn statements(self) -> &'static [Statement] {
        match self {
            Self::List => &[LIST],
            Self::Summary => &[SUMMARY],
            Self::Page => &[ROLE, LIST, SUMMARY, CHECKS],
            Self::Health => &[],
        }
    }
}

/// One statement of the store, with what a screen without a filter gives it.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
    pub(super) arguments: &'static str,
    /// Whether whoever asks has to have a role.
    pub(super) is_for_readers: bool,
}

/// All of them.
pub(super) const STATEMENTS: [Statement; 4] = [ROLE, LIST, SUMMARY, CHECKS];

const ROLE: Statement = Statement {
    name: "role",
    sql: include_str!("../../../../sql/alerts-store/role.sql"),
    arguments: "",
    is_for_readers: false,
};

const LIST: Statement = Statement {
    name: "list",
    sql: include_str!("../../../../sql/alerts-store/list.sql"),
    arguments: "('main', '{OPEN,ACK}', '{}', null, null, null, false, null, null, null, null, null, 51)",
    is_for_readers: true,
};

const SUMMARY: Statement = Statement {
    name: "summary",
    sql: include_str!("../../../../sql/alerts-store/summary.sql"),
    arguments: "('main')",
    is_for_readers: true,
};

const CHECKS: Statement = Statement {
    name: "checks",
    sql: include_str!("../../../../sql/alerts-store/checks.sql"),
    arguments: "('main')",
    is_for_readers: true,
};
