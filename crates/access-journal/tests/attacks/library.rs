//! Attacks, and what only looks like one, as the logs of each source tell them; and which alerts they are worth.

use access_journal::Source;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// The relation that these logs take for sensitive.
pub(crate) const SENSITIVE: &str = "contracts";

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";

/// What somebody did.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    /// Gave a wrong password.
    WrongPassword,
    /// Signed in.
    SignedIn,
    /// Asked for the relation of that number, which is not there.
    Missing(usize),
    /// Read so many rows of the sensitive relation, anonymously.
    Rows(u64),
    /// Used the service's key in a browser.
    ServiceKey,
    /// Asked whether it may ask.
    Preflight,
    /// Asked whether all is well.
    Health,
}

/// Who did what, when.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// From where.
    pub(crate) address: String,
    /// Whose account, where it is about one.
    pub(crate) account: Option<String>,
    /// What.
    pub(crate) deed: Deed,
}

/// A story.
#[derive(Debug, Clone)]
pub(crate) struct Attack {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What happens.
    pub(crate) acts: Vec<Act>,
    /// What should be said, once each: a code; and whether only logs that name accounts tell enough.
    alerts: &'static [(&'static str, bool)],
}

impl Attack {
    /// What should be said, once each, where this source tells the story.
    #[must_use]
    pub(crate) fn alerts(&self, source: Source) -> Vec<&'static str> {
        let names_accounts = matches!(source, Source::SupabaseAuth | Source::Postgres);
        let told = self
            .alerts
            .iter()
            .filter(|(_, by_account)| names_accounts || !by_account);
        told.map(|(code, _)| *code).collect()
    }

    /// As that source's log, which may be a part of it only; `None` where it tells nothing of it.
    #[must_use]
    pub(crate) fn log(&self, source: Source) -> Option<String> {
        let lines: Vec<String> = self
            .acts
            .iter()
            .enumerate()
            .filter_map(|(number, act)| line(source, number, act))
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n") + "\n")
    }
}

/// All of them, beginning at that time. Each comes from addresses and accounts of its own.
#[must_use]
pub(crate) fn attacks(from: DateTime<Utc>) -> Vec<Attack> {
    let story = |name, net: u8, alerts, acts: Vec<(i64, u8, Option<u8>, Deed)>| Attack {
        name,
        alerts,
        acts: acts
            .into_iter()
            .map(|(second, host, account, deed)| Act {
                at: from + TimeDelta::seconds(second),
                address: format!("198.18.{net}.{host}"),
                account: account.map(|number| format!("person{number}@{name}.example.org")),
                deed,
            })
            .collect(),
    };
    let wrong = |second, host, account| (second, host, Some(account), Deed::WrongPassword);
    let mut success: Vec<_> = (0..6_u8).map(|n| wrong(i64::from(n) * 60, n, 1)).collect();
    success.push((370, 6, Some(1), Deed::SignedIn));
    let office = (0..6_u8).flat_map(|n| {
        let at = i64::from(n) * 90;
        [wrong(at, 1, n), (at + 20, 1, Some(n), Deed::SignedIn)]
    });
    vec![
        story(
            "password-spray",
            1,
            &[("ACCESS_PASSWORD_SPRAY", true)],
            (0..12).map(|n| wrong(i64::from(n) * 30, 1, n)).collect(),
        ),
        story(
            "brute-force-address",
            2,
            &[("ACCESS_BRUTE_FORCE_IP", false)],
            (0..8).map(|n| wrong(i64::from(n), 1, n % 4)).collect(),
        ),
        story(
            "brute-force-account",
            3,
            &[("ACCESS_BRUTE_FORCE_ACCOUNT", true)],
            (0..6).map(|n| wrong(i64::from(n) * 60, n, 1)).collect(),
        ),
        story(
            "success-after-failures",
            4,
            &[("ACCESS_BRUTE_FORCE_ACCOUNT", true)],
            success,
        ),
        story(
            "enumeration",
            5,
            &[("ACCESS_ENUMERATION", false)],
            (0..10)
                .map(|n| {
                    (
                        n * 20,
                        1,
                        None,
                        Deed::Missing(usize::try_from(n).unwrap_or_default()),
                    )
                })
                .collect(),
        ),
        story(
            "anonymous-read",
            6,
            &[("ANON_DATA_EXPOSED", false)],
            vec![(0, 1, None, Deed::Rows(25)), (5, 2, None, Deed::Rows(3))],
        ),
        story(
            "service-key",
            7,
            &[("SERVICE_ROLE_FROM_BROWSER", false)],
            (0..5).map(|n| (n, 1, None, Deed::ServiceKey)).collect(),
        ),
        story(
            "slow-attacker",
            8,
            &[],
            (0..3).map(|n| wrong(i64::from(n) * 660, 1, 1)).collect(),
        ),
        story("busy-office", 9, &[], office.collect()),
        story(
            "preflight-storm",
            10,
            &[],
            (0..200).map(|n| (n / 10, 1, None, Deed::Preflight)).collect(),
        ),
        story(
            "monitor",
            11,
            &[],
            (0..60).map(|n| (n * 10, 1, None, Deed::Health)).collect(),
        ),
    ]
}

fn line(source: Source, number: usize, act: &Act) -> Option<String> {
    match source {
        Source::SupabaseEdge => Some(edge(number, act)),
        Source::SupabaseAuth => auth(act),
        Source::Nginx => Some(nginx(number, act)),
        Source::Postgrest => postgrest(act),
        Source::Postgres => postgres(number, act),
        _ => None,
    }
}

/// Method, path, how somebody signs in, status, role, range of rows.
fn asked(deed: Deed) -> (&'static str, String, &'static str, u16, &'static str, String) {
    let relation = |name: &str| format!("/rest/v1/{name}");
    let none = String::new;
    match deed {
        Deed::WrongPassword => (
            "POST",
            "/auth/v1/token".to_owned(),
            "password",
            400,
            "anon",
            none(),
        ),
        Deed::SignedIn => (
            "POST",
            "/auth/v1/token".to_owned(),
            "password",
            200,
            "anon",
            none(),
        ),
        Deed::Missing(number) => ("GET", relation(missing(number)), "", 404, "anon", none()),
        Deed::Rows(rows) => (
            "GET",
            relation(SENSITIVE),
            "",
            200,
            "anon",
            format!("0-{}/*", rows - 1),
        ),
        Deed::ServiceKey => (
            "GET",
            relation("clients"),
            "",
            200,
            "service_role",
            "0-0/*".to_owned(),
        ),
        Deed::Preflight => ("OPTIONS", relation(SENSITIVE), "", 401, "", none()),
        Deed::Health => ("GET", "/auth/v1/health".to_owned(), "", 401, "", none()),
    }
}

fn missing(number: usize) -> &'static str {
    [
        "admins", "backups", "cards", "keys", "payments", "payroll", "secrets", "tokens", "users", "wallets",
    ][number % 10]
}

/// What tells its numbers from those of other stories.
fn story(act: &Act) -> u8 {
    let net = act.address.split('.').nth(2);
    net.and_then(|net| net.parse().ok()).unwrap_or_default()
}

fn agent(deed: Deed) -> &'static str {
    if matches!(deed, Deed::ServiceKey) {
        BROWSER
    } else {
        "curl/8.5.0"
    }
}

fn edge(number: usize, act: &Act) -> String {
    let (method, path, grant, status, role, range) = asked(act.deed);
    let search = if grant.is_empty() {
        String::new()
    } else {
        format!("?grant_type={grant}")
    };
    json!({
        "id": format!("{:08x}-0000-4000-8000-{:04x}{number:08x}", act.at.timestamp(), story(act)),
        "timestamp": act.at.timestamp_micros(),
        "event_message": format!("{method} | {status} | {} | {path}{search}", act.address),
        "metadata": [{
            "request": [{
                "method": method, "path": path, "search": search,
                "headers": [{ "cf_connecting_ip": act.address, "user_agent": agent(act.deed) }],
                "sb": [{ "jwt": [{ "apikey": [{ "payload": [{ "role": role }] }] }] }],
            }],
            "response": [{ "status_code": status, "headers": [{ "content_range": range }] }],
        }],
    })
    .to_string()
}

fn auth(act: &Act) -> Option<String> {
    let status = match act.deed {
        Deed::WrongPassword => 400,
        Deed::SignedIn => 200,
        Deed::Preflight | Deed::Health | Deed::Missing(_) | Deed::Rows(_) | Deed::ServiceKey => return None,
    };
    let line = json!({
        "component": "api", "level": "info", "msg": "request completed", "method": "POST", "path": "/token",
        "grant_type": "password", "remote_addr": act.address, "status": status, "time": act.at,
        "auth_event": { "action": "login", "actor_username": act.account },
    });
    Some(line.to_string())
}

fn nginx(number: usize, act: &Act) -> String {
    let (method, path, grant, status, role, range) = asked(act.deed);
    json!({
        "time": act.at, "id": format!("{:016x}{:04x}{number:012x}", act.at.timestamp(), story(act)), "address": act.address, "forwarded": "",
        "method": method, "path": path, "grant_type": grant, "status": status.to_string(), "bytes": "0", "role": role,
        "agent": agent(act.deed), "content_range": range, "origin": "", "fetch_site": "", "error": "", "release": "",
    })
    .to_string()
}

fn postgrest(act: &Act) -> Option<String> {
    let (method, path, _, status, role, _) = asked(act.deed);
    let path = path.strip_prefix("/rest/v1")?;
    let bytes = if matches!(act.deed, Deed::Rows(_)) {
        "2048"
    } else {
        "80"
    };
    Some(format!(
        "{} - {} [{}] \"{method} {path} HTTP/1.1\" {status} {bytes} \"\" \"{}\"",
        act.address,
        if role.is_empty() { "-" } else { role },
        act.at.format("%d/%b/%Y:%H:%M:%S +0000"),
        agent(act.deed)
    ))
}

fn postgres(number: usize, act: &Act) -> Option<String> {
    matches!(act.deed, Deed::WrongPassword).then(|| {
        json!({
            "timestamp": act.at.format("%Y-%m-%d %H:%M:%S%.3f UTC").to_string(), "user": act.account,
            "remote_host": act.address, "session_id": format!("{:x}.{:x}", act.at.timestamp(), story(act)), "line_num": number + 1,
            "error_severity": "FATAL", "state_code": "28P01", "message": "password authentication failed",
        })
        .to_string()
    })
}
