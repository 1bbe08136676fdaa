//! E505: no variable names the host of another environment.

use std::net::IpAddr;

use super::{Rules, Variables};
use crate::{AppEnv, Code, Problem};

pub(super) fn belongs(variables: &Variables, env: AppEnv, rules: &Rules, problems: &mut Vec<Problem>) {
    for (name, value) in variables {
        if rules.elsewhere.contains(name) {
            continue;
        }
        for host in hosts(value) {
            let mut of = environments(&host, rules).peekable();
            if of.peek().is_none() || of.clone().any(|of| of == env) {
                continue;
            }
            let others: Vec<&str> = of.map(AppEnv::as_str).collect();
            let others = others.join(" and ");
            problems.push(Problem::new(
                Code::OtherBackend,
                format!("APP_ENV is {env}, and {name} names {host}, which is registered for {others}"),
                format!(
                    "set {name} to a host of {env}; [[environment]] in the configuration registers hosts"
                ),
            ));
        }
    }
}

/// The variables with a URL of which no host is registered. Their names alone: a value may be a secret.
pub(super) fn unregistered(variables: &Variables, rules: &Rules) -> Vec<String> {
    let is_unknown = |host: &String| environments(host, rules).next().is_none();
    let unknown = variables.iter().filter(|(name, value)| {
        value.contains("://") && !rules.elsewhere.contains(*name) && hosts(value).iter().all(is_unknown)
    });
    unknown.map(|(name, _)| name.clone()).collect()
}

fn environments<'r>(name: &'r str, rules: &'r Rules) -> impl Iterator<Item = AppEnv> + Clone + 'r {
    let names = move |known: &String| host(known) == name;
    rules
        .registered
        .iter()
        .filter(move |of| of.hosts.iter().any(names))
        .map(|of| of.env)
}

/// The hosts that a value names, where it is a URL, a host with or without a port, `host=… dbname=…`, or a list of these.
fn hosts(value: &str) -> Vec<String> {
    let pieces = value.split([',', ' ', '\t', '\r', '\n']);
    let places = pieces.flat_map(|piece| {
        let rest = piece.split_once("://").map_or(piece, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        piece.split(['?', '&']).filter_map(in_a_key).chain([place])
    });
    places
        .map(host)
        .filter(|host| !host.is_empty() && !host.contains('='))
        .collect()
}

/// `host=db.example.org`, as PostgreSQL's programs take it, in a URL's query as well.
fn in_a_key(part: &str) -> Option<&str> {
    let (key, value) = part.split_once('=')?;
    ["host", "hostaddr"].contains(&key).then_some(value)
}

fn host(place: &str) -> String {
    let place = place.trim_matches('\'');
    let bare = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None if place.parse::<IpAddr>().is_ok() => place,
        None => place.rsplit_once(':').map_or(place, |(host, _)| host),
    };
    match bare.parse::<IpAddr>() {
        // One address is written in several ways.
        Ok(address) => address.to_string(),
        Err(_) => bare.trim_end_matches('.').to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_in_what_people_write() {
        for (value, found) in [
            ("https://db.example.org", &["db.example.org"][..]),
            (
                "https://DB.Example.org.:8443/rest?x=https://a.org",
                &["db.example.org"],
            ),
            ("postgres://u:p@x@db.example.org:5432/app", &["db.example.org"]),
            (
                "postgres://u@a.example.org:1,b.example.org:2/app",
                &["a.example.org", "b.example.org"],
            ),
            ("db.example.org:5432", &["db.example.org"]),
            ("http://[2001:DB8::1]:80/", &["2001:db8::1"]),
            (" db.example.org\n", &["db.example.org"]),
            ("2001:db8:0::1", &["2001:db8::1"]),
            (
                "https://a.example.org,https://b.example.org/x",
                &["a.example.org", "b.example.org"],
            ),
            (
                "postgres:///app?sslmode=require&host=db.example.org",
                &["db.example.org"],
            ),
            (
                "dbname=app host='a.example.org,b.example.org' hostaddr=10.0.0.5",
                &["a.example.org", "b.example.org", "10.0.0.5"],
            ),
        ] {
            assert_eq!(hosts(value), found, "{value}");
        }
    }
}
