#![doc = include_str!("../README.md")]

pub mod audit;
pub mod baseline;
pub mod catalog;
pub mod copy;
mod definition;
mod digest;
pub mod fix;
mod inspector;
mod matrix;
mod name;
mod persona;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "report")]
pub mod report;
pub mod rules;
#[cfg(feature = "mock")]
mod sample;
pub mod shadow;
pub mod store;

pub use audit::Audit;
pub use baseline::Baseline;
pub use catalog::{Catalog, Command};
pub use definition::{Definition, Effect};
#[cfg(feature = "mock")]
pub use inspector::MockDatabaseInspector;
pub use inspector::{DatabaseInspector, Inspection};
pub use integrity_core::{self, Error};
pub use matrix::{Access, AccessMatrix, Candidates, Cell, Doubt, Trial};
pub use name::{Name, quoted};
pub use persona::{Authority, Expectation, Persona};
#[cfg(feature = "postgres")]
pub use postgres::{PgAuditStore, PgDatabaseInspector};
pub use store::AuditStore;
#[cfg(feature = "memory")]
pub use store::MemoryAuditStore;
#[cfg(feature = "mock")]
pub use store::MockAuditStore;
