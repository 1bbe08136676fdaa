//! Whether a plan that was made for one persona holds for another.

use crate::{
    Catalog,
    catalog::{Function, Volatility},
};

/// Whether planning may turn what depends on the caller into a constant. PostgreSQL computes what calls itself immutable
/// while it plans; one that says so and asks who calls, or looks at rows, would answer the next caller like the first.
pub(super) fn may_fold_the_caller(catalog: &Catalog) -> bool {
    let immutable = catalog
        .functions
        .iter()
        .filter(|function| function.volatility == Volatility::Immutable && function.extension.is_none());
    immutable.into_iter().any(|function| may_ask(catalog, function))
}

/// Whether the function may come to something else for somebody else; what it does not plainly say counts.
fn may_ask(catalog: &Catalog, function: &Function) -> bool {
    const SIGNS: [&str; 9] = [
        "from", "table", "execute", "perform", "call", "current_", "session_", "user", "auth",
    ];
    let Some(body) = function.body.as_deref().map(str::to_lowercase) else {
        return true;
    };
    let mut others = catalog
        .functions
        .iter()
        .filter(|other| other.name != function.name);
    SIGNS.iter().any(|sign| body.contains(sign))
        || others.any(|other| body.contains(&other.name.name.to_lowercase()))
}
