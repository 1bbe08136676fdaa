//! What of this program knows sqlx: the demo.

pub(crate) mod demo;
