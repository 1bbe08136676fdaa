//! What stands around the endpoints of a service and tells the journal what was refused.
//!
//! A request is never delayed: what there is to record goes into a bounded channel, and where that has no room, it is
//! dropped and counted. A task of its own merges repeats, makes pseudonyms and records in batches.

mod asked;
mod classify;
mod collector;
mod counters;
mod merge;
mod note;
mod recorder;
mod service;
mod settings;
#[cfg(test)]
mod tests;
mod worker;

pub use self::{
    counters::Counters,
    note::{Note, Noted},
    service::{AccessJournalLayer, AccessJournalService, Watched},
    settings::Settings,
    worker::Worker,
};
