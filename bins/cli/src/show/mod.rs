//! What people read.

pub(crate) mod alert;
pub(crate) mod history;
pub(crate) mod plain;
pub(crate) mod reference;
pub(crate) mod status;
pub(crate) mod sync;
pub(crate) mod verification;
pub(crate) mod words;

mod table;
