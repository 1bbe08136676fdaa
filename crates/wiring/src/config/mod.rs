//! `vigie.toml`.
//!
//! Unknown keys are refused: a threshold that is misspelt must not look like one that is in force.

mod access;
mod access_rules;
mod api;
mod audit;
mod environments;
mod monitors;
mod release;
mod sync;

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use chrono_tz::Tz;
use integrity_core::{CheckCode, Overrides, Pack};
use schemars::JsonSchema;
use serde::Deserialize;

pub use self::{
    access::AccessConfig,
    access_rules::{AccessRulesConfig, BucketConfig, SpikeConfig, WithinConfig},
    api::{ApiConfig, AuthConfig, AuthMode},
    audit::{AuditConfig, ExpectationConfig, PersonaConfig},
    environments::{EnvConfig, EnvironmentConfig},
    monitors::{MonitorConfig, MonitorKind, WebConfig},
    release::{HostConfig, ReleaseConfig},
    sync::{OpsConfig, SyncConfig},
};
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
    /// The service `vigie-api`.
    pub api: ApiConfig,
    /// How `vigie-api` knows who somebody is.
    pub auth: AuthConfig,
    /// Where operations look at a service.
    pub ops: OpsConfig,
    /// The audit of who can do what.
    pub audit: AuditConfig,
    /// What the variables of a program are judged by.
    pub env: EnvConfig,
    /// The hosts of an environment: one table `[[environment]]` for each.
    pub environment: Vec<EnvironmentConfig>,
    /// The web front.
    pub web: WebConfig,
    /// What is watched from outside: one table `[[monitor]]` for each.
    pub monitor: Vec<MonitorConfig>,
    /// When a release goes back, and how.
    pub release: ReleaseConfig,
    /// The journal of accesses.
    pub access: AccessConfig,
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
            api: ApiConfig::default(),
            auth: AuthConfig::default(),
            ops: OpsConfig::default(),
            audit: AuditConfig::default(),
            env: EnvConfig::default(),
            environment: Vec::new(),
            web: WebConfig::default(),
            monitor: Vec::new(),
            release: ReleaseConfig::default(),
            access: AccessConfig::default(),
            checks: BTreeMap::new(),
            origin: None,
        }
    }
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
        for file in [
            &mut config.database_url_file,
            &mut config.eval_url_file,
            &mut config.sync.heartbeat_url_file,
            &mut config.audit.url_file,
            &mut config.audit.baseline,
            &mut config.access.key_file,
            &mut config.auth.secret_file,
            &mut config.auth.sign_in_key_file,
        ] {
            *file = file.take().map(|file| folder.join(file));
        }
        for pack in &mut config.packs {
            *pack = located(folder, pack);
        }
        folder.clone_into(&mut config.audit.folder);
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
    fn environments_are_registered_and_words_replaced() {
        let text = "[[environment]]\nname = \"staging\"\nhosts = [\"a.example.org\", \"2001:db8::1\"]\n\
                    [env]\nelsewhere = [\"OLD_URL\"]\n[env.words.RAILS_ENV]\nproduction = [\"live\"]\n\
                    [env.words.NODE_ENV]\n";
        let config = Config::parse(Path::new("vigie.toml"), text).expect("well formed");
        let rules = config.rules();
        assert_eq!(rules.registered[0].hosts, ["a.example.org", "2001:db8::1"]);
        assert!(
            ["OLD_URL", "VIGIE_COPY_URL"]
                .iter()
                .all(|name| rules.elsewhere.contains(*name))
        );
        assert!(rules.words["NODE_ENV"].is_empty(), "replaced");
        assert!(rules.words.contains_key("RAILS_ENV") && rules.words.contains_key("APP_FLAVOR"));

        let refused = refusal("[[environment]]\nname = \"prod\"\nhosts = []\n");
        assert!(refused.contains("did you mean \\\"production\\\"?"), "{refused}");
        for host in [
            "https://a.example.org",
            "a.example.org:443",
            "a.example.org/x",
            "",
        ] {
            let text = format!("[[environment]]\nname = \"test\"\nhosts = [{host:?}]\n");
            assert!(refusal(&text).contains("without scheme"), "{host}");
        }
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
    fn monitors_are_read_with_what_they_leave_out() {
        let text = "web.version_url = \"https://depot.example.org/version.json\"\n\
                    [[monitor]]\nname = \"web\"\nkind = \"web\"\n\
                    [[monitor]]\nname = \"sync\"\nkind = \"heartbeat\"\nsilent_after = \"1h\"\n";
        let config = Config::parse(Path::new("vigie.toml"), text).expect("well formed");
        let [web, sync] = &config.monitor[..] else {
            panic!("two monitors: {config:?}")
        };
        assert_eq!(
            (web.kind, web.every.as_secs(), web.timeout.as_secs()),
            (MonitorKind::Web, 60, 10)
        );
        assert_eq!(
            (sync.kind, sync.silent_after.as_secs()),
            (MonitorKind::Heartbeat, 3600)
        );
        assert!(refusal("[[monitor]]\nname = \"a\"\n").contains("missing field `kind`"));
        let short = "[[monitor]]\nname = \"a\"\nkind = \"web\"\nevery = \"1s\"\n";
        assert!(refusal(short).contains("every is between 10s and 1d"));
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
