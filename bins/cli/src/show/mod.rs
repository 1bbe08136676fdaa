//! What people read.

pub(crate) mod access;
pub(crate) mod alert;
pub(crate) mod audit;
pub(crate) mod cases;
pub(crate) mod checks;
pub(crate) mod decision;
pub(crate) mod doctor;
pub(crate) mod drill;
pub(crate) mod env;
pub(crate) mod explanation;
pub(crate) mod history;
pub(crate) mod install;
pub(crate) mod junit;
pub(crate) mod ledger;
pub(crate) mod lint;
pub(crate) mod monitors;
pub(crate) mod plan;
pub(crate) mod reference;
pub(crate) mod rollback;
pub(crate) mod shadow;
pub(crate) mod simulation;
pub(crate) mod status;
pub(crate) mod sync;
pub(crate) mod verification;
pub(crate) mod weakened;
pub(crate) mod web_host;
pub(crate) mod words;

mod table;
