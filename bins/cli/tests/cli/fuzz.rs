//! Whatever stands in a file that others write, it is read or refused, and nothing panics.
//!
//! `VIGIE_FUZZ=100000 cargo xtask test -E 'test(/fuzz/)' --success-output final` tells how many texts each was given.

use std::fs;

use access_journal::{
    Source,
    ingest::{Reading, SOURCES, Sensitive, Stream, Terms, Text},
};
use chrono::TimeDelta;
use integrity_core::{Clock as _, Pack, SystemClock};
use release_info::{ReleaseId, dotenv, manifest::Contents};
use rls_audit::Baseline;
use wiring::config::Config;

use crate::spoil::spoil;

const CHECK: &str = include_str!("../../../../sql/packs/depot/stock_negatif.sql");
const FIXTURE: &str = include_str!("../../../../sql/packs/depot/stock_negatif.test.toml");
const PACK: &str = include_str!("../../../../sql/packs/depot/pack.toml");

#[test]
fn check_files() {
    let read = |pack: &[u8], check: &[u8], fixture: &[u8]| {
        let files = [
            ("pack.toml", pack),
            ("stock_negatif.sql", check),
            ("stock_negatif.test.toml", fixture),
        ];
        Pack::from_files(files).is_ok_and(|pack| pack.bad.is_empty() && pack.checks.len() == 1)
    };
    let (pack, check, fixture) = (PACK.as_bytes(), CHECK.as_bytes(), FIXTURE.as_bytes());
    spoil("check files: the check", &[CHECK], |text| {
        read(pack, text, fixture)
    });
    spoil("check files: the fixture", &[FIXTURE], |text| {
        read(pack, check, text)
    });
    spoil("check files: the pack", &[PACK], |text| {
        read(text, check, fixture)
    });
}

const CONFIGURATION: &str = r#"
database = "main"
packs = ["depot"]
time_zone = "Africa/Kinshasa"

[sync]
lease = "1m"

[audit]
every = "1d"

[[audit.personas]]
name = "amina"
database_role = "authenticated"
claims = { sub = "11111111-1111-4111-8111-111111111111", app_metadata = { depot = 3 } }

[access]
sensitive = ["public.contracts", "hr.*"]
allow = ["198.51.100.0/24"]

[access.rules]
denied_ip = { capacity = 10, leak = "10s" }

[checks.STOCK_NEGATIF]
enabled = true
"#;

#[test]
fn configuration_and_personas() {
    let folder = tempfile::tempdir().expect("a directory");
    let file = folder.path().join("vigie.toml");
    spoil("configuration", &[CONFIGURATION], |text| {
        fs::write(&file, text).expect("written");
        Config::read(Some(&file)).is_ok_and(|config| config.audit.personas().is_ok())
    });
}

#[test]
fn manifests_and_environments() {
    let hash = "0".repeat(64);
    let manifest = format!(r#"{{"schema":1,"files":{{"index.html":"{hash}","assets/é.js":"{hash}"}}}}"#);
    spoil("manifests", &[&manifest], |text| {
        Contents::parse(&String::from_utf8_lossy(text)).is_ok()
    });
    let variables = "APP_ENV=production\nexport API_URL=\"https://x.example\" # why\nKEY='a b'\n";
    spoil("environments", &[variables], |text| {
        dotenv(&String::from_utf8_lossy(text)).is_ok()
    });
    spoil(
        "releases",
        &[
            "depot-screen@1.4.2+4110b38a1b2c",
            "vigie@0.1.0+4110b38a1b2c.dirty",
        ],
        |text| String::from_utf8_lossy(text).parse::<ReleaseId>().is_ok(),
    );
}

#[test]
fn baselines() {
    let baseline = Baseline::default().to_text();
    spoil("baselines", &[&baseline], |text| {
        Baseline::from_text(&String::from_utf8_lossy(text)).is_ok()
    });
}

#[test]
fn log_lines() {
    let now = SystemClock.now();
    let at = now.to_rfc3339();
    let edge = format!(
        r#"{{"id":"a","timestamp":{},"metadata":[{{"request":[{{"method":"GET","path":"/rest/v1/contracts","headers":[{{"user_agent":"curl/8"}}]}}],"response":[{{"status_code":401}}]}}]}}"#,
        now.timestamp_micros()
    );
    let auth = format!(
        r#"{{"time":"{at}","msg":"request completed","method":"POST","path":"/token","status":400,"grant_type":"password"}}"#
    );
    let database =
        format!(r#"{{"timestamp":"{at}","error_severity":"FATAL","state_code":"28P01","user":"x"}}"#);
    let nginx =
        format!(r#"{{"time":"{at}","address":"203.0.113.7","method":"GET","path":"/x","status":401}}"#);
    let combined = format!(
        "203.0.113.7 - anon [{}] \"GET /x HTTP/1.1\" 401 9 \"\" \"curl/8\"",
        now.format("%d/%b/%Y:%H:%M:%S +0000")
    );
    for source in SOURCES.iter().copied() {
        let line = match source {
            Source::SupabaseEdge => &edge,
            Source::SupabaseAuth => &auth,
            Source::Postgres => &database,
            Source::Nginx => &nginx,
            _ => &combined,
        };
        let several = format!("{line}\n{line}\n");
        // Each of these says which service wrote it; lines of the others do not stand in lists.
        let list = format!("[{edge},{edge}]\n");
        let good = if source == Source::SupabaseEdge {
            vec![&*several, &list]
        } else {
            vec![&*several]
        };
        spoil(&format!("log lines: {source}"), &good, |text| {
            let terms = Terms {
                sensitive: Sensitive::new(["public.contracts".to_owned()]),
                allow: Vec::new(),
                anonymous: vec!["anon".to_owned()],
                proxies: Vec::new().into(),
                now,
                kept_for: TimeDelta::days(180),
            };
            let mut reading = Reading::new(source, Text::Pipe, text, Some(Stream::named("x")), terms);
            while let Ok(Some(event)) = reading.next_event() {
                assert!(event.count > 0);
            }
            let tally = reading.tally();
            assert!(tally.bad <= tally.lines, "{tally:?}");
            tally.events > 0
        });
    }
}
