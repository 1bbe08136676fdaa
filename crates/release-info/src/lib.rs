#![doc = include_str!("../README.md")]

mod app_env;
mod build_info;
mod check;
mod dart_defines;
pub mod decision;
mod dotenv;
pub mod fetch;
#[cfg(feature = "host")]
pub mod host;
pub mod ledger;
pub mod manifest;
pub mod monitors;
mod problem;
mod release_id;
pub mod rollback;
mod standing;
pub mod verification;

pub use app_env::AppEnv;
pub use build_info::BuildInfo;
pub use check::{Checked, Registered, Rules, Variables, Words, add_release, check, of_another_environment};
pub use dart_defines::dart_defines;
pub use dotenv::dotenv;
pub use integrity_core;
pub use manifest::Manifest;
pub use problem::{Code, Problem};
pub use release_id::ReleaseId;
pub use standing::Standing;
