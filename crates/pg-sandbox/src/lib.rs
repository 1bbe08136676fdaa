#![doc = include_str!("../README.md")]

pub mod error;
pub mod find;
pub mod options;
pub mod sandbox;

mod account;
mod cluster;
mod directory;
mod follower;
mod postmaster;
mod psql;
mod schema;
mod server;
mod sweep;

pub use error::Error;
pub use find::{Installation, SUPPORTED, Version};
pub use options::{BIN_DIR_VARIABLE, Options};
pub use psql::Script;
pub use sandbox::Sandbox;
pub use schema::Skipped;
