#![doc = include_str!("../README.md")]

mod caller;
mod check;
mod clock;
mod code;
pub mod duration;
mod error;
mod evaluation;
#[cfg(feature = "postgres")]
mod explanation;
mod finding;
mod language;
#[cfg(feature = "memory")]
mod memory;
mod payload;
pub mod plain;
#[cfg(feature = "postgres")]
pub mod postgres;
mod runner;
#[cfg(feature = "mock")]
mod sample;
mod severity;

pub use caller::{Caller, Door, Role};
pub use check::{
    BadCheck, Case, Check, Description, ExpectedRow, FileDescription, Fixture, Overrides, Pack,
    ParameterDescription, Problem, Script, Weakening,
};
pub use clock::{Clock, ManualClock, SystemClock};
pub use code::CheckCode;
pub use error::Error;
pub use evaluation::{
    AcceptRule, Clearing, Evaluation, Failure, FailureKind, Outcome, Suspicion, Terms, Worse, is_mass_clear,
};
#[cfg(feature = "postgres")]
pub use explanation::{Explanation, IndexAdvice, PlanNode};
pub use finding::Finding;
pub use language::{Language, Text};
#[cfg(feature = "memory")]
pub use memory::MemoryCheckRunner;
pub use payload::Payload;
pub use runner::{CheckRunner, Snapshot};
#[cfg(feature = "mock")]
pub use runner::{MockCheckRunner, MockSnapshot};
pub use severity::Severity;
