//! Vigie's place in a database beside an application: roles, grants, the source of roles, and the views in `public`.
//!
//! Everything outside the schema `vigie` is remembered with the SQL that undoes it, in the transaction that did it, so
//! that the database can be left as it was found.

mod current;
mod evaluator;
mod facts;
mod install;
pub(super) mod reads;
mod role_query;
mod role_source;
mod uninstall;
mod work;

pub use current::is_current;
pub use install::{Installed, Object, Step, Wanted, install, install_object};
pub use reads::{CalledFunction, ReadRelation, Reads, reads};
pub use role_query::ReadColumn;
pub use role_source::{RoleSource, RoleSourceInForce, role_source};
pub use uninstall::{Removal, removal};
