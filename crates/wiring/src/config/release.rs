//! What is configured about releases: when one goes back, how, and when somebody is told.

use std::time::Duration;

use release_info::{
    AppEnv,
    decision::Thresholds,
    ledger::Place,
    rollback::{Template, TemplateError},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{Config, sync::between};

/// When a release goes back, and how.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReleaseConfig {
    /// How long after a deployment a new alert is put down to it, such as `"60m"`, which it is unless given; from 1 min to
    /// 7 d.
    #[serde(deserialize_with = "attributed_within")]
    #[schemars(with = "String")]
    pub attributed_within: Duration,
    /// How many times their baseline new WARN alerts and refused requests may come to; 3 unless given, from 1 to 1000.
    #[serde(deserialize_with = "times")]
    pub times_baseline: u32,
    /// The time before a deployment that says what is usual, such as `"7d"`, which it is unless given; from 1 h to 90 d.
    #[serde(deserialize_with = "baseline_over")]
    #[schemars(with = "String")]
    pub baseline_over: Duration,
    /// How long a release may be live without being verified, such as `"30m"`, which it is unless given; from 1 min to 7 d.
    #[serde(deserialize_with = "unverified_after")]
    #[schemars(with = "String")]
    pub unverified_after: Duration,
    /// How often a rollback is rehearsed in production, such as `"90d"`, which it is unless given; from 1 d to 730 d.
    #[serde(deserialize_with = "drill_every")]
    #[schemars(with = "String")]
    pub drill_every: Duration,
    /// Whom to tell of a rollback, before and after.
    pub tell: Vec<String>,
    /// The folder in which a rollback is written down; `incidents` unless given.
    pub incidents: String,
    /// How a host is told to serve another version: one table `[[release.host]]` for each place.
    #[serde(deserialize_with = "hosts")]
    pub host: Vec<HostConfig>,
}

impl Default for ReleaseConfig {
    fn default() -> Self {
        Self {
            attributed_within: Duration::from_hours(1),
            times_baseline: 3,
            baseline_over: Duration::from_hours(7 * 24),
            unverified_after: Duration::from_mins(30),
            drill_every: Duration::from_hours(90 * 24),
            tell: Vec::new(),
            incidents: "incidents".to_owned(),
            host: Vec::new(),
        }
    }
}

impl ReleaseConfig {
    /// From where on the rules object.
    #[must_use]
    pub fn thresholds(&self) -> Thresholds {
        Thresholds {
            attributed_within: self.attributed_within,
            times_baseline: self.times_baseline.into(),
        }
    }

    /// What is configured about a place.
    #[must_use]
    pub fn host(&self, at: &Place) -> Option<&HostConfig> {
        self.host.iter().find(|host| host.place == *at)
    }
}

/// How a host is told to serve another version of a target.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "HostTable")]
#[schemars(with = "HostTable")]
pub struct HostConfig {
    /// Where.
    pub place: Place,
    /// What is executed.
    pub switch: Template,
    /// Where the manifest is served.
    pub version_url: Option<String>,
    /// What says whether the services are ready.
    pub ready_url: Option<String>,
}

impl Config {
    /// Where the manifest of a place is served, and which key says so.
    #[must_use]
    pub fn manifest_url(&self, place: &Place) -> Option<(&str, &'static str)> {
        let own = self
            .release
            .host(place)
            .and_then(|host| host.version_url.as_deref());
        let own = own.map(|url| (url, "version_url in [[release.host]]"));
        own.or_else(|| Some((self.web.version_url.as_deref()?, "web.version_url")))
    }
}

/// How a host is told to serve another version.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "HostConfig")]
#[serde(deny_unknown_fields)]
struct HostTable {
    /// `production`, `staging`, `test` or `development`.
    #[schemars(with = "String")]
    environment: AppEnv,
    /// Of which target, such as `"web"`.
    target: String,
    /// The site of Firebase Hosting: an old version is served again by `firebase hosting:clone SITE@VERSION SITE:live`.
    firebase_site: Option<String>,
    /// For any other host, the command, with `{version}`, `{release}`, `{from}`, `{environment}` and `{target}` where their
    /// values go; each is quoted for the shell, and stands outside quotes.
    switch: Option<String>,
    /// Where its manifest is served; `web.version_url` unless given.
    version_url: Option<String>,
    /// What says that the services there are ready, such as `"https://depot.example.org/readyz"`: status 200, and JSON in which
    /// `status` is `"ready"`. Unless given, nobody is asked, and the rule does not decide.
    ready_url: Option<String>,
}

impl TryFrom<HostTable> for HostConfig {
    type Error = String;

    fn try_from(table: HostTable) -> Result<Self, String> {
        let switch = match (&table.firebase_site, &table.switch) {
            (Some(site), None) => {
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                if site.is_empty() || !site.bytes().all(is_plain) {
                    return Err("firebase_site: a to z, 0 to 9 and - only".to_owned());
                }
                Template::parse(&format!("firebase hosting:clone {site}@{{version}} {site}:live"))
            }
            (None, Some(switch)) => Template::parse(switch),
            _ => return Err("a [[release.host]] has either firebase_site or switch".to_owned()),
        };
        Ok(Self {
            place: Place::new(table.environment, table.target),
            switch: switch.map_err(|error: TemplateError| format!("switch: {error}"))?,
            version_url: table.version_url,
            ready_url: table.ready_url,
        })
    }
}

/// Of two for one place, one would never be asked.
fn hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<HostConfig>, D::Error> {
    let hosts = Vec::<HostConfig>::deserialize(deserializer)?;
    for (n, host) in hosts.iter().enumerate() {
        if hosts[..n].iter().any(|other| other.place == host.place) {
            let place = &host.place;
            return Err(D::Error::custom(format!("two [[release.host]] are of {place}")));
        }
    }
    Ok(hosts)
}

fn times<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let times = u32::deserialize(deserializer)?;
    if (1..=1000).contains(&times) {
        return Ok(times);
    }
    Err(D::Error::custom("times_baseline is between 1 and 1000"))
}

fn attributed_within<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let (least, most) = (Duration::from_mins(1), Duration::from_hours(7 * 24));
    between(deserializer, "attributed_within", least, most)
}

fn baseline_over<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let (least, most) = (Duration::from_hours(1), Duration::from_hours(90 * 24));
    between(deserializer, "baseline_over", least, most)
}

fn unverified_after<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let (least, most) = (Duration::from_mins(1), Duration::from_hours(7 * 24));
    between(deserializer, "unverified_after", least, most)
}

fn drill_every<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let (least, most) = (Duration::from_hours(24), Duration::from_hours(730 * 24));
    between(deserializer, "drill_every", least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ReleaseConfig, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn a_host_is_firebases_or_has_a_command() {
        let firebase =
            "[[host]]\nenvironment = \"production\"\ntarget = \"web\"\nfirebase_site = \"depot\"\n";
        let config = read(firebase).expect("well formed");
        assert_eq!(
            config.host[0].switch.to_string(),
            "firebase hosting:clone depot@{version} depot:live"
        );
        let place = "[[host]]\nenvironment = \"production\"\ntarget = \"web\"\n";
        for (more, why) in [
            ("", "either firebase_site or switch"),
            ("firebase_site = \"a\"\nswitch = \"b\"", "either"),
            ("firebase_site = \"a b\"", "a to z"),
            ("switch = \"ln '{version}'\"", "within quotes"),
            ("swich = \"ln\"", "unknown field"),
            ("switch = \"ln ${version}\"", "a variable of the shell"),
            ("switch = \"ln old\"", "neither {version} nor {release}"),
        ] {
            let refused = read(&format!("{place}{more}")).expect_err("refused");
            assert!(refused.contains(why), "{refused}");
        }
        let twice = read(&firebase.repeat(2)).expect_err("refused");
        assert!(
            twice.contains("two [[release.host]] are of production web"),
            "{twice}"
        );
    }

    #[test]
    fn thresholds_have_units_and_bounds() {
        let config = read("attributed_within = \"2h\"\ntimes_baseline = 5").expect("well formed");
        let thresholds = config.thresholds();
        assert_eq!(thresholds.attributed_within, Duration::from_hours(2));
        assert!((thresholds.times_baseline - 5.0).abs() < f64::EPSILON);
        for wrong in [
            "attributed_within = 60",
            "attributed_within = \"10s\"",
            "times_baseline = 0",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
