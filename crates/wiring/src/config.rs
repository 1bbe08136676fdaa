//! `vigie.toml`.
//!
//! Unknown keys are refused: a threshold that is misspelt must not look like one that is in force.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono_tz::Tz;
use integrity_core::{CheckCode, Overrides, Pack, duration};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{bounded, stop::Stop};

/// Read where no other file is named, if it is there.
pub const DEFAULT_FILE: &str = "vigie.toml";

/// The largest configuration, in KiB.
const LIMIT: u64 = 1024;

/// What can be configured.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A file that holds the URL of the database. A URL itself is refused here: it holds a password.
    pub database_url_file: Option<PathBuf>,
    /// A file that holds the URL of the same database with the login that evaluates the checks' SQL.
    pub eval_url_file: Option<PathBuf>,
    /// Names of compiled-in packs, or folders; `postgres` alone where there are none.
    pub packs: Vec<String>,
    /// What the watched database is called in the alerts; `main` unless given.
    pub database: String,
    /// Where a day ends, for due dates and `--until`, such as `"Africa/Kinshasa"`; the packs' own and UTC unless given.
    #[schemars(with = "Option<String>")]
    pub time_zone: Option<Tz>,
    /// The service `vigie-sync`.
    pub sync: SyncConfig,
    /// Where operations look at the service.
    pub ops: OpsConfig,
    /// What is changed about single checks: one table `[checks.CODE]` for each.
    #[schemars(with = "BTreeMap<String, Overrides>")]
    pub checks: BTreeMap<CheckCode, Overrides>,
    /// Where it was read, for messages.
    #[serde(skip)]
    pub origin: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url_file: None,
            eval_url_file: None,
            packs: Vec::new(),
            database: "main".to_owned(),
            time_zone: None,
            sync: SyncConfig::default(),
            ops: OpsConfig::default(),
            checks: BTreeMap::new(),
            origin: None,
        }
    }
}

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
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OpsConfig {
    /// Address and port of `/livez`, `/readyz` and `/metrics`; `127.0.0.1:8081` unless given. Nobody is asked who he is
    /// there: keep it from the public.
    #[schemars(with = "String")]
    pub listen: SocketAddr,
}

impl Default for OpsConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8081)),
        }
    }
}

fn lease<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    between(deserializer, "lease", Duration::from_secs(3))
}

fn budget<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    between(deserializer, "budget", Duration::from_secs(1))
}

/// A duration of at least so long, and at most an hour.
fn between<'de, D: Deserializer<'de>>(
    deserializer: D,
    name: &str,
    least: Duration,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let given = duration::parse(&text).map_err(D::Error::custom)?;
    let most = Duration::from_hours(1);
    if (least..=most).contains(&given) {
        return Ok(given);
    }
    let [least, most] = [least, most].map(duration::text);
    Err(D::Error::custom(format!("{name} is between {least} and {most}")))
}

impl Config {
    /// Reads the file named, which must be there, or the default one, which may be.
    ///
    /// # Errors
    /// When a named file is not there, or what it holds is wrong; with the line.
    pub fn read(named: Option<&Path>) -> Result<Self, Stop> {
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match bounded::read(path, LIMIT) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(Stop::usage(format!(
                    "the configuration {}: {error}",
                    path.display()
                )));
            }
        };
        let mut config = Self::parse(path, &text)?;
        if config.database.trim().is_empty() {
            return Err(Stop::usage(format!(
                "{}: database: a name, such as \"main\"",
                path.display()
            )));
        }
        // Paths in a file are meant from where the file stands, whatever directory the program runs in.
        let folder = path.parent().unwrap_or(Path::new(""));
        config.database_url_file = config.database_url_file.map(|file| folder.join(file));
        config.eval_url_file = config.eval_url_file.map(|file| folder.join(file));
        let heartbeat = &mut config.sync.heartbeat_url_file;
        *heartbeat = heartbeat.take().map(|file| folder.join(file));
        for pack in &mut config.packs {
            *pack = located(folder, pack);
        }
        config.origin = Some(path.to_owned());
        Ok(config)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Stop> {
        toml::from_str(text).map_err(|error| {
            // The line itself is not quoted: somebody may have written a password there.
            let line = error
                .span()
                .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            let hint = if error.message().contains("`database_url`") {
                "; write the URL into a file of its own and name it in database_url_file"
            } else {
                ""
            };
            Stop::usage(format!("{}:{line}: {}{hint}", path.display(), error.message()))
        })
    }

    /// What messages call the configuration.
    #[must_use]
    pub fn name(&self) -> String {
        self.origin
            .as_deref()
            .unwrap_or(Path::new(DEFAULT_FILE))
            .display()
            .to_string()
    }
}

/// A pack's name as it stands if it is compiled in, else its folder, meant from where the configuration stands.
fn located(folder: &Path, pack: &str) -> String {
    if Pack::builtin_names().any(|name| name == pack) {
        pack.to_owned()
    } else {
        folder.join(pack).to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        format!(
            "{:?}",
            Config::parse(Path::new("vigie.toml"), text).expect_err("refused")
        )
    }

    #[test]
    fn everything_is_read() {
        let text = "packs = [\"depot\"]\ntime_zone = \"Africa/Kinshasa\"\n\
                    [checks.STOCK_NEGATIF]\nseverity = \"WARN\"\ntimeout = \"2s\"\nparams.tolerance_l = 5\n";
        let config = Config::parse(Path::new("vigie.toml"), text).expect("well formed");
        assert_eq!(config.database, "main");
        assert_eq!(config.time_zone, Some(Tz::Africa__Kinshasa));
        assert_eq!(config.checks.len(), 1);
    }

    #[test]
    fn unknown_keys_are_refused_with_their_line() {
        assert!(refusal("packs = []\npakcs = []\n").contains("vigie.toml:2: unknown field `pakcs`"));
        assert!(refusal("[checks.ABC]\nseverty = \"WARN\"\n").contains("unknown field `severty`"));
        assert!(refusal("[checks.abc]\n").contains("is not a check code"));
    }

    #[test]
    fn a_url_in_the_file_is_refused_without_quoting_it() {
        let refusal = refusal("database_url = \"postgres://u:secret@h/d\"\n");
        assert!(
            refusal.contains("database_url_file") && !refusal.contains("secret"),
            "{refusal}"
        );
    }

    #[test]
    fn folders_are_meant_from_where_the_configuration_stands() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("vigie.toml");
        let text =
            "packs = [\"depot\", \"mine\", \"./depot\", \"/else/where\"]\ndatabase_url_file = \"url\"\n";
        std::fs::write(&file, text).expect("written");
        let config = Config::read(Some(&file)).expect("well formed");
        let within = |name: &str| format!("{}/{name}", folder.path().display());
        assert_eq!(
            config.packs,
            [
                "depot".to_owned(),
                within("mine"),
                within("./depot"),
                "/else/where".to_owned()
            ]
        );
        assert_eq!(config.database_url_file, Some(folder.path().join("url")));
    }
}
