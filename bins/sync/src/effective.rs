//! The configuration in force, for `--check-config`. Where a secret would stand, it says whether there is one.

use std::collections::BTreeMap;

use integrity_core::{Check, duration};
use serde::Serialize;
use serde_json::Value;
use wiring::{
    chosen::Chosen,
    config::{Config, OpsConfig},
    postgres::Target,
    standing::Standing,
};

/// What the service would work with.
#[derive(Debug, Serialize)]
pub(crate) struct Effective {
    /// Host, port and database; never who logs in.
    database: String,
    /// Of the login that evaluates checks.
    evaluating: String,
    /// What the watched database is called in the alerts.
    name: String,
    release: String,
    environment: &'static str,
    packs: Vec<String>,
    time_zone: String,
    sync: Sync,
    audit: Audit,
    ops: Ops,
    checks: BTreeMap<String, Line>,
}

#[derive(Debug, Serialize)]
struct Sync {
    lease: String,
    budget: String,
    heartbeat_url: &'static str,
}

#[derive(Debug, Serialize)]
struct Audit {
    every: String,
    /// Of the login that audits.
    auditing: String,
    baseline: String,
}

#[derive(Debug, Serialize)]
struct Ops {
    listen: String,
}

#[derive(Debug, Serialize)]
struct Line {
    enabled: bool,
    severity: &'static str,
    every: String,
    timeout: String,
    max_rows: usize,
    proved: bool,
    params: Value,
}

impl Effective {
    pub(crate) fn new(
        config: &Config,
        standing: &Standing,
        chosen: &Chosen,
        target: &Target,
        evaluator: Option<&Target>,
        auditor: Option<&Target>,
    ) -> Self {
        let place = |target: Option<&Target>| {
            target.map_or("with the connecting login".to_owned(), |target| {
                target.place().to_owned()
            })
        };
        let line = |check: &Check| Line {
            enabled: check.is_enabled(),
            severity: check.severity().as_str(),
            every: duration::text(check.every()),
            timeout: duration::text(check.timeout()),
            max_rows: check.max_rows(),
            proved: check.is_proved(),
            params: check.parameters().into(),
        };
        Self {
            database: target.place().to_owned(),
            evaluating: place(evaluator),
            name: chosen.database.clone(),
            release: standing.release.to_string(),
            environment: standing.env.as_str(),
            packs: wiring::chosen::names(config, &[]),
            time_zone: chosen
                .time_zone
                .map_or("as each pack says".to_owned(), |zone| zone.name().to_owned()),
            sync: Sync {
                lease: duration::text(config.sync.lease),
                budget: duration::text(config.sync.budget),
                heartbeat_url: match config.sync.heartbeat_url_file {
                    Some(_) => "set, not shown",
                    None => "not set",
                },
            },
            audit: Audit {
                every: config.audit.every.map_or("never".to_owned(), duration::text),
                auditing: place(auditor),
                baseline: config.audit.baseline_file().path.display().to_string(),
            },
            ops: Ops {
                listen: config.ops.listen_or(OpsConfig::SYNC_PORT).to_string(),
            },
            checks: chosen
                .checks
                .iter()
                .map(|check| (check.code().to_string(), line(check)))
                .collect(),
        }
    }
}
