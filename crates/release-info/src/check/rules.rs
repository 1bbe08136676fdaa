use std::collections::{BTreeMap, BTreeSet};

use crate::AppEnv;

/// The words of a variable for each environment. Where an environment is not named, its own word is the only one.
pub type Words = BTreeMap<AppEnv, Vec<String>>;

/// Hosts that belong to an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Which environment.
    pub env: AppEnv,
    /// Names or addresses of hosts, without port.
    pub hosts: Vec<String>,
}

/// What variables are judged by, besides the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Variables besides `APP_ENV` that name the environment, each with its words.
    pub words: BTreeMap<String, Words>,
    /// Which hosts belong to which environment; one may belong to several.
    pub registered: Vec<Registered>,
    /// Variables that are meant to name a host of another environment.
    pub elsewhere: BTreeSet<String>,
}

impl Default for Rules {
    /// No host is registered, and these variables are compared with `APP_ENV`: `SENTRY_ENVIRONMENT`, which says the
    /// same word; `APP_FLAVOR`, which may say `prod`, `stg` or `dev`; and `NODE_ENV`, by which a build is optimised
    /// or not.
    fn default() -> Self {
        use AppEnv::{Development, Production, Staging, Test};
        let words = |words: &[(AppEnv, &[&str])]| -> Words {
            let owned = |of: &[&str]| of.iter().map(|word| (*word).to_owned()).collect();
            words.iter().map(|(env, of)| (*env, owned(of))).collect()
        };
        let flavour = words(&[
            (Production, &["production", "prod"]),
            (Staging, &["staging", "stg"]),
            (Development, &["development", "dev"]),
        ]);
        let node = words(&[(Staging, &["production"]), (Test, &["test", "production"])]);
        Self {
            words: BTreeMap::from([
                ("APP_FLAVOR".to_owned(), flavour),
                ("NODE_ENV".to_owned(), node),
                ("SENTRY_ENVIRONMENT".to_owned(), Words::new()),
            ]),
            registered: Vec::new(),
            elsewhere: BTreeSet::from(["VIGIE_COPY_URL".to_owned()]),
        }
    }
}
