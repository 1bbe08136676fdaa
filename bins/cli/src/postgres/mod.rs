//! What of this program knows sqlx: the demo, and real commands on a copy.

pub(crate) mod demo;
pub(crate) mod shadow;
