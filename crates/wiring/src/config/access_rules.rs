//! What is configured about the rules that look at the journal of accesses.

use std::time::Duration;

use access_journal::rules::{Bucket, Spike, Thresholds, Within};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::sync::between;

/// From where on the rules speak. Each has a page in `docs/rules/`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccessRulesConfig {
    /// Failed sign-ins of one address: `{ capacity = 5, leak = "10s" }` unless given.
    pub brute_force_ip: BucketConfig,
    /// Failed sign-ins of one account: `{ count = 5, within = "10m" }` unless given.
    pub brute_force_account: WithinConfig,
    /// A success so soon after such a burst makes it CRITICAL: `"10m"` unless given; from 1 s to 24 h.
    #[serde(deserialize_with = "success_within")]
    #[schemars(with = "String")]
    pub success_within: Duration,
    /// Different accounts that one address tried: `{ count = 10, within = "10m" }` unless given.
    pub password_spray: WithinConfig,
    /// Refusals of one address: `{ capacity = 10, leak = "10s" }` unless given.
    pub denied_ip: BucketConfig,
    /// Refusals of one person: `{ capacity = 10, leak = "1m" }` unless given.
    pub denied_user: BucketConfig,
    /// Different resources that one address asked for and did not get: `{ count = 8, within = "5m" }` unless given.
    pub enumeration: WithinConfig,
    /// Refusals of everybody in five minutes: `{ least = 20, deviations = 6 }` unless given.
    pub spike: SpikeConfig,
    /// A source that should be heard is silent after this: `"1h"` unless given; from 1 min to 7 d.
    #[serde(deserialize_with = "silent_after")]
    #[schemars(with = "String")]
    pub silent_after: Duration,
}

/// A bucket that leaks: each event fills it by one, it loses one each `leak`, and the rule speaks where it runs over.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketConfig {
    /// How many it holds; from 1 to 1000000.
    #[serde(deserialize_with = "capacity")]
    pub capacity: u32,
    /// How long until it has lost one; from 1 s to 1 h.
    #[serde(deserialize_with = "leak")]
    #[schemars(with = "String")]
    pub leak: Duration,
}

/// So many within a time, wherever it begins.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithinConfig {
    /// How many; from 1 to 1000000.
    #[serde(deserialize_with = "how_many")]
    pub count: u32,
    /// The time; from 1 s to 12 h.
    #[serde(deserialize_with = "within")]
    #[schemars(with = "String")]
    pub within: Duration,
}

/// Far more than usual.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpikeConfig {
    /// Fewer are none; from 1 to 1000000.
    #[serde(deserialize_with = "least")]
    pub least: u32,
    /// How many times the median absolute deviation above the median; from 1 to 1000.
    #[serde(deserialize_with = "deviations")]
    pub deviations: u32,
}

impl Default for AccessRulesConfig {
    fn default() -> Self {
        let design = Thresholds::default();
        let bucket = |of: Bucket| BucketConfig {
            capacity: of.capacity,
            leak: of.leak,
        };
        let within = |of: Within| WithinConfig {
            count: of.count,
            within: of.within,
        };
        Self {
            brute_force_ip: bucket(design.brute_force_ip),
            brute_force_account: within(design.brute_force_account),
            success_within: design.success_within,
            password_spray: within(design.password_spray),
            denied_ip: bucket(design.denied_ip),
            denied_user: bucket(design.denied_user),
            enumeration: within(design.enumeration),
            spike: SpikeConfig {
                least: design.spike.least,
                deviations: design.spike.deviations,
            },
            silent_after: design.silent_after,
        }
    }
}

impl AccessRulesConfig {
    /// What the rules are asked with.
    #[must_use]
    pub fn thresholds(&self) -> Thresholds {
        let bucket = |of: BucketConfig| Bucket {
            capacity: of.capacity,
            leak: of.leak,
        };
        let within = |of: WithinConfig| Within {
            count: of.count,
            within: of.within,
        };
        Thresholds {
            brute_force_ip: bucket(self.brute_force_ip),
            brute_force_account: within(self.brute_force_account),
            success_within: self.success_within,
            password_spray: within(self.password_spray),
            denied_ip: bucket(self.denied_ip),
            denied_user: bucket(self.denied_user),
            enumeration: within(self.enumeration),
            spike: Spike {
                least: self.spike.least,
                deviations: self.spike.deviations,
            },
            silent_after: self.silent_after,
        }
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D, name: &str, most: u32) -> Result<u32, D::Error> {
    let given = u32::deserialize(deserializer)?;
    if (1..=most).contains(&given) {
        return Ok(given);
    }
    Err(D::Error::custom(format!("{name} is between 1 and {most}")))
}

fn capacity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    number(deserializer, "capacity", 1_000_000)
}

fn how_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    number(deserializer, "count", 1_000_000)
}

fn least<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    number(deserializer, "least", 1_000_000)
}

fn deviations<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    number(deserializer, "deviations", 1000)
}

fn leak<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    between(
        deserializer,
        "leak",
        Duration::from_secs(1),
        Duration::from_hours(1),
    )
}

fn within<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    between(
        deserializer,
        "within",
        Duration::from_secs(1),
        Duration::from_hours(12),
    )
}

fn success_within<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let (least, most) = (Duration::from_secs(1), Duration::from_hours(24));
    between(deserializer, "success_within", least, most)
}

fn silent_after<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let (least, most) = (Duration::from_mins(1), Duration::from_hours(7 * 24));
    between(deserializer, "silent_after", least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_the_designs_unless_given() {
        assert_eq!(AccessRulesConfig::default().thresholds(), Thresholds::default());
        let text = "denied_ip = { capacity = 30, leak = \"5s\" }\nspike = { least = 50, deviations = 8 }";
        let given: AccessRulesConfig = toml::from_str(text).expect("well formed");
        let thresholds = given.thresholds();
        assert_eq!(
            thresholds.denied_ip,
            Bucket {
                capacity: 30,
                leak: Duration::from_secs(5)
            }
        );
        assert_eq!(
            thresholds.spike,
            Spike {
                least: 50,
                deviations: 8
            }
        );
        assert_eq!(thresholds.denied_user, Thresholds::default().denied_user);
    }

    #[test]
    fn what_no_rule_can_work_with_is_refused() {
        for (wrong, why) in [
            (
                "denied_ip = { capacity = 0, leak = \"5s\" }",
                "capacity is between 1 and 1000000",
            ),
            (
                "denied_ip = { capacity = 1, leak = \"0s\" }",
                "a duration is longer than 0",
            ),
            ("denied_ip = { capacity = 1 }", "missing field `leak`"),
            (
                "enumeration = { count = 8, within = \"2d\" }",
                "within is between 1s and 12h",
            ),
            (
                "spike = { least = 0, deviations = 6 }",
                "least is between 1 and 1000000",
            ),
            ("silent_after = 60", "invalid type"),
            ("denied = { capacity = 1, leak = \"5s\" }", "unknown field"),
        ] {
            let refused = toml::from_str::<AccessRulesConfig>(wrong).expect_err(wrong);
            assert!(refused.message().contains(why), "{}", refused.message());
        }
    }
}
