//! The life of an alert as pure functions: no clock, no store, no waiting.
//!
//! Two halves that never overwrite each other: [`act`] is what people may do about an alert, [`observe`] is
//! what evaluations say about its condition. PostgreSQL decides acts by the table `vigie.transitions`, whose
//! rows a test compares with [`act::transitions`]; everything else exists once, here.

pub(crate) mod act;
mod due;
pub(crate) mod observe;

pub use act::{Transition, Until, transitions};
pub use due::due_at;
