//! Whether this service can do its work, and whether the checks are made: `/livez`, `/readyz`, `/health`, `/health/details`,
//! `/version`.

mod endpoints;
mod look;
mod verdict;

pub(crate) use self::{
    endpoints::{is_known, probes, router},
    look::{Health, PgSource},
    verdict::Verdict,
};
