use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use ipnet::IpNet;

use super::{BadLine, Sensitive};
use crate::client::Proxies;

/// How far clocks may differ.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// 2000-01-01: nothing that is read here was logged before.
const EARLIEST: DateTime<Utc> = DateTime::from_timestamp(946_684_800, 0).expect("a time");

/// What lines are judged by.
#[derive(Debug, Clone)]
pub struct Terms {
    /// Relations that nobody anonymous should read.
    pub sensitive: Sensitive,
    /// Networks about which rules that are keyed by addresses say nothing.
    pub allow: Vec<IpNet>,
    /// Roles of whoever has not signed in.
    pub anonymous: Vec<String>,
    /// Who is believed about whom they passed on.
    pub proxies: Proxies,
    /// Now.
    pub now: DateTime<Utc>,
    /// How long events are kept.
    pub kept_for: TimeDelta,
}

impl Terms {
    /// Who asks, as far as that is known, from who is connected and what was passed on.
    pub(super) fn client<'v>(
        &self,
        peer: Option<IpAddr>,
        passed_on: impl IntoIterator<Item = &'v str>,
    ) -> Option<IpAddr> {
        self.proxies.stranger(peer?, passed_on)
    }

    /// Whether a line of this time is taken: `false` for one that is no longer kept.
    ///
    /// # Errors
    /// For a time that cannot be.
    pub(super) fn is_kept(&self, at: DateTime<Utc>) -> Result<bool, BadLine> {
        if at > self.now + AHEAD || at < EARLIEST {
            return Err(BadLine::ImpossibleTime);
        }
        Ok(at > self.now - self.kept_for)
    }
}
