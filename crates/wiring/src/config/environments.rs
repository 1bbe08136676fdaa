//! What is configured about where programs run.

use std::collections::BTreeMap;

use release_info::{AppEnv, Registered, Rules, Words};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::Config;

/// What the variables of a program are judged by: `vigie env check`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EnvConfig {
    /// Variables that name the environment besides `APP_ENV`, and their words for it: one table `[env.words.NAME]` for
    /// each, such as `production = ["live"]`; an environment that it does not name is called as in `APP_ENV`.
    /// `APP_FLAVOR`, `NODE_ENV` and `SENTRY_ENVIRONMENT` are known, unless a table replaces their words.
    pub words: BTreeMap<String, Words>,
    /// Variables that are meant to name a host of another environment, besides `VIGIE_COPY_URL`.
    pub elsewhere: Vec<String>,
}

/// An environment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentConfig {
    /// `production`, `staging`, `test` or `development`.
    #[schemars(with = "String")]
    pub name: AppEnv,
    /// Hosts that belong to it, without scheme and port, such as `["abcd.supabase.co"]`.
    #[serde(deserialize_with = "hosts")]
    pub hosts: Vec<String>,
}

impl Config {
    /// What variables are judged by.
    #[must_use]
    pub fn rules(&self) -> Rules {
        let mut rules = Rules::default();
        rules.words.extend(self.env.words.clone());
        rules.elsewhere.extend(self.env.elsewhere.iter().cloned());
        rules.registered = self
            .environment
            .iter()
            .map(|of| Registered {
                env: of.name,
                hosts: of.hosts.clone(),
            })
            .collect();
        rules
    }
}

/// What is written otherwise would never be found, and nobody would know.
fn hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let hosts = Vec::<String>::deserialize(deserializer)?;
    let is_host = |host: &String| {
        let is_address = host.parse::<std::net::Ipv6Addr>().is_ok();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        is_address || (!host.is_empty() && host.chars().all(is_plain))
    };
    if hosts.iter().all(is_host) {
        return Ok(hosts);
    }
    Err(D::Error::custom(
        "hosts are written without scheme, port and path, such as \"abcd.supabase.co\"",
    ))
}
