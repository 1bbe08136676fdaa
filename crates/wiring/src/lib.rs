#![doc = include_str!("../README.md")]

pub mod access;
pub mod audit;
pub mod bounded;
pub mod chosen;
pub mod config;
pub mod export;
pub mod flags;
pub mod log;
pub mod postgres;
pub mod program;
pub mod release;
pub mod result;
pub mod run;
pub mod session;
pub mod signals;
pub mod source;
pub mod standing;
pub mod stop;
pub mod words;

pub use integrity_core::plain;
