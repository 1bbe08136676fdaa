//! The life of an alert as pure functions: no clock, no store, no waiting.
//!
//! Two halves that never overwrite each other: what people may do about an alert ([`transitions`]), and what
//! evaluations say about its condition (`observe`). PostgreSQL decides acts by the table `vigie.transitions`, whose
//! rows a test compares with [`transitions`]; everything else exists once, here.

mod act;
#[cfg(feature = "memory")]
pub(crate) mod decide;
mod due;
pub(crate) mod observe;

#[cfg(feature = "memory")]
pub(crate) use act::ends;
pub use act::{Transition, Until, transitions};
pub use due::due_at;
pub(crate) use due::end_of_day;
