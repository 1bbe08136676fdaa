//! How to go back to a release that was seen to work: a plan that a person executes.
//!
//! It never builds anything: the host still has what it served, and is told to serve that again. Refused: to check out an
//! old tag and release it again, which makes something that nobody has ever seen.

mod command;
mod plan;
mod schema;
#[cfg(test)]
mod tests;

pub use self::{
    command::{Template, TemplateError, quoted},
    plan::{Asked, Instead, Plan, Refusal, Step, plan},
    schema::{Gate, Whose},
};
