//! The journal of sign-ins: a line of the log for each, by which an attack is seen. Nobody is named, but for a pseudonym
//! that is good as long as the program runs: beside the journal of accesses it tells nobody whose a pseudonym there is.

use std::net::IpAddr;

use super::{attempts::Account, network::network};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    SignedIn,
    /// Wrong credentials.
    Refused,
    /// Not even tried: there were too many attempts.
    TooMany,
    /// Nobody could tell.
    Unavailable,
    SignedOut,
}

/// Writes one. The account is a short digest of its address, and the address is shortened to its network.
pub(crate) fn journal(outcome: Outcome, account: Account, from: IpAddr) {
    let network = network(from, 24, 48);
    match outcome {
        Outcome::SignedIn => tracing::info!(outcome = "signed_in", %account, %network, "sign-in"),
        Outcome::Refused => tracing::warn!(outcome = "refused", %account, %network, "sign-in"),
        Outcome::TooMany => tracing::warn!(outcome = "too_many", %account, %network, "sign-in"),
        Outcome::Unavailable => tracing::warn!(outcome = "unavailable", %account, %network, "sign-in"),
        Outcome::SignedOut => tracing::info!(outcome = "signed_out", %account, %network, "sign-in"),
    }
}
