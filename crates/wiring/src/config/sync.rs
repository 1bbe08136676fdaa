//! What is configured about `vigie-sync`, and where operations look at a service.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use integrity_core::duration;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

/// How the service works.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SyncConfig {
    /// How long a service that died keeps others from its work, such as `"30s"`, which it is unless given; from 3 s to 1 h.
    #[serde(deserialize_with = "lease")]
    #[schemars(with = "String")]
    pub lease: Duration,
    /// How long one run may look at the database, such as `"60s"`, which it is unless given; from 1 s to 1 h. It holds
    /// one snapshot for that long; a check for which nothing of it is left has failed.
    #[serde(deserialize_with = "budget")]
    #[schemars(with = "String")]
    pub budget: Duration,
    /// A file that holds a URL that is called after every run, for a monitor that misses it; whoever knows the URL can
    /// pretend, so it stands in a file of its own.
    pub heartbeat_url_file: Option<PathBuf>,
}

impl Default for SyncConfig {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            budget: Duration::from_mins(1),
            heartbeat_url_file: None,
        }
    }
}

/// Where operations look at a service.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OpsConfig {
    /// Address and port of `/livez`, `/readyz` and `/metrics`; unless given `127.0.0.1:8081` for `vigie-sync` and
    /// `127.0.0.1:8082` for `vigie-api`. Nobody is asked who he is there: keep it from the public. Two services that
    /// share one file and one machine need it unset.
    #[schemars(with = "Option<String>")]
    pub listen: Option<SocketAddr>,
}

impl OpsConfig {
    /// Where `vigie-sync` listens unless told otherwise.
    pub const SYNC_PORT: u16 = 8081;

    /// The address, or this port of this machine alone.
    #[must_use]
    pub fn listen_or(&self, port: u16) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], port)))
    }
}

fn lease<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    between(
        deserializer,
        "lease",
        Duration::from_secs(3),
        Duration::from_hours(1),
    )
}

fn budget<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    between(
        deserializer,
        "budget",
        Duration::from_secs(1),
        Duration::from_hours(1),
    )
}

/// A duration of at least so long, and at most so long.
pub(super) fn between<'de, D: Deserializer<'de>>(
    deserializer: D,
    name: &str,
    least: Duration,
    most: Duration,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let given = duration::parse(&text).map_err(D::Error::custom)?;
    if (least..=most).contains(&given) {
        return Ok(given);
    }
    let [least, most] = [least, most].map(duration::text);
    Err(D::Error::custom(format!("{name} is between {least} and {most}")))
}
