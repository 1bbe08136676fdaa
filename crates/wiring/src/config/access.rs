//! What is configured about the journal of accesses.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use access_journal::Source;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{AccessRulesConfig, sync::between};

/// The journal of accesses: what is kept of it, and what is sensitive.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccessConfig {
    /// A file that holds the secret with which addresses and accounts become pseudonyms: 64 hexadecimal digits made by
    /// chance. `VIGIE_ACCESS_KEY` comes first. Without one the database holds key and pseudonym together.
    pub key_file: Option<PathBuf>,
    /// Whether `vigie-api` tells the journal what it refuses; `true` unless given. Without it the journal does not hear
    /// of `vigie-api`, and its health warns of that.
    pub record: bool,
    /// How long events are kept, such as `"180d"`, which it is unless given; from 30 to 365 days. A month goes as a whole.
    #[serde(deserialize_with = "retention")]
    #[schemars(with = "String")]
    pub retention: Duration,
    /// Relations that nobody anonymous should read: names such as `"public.contracts"`, or with `*` for any part of one.
    /// Those that the audit calls sensitive (RLS-109) are sensitive besides.
    pub sensitive: Vec<String>,
    /// Roles of whoever has not signed in; `["anon", "anonymous", "web_anon"]` unless given. What a log says that another
    /// role than these, `authenticated` and `service_role` read of a sensitive relation is not judged.
    pub anonymous_roles: Vec<String>,
    /// Addresses and networks about which the rules say nothing, such as `"203.0.113.7"` or `"10.0.0.0/8"`: the office, a
    /// monitor. What is read anonymously, and the key of the service in a browser, is said all the same.
    #[serde(deserialize_with = "networks")]
    #[schemars(with = "Vec<String>")]
    pub allow: Vec<IpNet>,
    /// Sources that should be heard, such as `"api"` or `"supabase_auth"`: where one is silent, an alert says so.
    #[serde(deserialize_with = "sources")]
    #[schemars(with = "Vec<String>")]
    pub expected: Vec<Source>,
    /// From where on the rules speak.
    pub rules: AccessRulesConfig,
    /// Proxies before whatever writes a log, such as `"10.0.0.0/8"`: where one of them asked, the log's `X-Forwarded-For`
    /// says for whom. The service has its own list, `api.trusted_proxies`.
    #[serde(deserialize_with = "proxies")]
    #[schemars(with = "Vec<String>")]
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for AccessConfig {
    fn default() -> Self {
        Self {
            key_file: None,
            record: true,
            retention: Duration::from_hours(180 * 24),
            sensitive: Vec::new(),
            anonymous_roles: ["anon", "anonymous", "web_anon"].map(str::to_owned).to_vec(),
            allow: Vec::new(),
            expected: Vec::new(),
            rules: AccessRulesConfig::default(),
            trusted_proxies: Vec::new(),
        }
    }
}

fn retention<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let day = Duration::from_hours(24);
    between(deserializer, "retention", day * 30, day * 365)
}

fn sources<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Source>, D::Error> {
    let given = Vec::<String>::deserialize(deserializer)?;
    let source = |text: &String| {
        text.parse()
            .map_err(|unknown| D::Error::custom(format!("expected: {unknown}")))
    };
    given.iter().map(source).collect()
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    networks_of("allow", deserializer)
}

fn proxies<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    networks_of("trusted_proxies", deserializer)
}

/// Networks, and addresses as networks of one.
fn networks_of<'de, D: Deserializer<'de>>(key: &str, deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let given = Vec::<String>::deserialize(deserializer)?;
    let network = |text: &String| {
        let alone = || text.parse::<IpAddr>().ok().map(IpNet::from);
        text.parse().ok().or_else(alone).ok_or_else(|| {
            D::Error::custom(format!(
                "{key}: {text:?} is no address and no network; write such as \"203.0.113.7\" or \"10.0.0.0/8\""
            ))
        })
    };
    given.iter().map(network).collect()
}
