//! Who is who, without knowing who it is.

mod key;
mod key_ring;
mod month;
mod pseudonym;

pub use self::{
    key::{AccessKey, KeyCheck, Keyed, Keys, MonthKey, Salt, WeakKey},
    key_ring::KeyRing,
    month::{InvalidMonth, Month},
    pseudonym::{InvalidPseudonym, Pseudonym},
};
