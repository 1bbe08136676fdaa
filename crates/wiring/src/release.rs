//! Releases beside everything else: what the other rooms know about one, and what the ledger finds in each run.

mod facts;
mod findings;
#[cfg(test)]
mod scene;

pub use self::{
    facts::{Gathered, Rooms, gather},
    findings::{ReleaseRules, is_release_rule},
};
