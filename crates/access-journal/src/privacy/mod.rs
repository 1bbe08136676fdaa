//! Who is who, without knowing who it is.

mod key;
mod month;
mod pseudonym;

pub use self::{
    key::{AccessKey, Keys, MonthKey, Salt, WeakKey},
    month::{InvalidMonth, Month},
    pseudonym::{InvalidPseudonym, Pseudonym},
};
