//! What was released where, who did it, and what came of it: kept event by event.
//!
//! A release stands at a [`Place`], an environment and a target in it, in one [`Stage`]; which event may come in which
//! stage is one table, [`lifecycle::steps`], which PostgreSQL follows as `vigie.release_steps`. At each place one release is
//! live, and one deployment or rollback at most is open.
//!
//! Each event is recorded whole or not at all, so that a crash between two of them leaves a ledger in order, with
//! something open that says what goes on: after `started`, record `deployed` or `failed`; after `rollback_started`,
//! record `rolled_back` or `failed`. Whoever does not know whether an event was recorded records it again with the same
//! key.
#![cfg_attr(
    not(any(feature = "memory", feature = "postgres")),
    expect(dead_code, reason = "what is refused and told is so inside a ledger")
)]

mod entry;
mod error;
mod kind;
pub mod lifecycle;
#[cfg(feature = "memory")]
mod memory;
mod page;
mod place;
#[cfg(feature = "postgres")]
pub mod postgres;
mod release;
mod release_ledger;
#[cfg(feature = "mock")]
mod sample;
mod stage;
mod told;

pub use entry::{Entry, Facts, Recorded, ReleaseEvent};
pub use error::Error;
pub use kind::{EventKind, UnknownKind};
#[cfg(feature = "memory")]
pub use memory::MemoryReleaseLedger;
pub use page::{Drills, EventPage, ReleaseFilter, ReleasePage};
pub use place::Place;
#[cfg(feature = "postgres")]
pub use postgres::PgReleaseLedger;
pub use release::Release;
#[cfg(feature = "mock")]
pub use release_ledger::MockReleaseLedger;
pub use release_ledger::ReleaseLedger;
pub use stage::Stage;
