use serde::{Deserialize, Serialize};

use super::Grant;
use crate::Name;

/// What kind of function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FunctionKind {
    /// A function.
    Function,
    /// A procedure, which is called.
    Procedure,
    /// An aggregate.
    Aggregate,
    /// A window function.
    Window,
}

/// What its result depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Volatility {
    /// On its arguments.
    Immutable,
    /// Besides, on what the statement sees.
    Stable,
    /// On anything.
    Volatile,
}

/// A function or procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its arguments' types, as `oidvectortypes` prints them: what tells it from others of its name.
    pub arguments: String,
    /// What it returns, as PostgreSQL prints it.
    pub returns: Option<String>,
    /// What kind.
    pub kind: FunctionKind,
    /// `sql`, `plpgsql`, `c`.
    pub language: String,
    /// Its owner.
    pub owner: String,
    /// Runs as its owner (`SECURITY DEFINER`).
    pub security_definer: bool,
    /// What its result depends on.
    pub volatility: Volatility,
    /// Whether it may see rows that a policy hides, before the policy is asked.
    pub leakproof: bool,
    /// Settings that hold while it runs: `search_path=""`.
    pub settings: Vec<String>,
    /// Who may call it.
    pub grants: Vec<Grant>,
    /// Its text; for a function in SQL's standard form what PostgreSQL prints. `None` where it is compiled.
    pub body: Option<String>,
    /// The extension it belongs to.
    pub extension: Option<String>,
}

/// A function, by what tells it from others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Its name.
    pub name: Name,
    /// Its arguments' types.
    pub arguments: String,
}

impl Call {
    /// Whether it is a call of this one.
    #[must_use]
    pub fn is(&self, function: &Function) -> bool {
        self.name == function.name && self.arguments == function.arguments
    }
}

impl Function {
    /// Whether it is called by a trigger only.
    #[must_use]
    pub fn is_trigger(&self) -> bool {
        matches!(self.returns.as_deref(), Some("trigger" | "event_trigger"))
    }

    /// Its name and arguments, as SQL takes them: `public.grant_admin(uuid)`.
    #[must_use]
    pub fn signature(&self) -> String {
        format!("{}({})", self.name, self.arguments)
    }
}
