//! What logs of HTTP have in common, and what is of interest in it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use integrity_core::Severity;

use super::{
    Seen, Terms, agent, clean,
    route::{Route, route},
};
use crate::{EventKind, Observed, Outcome, Source};

/// A request and its answer, as a log tells them.
#[derive(Default)]
pub(super) struct Request<'l> {
    pub(super) method: Option<&'l str>,
    /// With or without its query.
    pub(super) path: Option<&'l str>,
    /// What is wanted of a route that signs people in.
    pub(super) grant_type: Option<&'l str>,
    pub(super) status: Option<u16>,
    pub(super) error_code: Option<&'l str>,
    /// Only where somebody made sure of it.
    pub(super) role: Option<&'l str>,
    /// Whether it came with the key that passes by Row Level Security.
    pub(super) is_secret_key: bool,
    pub(super) actor: Option<&'l str>,
    pub(super) account: Option<&'l str>,
    pub(super) address: Option<IpAddr>,
    pub(super) country: Option<&'l str>,
    pub(super) as_number: Option<u64>,
    pub(super) agent: Option<&'l str>,
    /// Whether it has headers that only a page in a browser sends.
    pub(super) is_of_page: bool,
    pub(super) content_range: Option<&'l str>,
    /// How long the answer's body is, where nothing says how many rows it has.
    pub(super) bytes: Option<u64>,
    pub(super) release: Option<&'l str>,
    /// What the gateway, or the server, calls it.
    pub(super) known_as: Option<&'l str>,
}

/// How many rows an answer has.
enum Rows {
    /// So many, where that is told.
    Some(Option<u64>),
    None,
    Unknown,
}

/// What is of interest: what it is, what it came to, how many rows.
type Found = (EventKind, Outcome, Option<u64>);

impl Request<'_> {
    /// What is of interest in it.
    pub(super) fn judged(&self, source: Source, at: DateTime<Utc>, terms: &Terms) -> Seen {
        if self
            .method
            .is_some_and(|method| method.eq_ignore_ascii_case("OPTIONS"))
        {
            return Seen::Nothing;
        }
        let route = route(source, self.path.unwrap_or_default());
        if route.is_health {
            return Seen::Nothing;
        }
        let found = self.service_key().or_else(|| self.refused(&route));
        match found.map_or_else(|| self.read(&route, terms), |found| Ok(Some(found))) {
            Ok(Some(found)) => Seen::Event(Box::new(self.observed(source, at, route, found, terms))),
            Ok(None) => Seen::Nothing,
            Err(Unknown) => Seen::Unjudged,
        }
    }

    fn service_key(&self) -> Option<Found> {
        let is_service = self.is_secret_key || self.role == Some("service_role");
        let is_browser = self.is_of_page || self.agent.is_some_and(|agent| agent::browser(agent).is_some());
        let is_refused = self.status.is_some_and(|status| status >= 400);
        let outcome = if is_refused {
            Outcome::Refused
        } else {
            Outcome::Success
        };
        (is_service && is_browser).then_some((EventKind::ServiceRoleFromBrowser, outcome, None))
    }

    /// What was refused; and who signed in, since that may have come after refusals.
    fn refused(&self, route: &Route) -> Option<Found> {
        let is_post = self
            .method
            .is_none_or(|method| method.eq_ignore_ascii_case("POST"));
        let by_password = self.grant_type.is_none_or(|grant| grant == "password");
        let signs_in =
            is_post && by_password && matches!(route.template.as_str(), "/auth/v1/token" | "/token");
        let code = self.error_code.unwrap_or_default();
        let event = match self.status? {
            200 if signs_in => return Some((EventKind::AuthnLoginSuccess, Outcome::Success, None)),
            400 | 401 if signs_in => EventKind::AuthnLoginFail,
            // PostgREST answers 401 to whoever is anonymous and may not.
            400..=499 if code == "42501" => EventKind::AuthzFail,
            401 => EventKind::AuthnTokenInvalid,
            403 => EventKind::AuthzFail,
            400..=499 if code.starts_with("PGRST3") => EventKind::AuthzFail,
            404 if !route.is_asset => EventKind::ResourceEnumeration,
            429 => EventKind::ExcessRateLimitExceeded,
            _ => return None,
        };
        Some((event, Outcome::Refused, None))
    }

    /// What somebody anonymous was given of a sensitive relation.
    fn read(&self, route: &Route, terms: &Terms) -> Result<Option<Found>, Unknown> {
        let is_read = self
            .method
            .is_some_and(|method| method.eq_ignore_ascii_case("GET") || method.eq_ignore_ascii_case("HEAD"));
        let is_sensitive = route
            .relation
            .as_deref()
            .is_some_and(|relation| terms.sensitive.has(relation));
        if !is_read || !is_sensitive || !matches!(self.status, Some(200 | 206)) {
            return Ok(None);
        }
        match (self.rows(), self.role) {
            (Rows::None, _) => Ok(Some((EventKind::EmptySensitiveRead, Outcome::Empty, Some(0)))),
            (Rows::Some(rows), Some(role)) if role.ends_with("anon") => {
                Ok(Some((EventKind::AnonDataRead, Outcome::Success, rows)))
            }
            (_, Some(role)) if !role.ends_with("anon") => Ok(None),
            (Rows::Some(_) | Rows::Unknown, _) => Err(Unknown),
        }
    }

    fn rows(&self) -> Rows {
        let Some(range) = self.content_range else {
            return match self.bytes {
                // `[]` is no row.
                Some(0..=2) => Rows::None,
                Some(_) => Rows::Some(None),
                None => Rows::Unknown,
            };
        };
        let rows = range.split('/').next().unwrap_or_default();
        let rows = rows.trim().strip_prefix("items ").unwrap_or(rows).trim();
        if rows == "*" {
            return Rows::None;
        }
        let ends = rows
            .split_once('-')
            .and_then(|(from, to)| Some((from.parse::<u64>().ok()?, to.parse::<u64>().ok()?)));
        match ends {
            Some((from, to)) if from <= to && to < i64::MAX.unsigned_abs() => Rows::Some(Some(to - from + 1)),
            _ => Rows::Unknown,
        }
    }

    fn observed(
        &self,
        source: Source,
        at: DateTime<Utc>,
        route: Route,
        (event, outcome, rows): Found,
        terms: &Terms,
    ) -> Observed {
        // Whoever was given rows has named a relation that there is; anything may be named otherwise.
        let is_there = matches!(event, EventKind::AnonDataRead | EventKind::EmptySensitiveRead);
        let relation = route
            .relation
            .filter(|relation| is_there && is_identifier(relation));
        let open = route.open.filter(|_| relation.is_none());
        Observed {
            status: self.status.filter(|status| (100..600).contains(status)),
            error_code: self.error_code.and_then(clean::error_code).map(str::to_owned),
            method: self.method.map(clean::method).map(str::to_owned),
            route: Some(route.template),
            resource: relation.or(route.resource),
            open,
            actor_id: self.actor.and_then(clean::actor),
            actor_role: self.role.and_then(clean::role).map(str::to_owned),
            account: self.account.map(str::to_owned),
            address: self.address,
            is_allowed: is_allowed(self.address, terms),
            country: self.country.and_then(clean::country).map(str::to_owned),
            as_number: self.as_number.and_then(|number| u32::try_from(number).ok()),
            user_agent_family: self.agent.map(|agent| agent::family(agent).to_owned()),
            client_release: self.release.and_then(clean::release).map(str::to_owned),
            request_id: self.known_as.and_then(clean::request_id).map(str::to_owned),
            rows_returned: rows,
            ..blank(source, at, event, outcome)
        }
    }
}

/// The log does not tell what would have to be known.
struct Unknown;

/// Whether an address is on the allow-list.
pub(super) fn is_allowed(address: Option<IpAddr>, terms: &Terms) -> bool {
    let address = address.map(|address| address.to_canonical());
    address.is_some_and(|address| terms.allow.iter().any(|network| network.contains(&address)))
}

fn is_identifier(name: &str) -> bool {
    name.len() <= 63
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// An event of which nothing else is known.
pub(super) fn blank(source: Source, at: DateTime<Utc>, event: EventKind, outcome: Outcome) -> Observed {
    Observed {
        occurred_at: at,
        source,
        event,
        outcome,
        severity: severity(event),
        status: None,
        error_code: None,
        method: None,
        route: None,
        resource: None,
        open: None,
        actor_id: None,
        actor_role: None,
        account: None,
        address: None,
        is_allowed: false,
        country: None,
        as_number: None,
        user_agent_family: None,
        client_release: None,
        request_id: None,
        rows_returned: None,
        count: 1,
        dedup_key: String::new(),
    }
}

/// How bad one alone is.
pub(crate) fn severity(event: EventKind) -> Severity {
    match event {
        EventKind::AnonDataRead | EventKind::ServiceRoleFromBrowser => Severity::Critical,
        EventKind::AuthzFail | EventKind::ExcessRateLimitExceeded | EventKind::AuthnLoginSuccessAfterFail => {
            Severity::Warn
        }
        EventKind::AuthnLoginSuccess
        | EventKind::AuthnLoginFail
        | EventKind::AuthnTokenInvalid
        | EventKind::InputValidationFail
        | EventKind::ResourceEnumeration
        | EventKind::EmptySensitiveRead => Severity::Info,
    }
}
