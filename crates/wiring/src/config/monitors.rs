//! What is configured about the web front, and about who watches the services.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::sync::between;

/// The web front.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebConfig {
    /// Where its manifest is served, such as `"https://depot.example.org/version.json"`.
    pub version_url: Option<String>,
}

/// Something that is watched from outside.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MonitorConfig {
    /// What it is called: a to z, 0 to 9 and `-`, a letter first.
    pub name: String,
    /// `"web"`: the web front's manifest. `"health"`: `/health` of `vigie-api`. `"heartbeat"`: the calls of
    /// `sync.heartbeat_url_file`.
    #[schemars(with = "String")]
    pub kind: MonitorKind,
    /// What is asked; `web.version_url` for a `"web"` unless given. For a `"heartbeat"`, `/readyz` of `vigie-sync`, where whoever
    /// watches can reach it.
    pub url: Option<String>,
    /// The package that a `"web"` should serve, such as `"mlpp-web"`; any unless given.
    pub package: Option<String>,
    /// The `APP_ENV` that should answer, such as `"production"`; any unless given.
    pub environment: Option<String>,
    /// How often it is asked, such as `"60s"`, which it is unless given; from 10 s to 1 d.
    #[serde(default = "minute", deserialize_with = "every")]
    #[schemars(with = "Option<String>")]
    pub every: Duration,
    /// How long an answer may take, such as `"10s"`, which it is unless given; from 1 s to 1 min.
    #[serde(default = "ten_seconds", deserialize_with = "timeout")]
    #[schemars(with = "Option<String>")]
    pub timeout: Duration,
    /// How long a `"heartbeat"` may be silent, such as `"15m"`, which it is unless given: three times the shortest `every` of
    /// the checks; from 10 s to 7 d.
    #[serde(default = "quarter", deserialize_with = "silent_after")]
    #[schemars(with = "Option<String>")]
    pub silent_after: Duration,
}

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MonitorKind {
    /// The web front's manifest.
    Web,
    /// `/health` of `vigie-api`.
    Health,
    /// That `vigie-sync` makes its runs.
    Heartbeat,
}

fn minute() -> Duration {
    Duration::from_mins(1)
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

fn quarter() -> Duration {
    Duration::from_mins(15)
}

fn every<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    between(
        deserializer,
        "every",
        Duration::from_secs(10),
        Duration::from_hours(24),
    )
}

fn timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    between(
        deserializer,
        "timeout",
        Duration::from_secs(1),
        Duration::from_mins(1),
    )
}

fn silent_after<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    between(
        deserializer,
        "silent_after",
        Duration::from_secs(10),
        Duration::from_hours(7 * 24),
    )
}
