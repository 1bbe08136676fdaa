//! What policies let through that they should not.

mod authority;
mod capture;
mod domain;
mod open;
mod pinned;
mod recursion;
mod shown;
mod siblings;
mod tautology;
mod trust;

use super::Rule;

/// RLS-201 to RLS-220.
pub(super) const RULES: &[Rule] = &[
    open::RLS_201,
    open::RLS_202,
    open::RLS_203,
    open::RLS_204,
    tautology::RLS_205,
    siblings::RLS_207,
    tautology::RLS_208,
    siblings::RLS_209,
    pinned::RLS_210,
    pinned::RLS_211,
    authority::RLS_212,
    domain::RLS_213,
    capture::RLS_214,
    trust::RLS_215,
    trust::RLS_216,
    trust::RLS_217,
    recursion::RLS_218,
    recursion::RLS_220,
];

#[cfg(test)]
mod tests;
