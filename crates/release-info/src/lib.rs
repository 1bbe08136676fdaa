#![doc = include_str!("../README.md")]

mod app_env;
mod build_info;
mod manifest;
mod problem;
mod release_id;
mod standing;

pub use app_env::AppEnv;
pub use build_info::BuildInfo;
pub use manifest::Manifest;
pub use problem::{Code, Problem};
pub use release_id::ReleaseId;
pub use standing::Standing;
