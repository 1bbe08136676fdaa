#![doc = include_str!("../README.md")]

pub mod client;
mod event;
pub mod ingest;
pub mod journal;
#[cfg(feature = "tower")]
pub mod layer;
pub mod privacy;
pub mod rules;

pub use event::{AccessEvent, EventKind, Observed, Outcome, Source, UnknownWord};
pub use integrity_core;
