//! What logs of HTTP have in common, and what is of interest in it.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use integrity_core::Severity;

use super::{
    Seen, Terms, agent, clean,
    query::{decoded, embedded, is_by_password, values},
    route::{Route, route},
};
use crate::{EventKind, Observed, Outcome, Source};

/// A request and its answer, as a log tells them.
#[derive(Default)]
pub(super) struct Request<'l> {
    pub(super) method: Option<&'l str>,
    /// With or without its query.
    pub(super) path: Option<&'l str>,
    /// The query, where the path is without.
    pub(super) query: Option<&'l str>,
    /// What is wanted of a route that signs people in, where that is told besides.
    pub(super) grant_type: Option<&'l str>,
    /// Whether the server says that something else than signing in was done.
    pub(super) is_other_act: bool,
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

/// The sensitive relation of a request.
#[derive(Debug, PartialEq, Eq)]
enum Sensible {
    /// The one of its route.
    Itself,
    /// This one, which its query embeds.
    Embedded(String),
}

/// Who reads.
enum Whose {
    Anonymous,
    /// The service, which sees whatever there is.
    Service,
    /// Somebody who signed in.
    Known,
    /// A role of which nothing is known, or none.
    Unknown,
}

/// Codes that say that somebody could not sign in, whatever the status.
const WRONG: [&str; 3] = [
    "invalid_credentials",
    "mfa_verification_failed",
    "mfa_verification_rejected",
];

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
        if let Some(found) = self.service_key().or_else(|| self.refused(&route)) {
            return Seen::Event(Box::new(self.observed(source, at, route, found, terms)));
        }
        match self.read(&route, terms) {
            Ok(Some((found, sensitive))) => {
                let mut observed = self.observed(source, at, route, found, terms);
                if let Sensible::Embedded(relation) = sensitive {
                    observed.resource = is_identifier(&relation).then(|| relation.to_lowercase());
                    observed.open = observed.resource.is_none().then_some(relation);
                }
                Seen::Event(Box::new(observed))
            }
            Ok(None) => Seen::Nothing,
            Err(Unknown) => Seen::Unjudged,
        }
    }

    fn service_key(&self) -> Option<Found> {
        let is_service = self.is_secret_key || self.role == Some("service_role");
        // Anybody can make up a key that is refused.
        let is_key = !matches!(self.status, Some(401 | 403));
        let is_browser = self.is_of_page || self.agent.is_some_and(|agent| agent::browser(agent).is_some());
        let is_refused = self.status.is_some_and(|status| status >= 400);
        let outcome = if is_refused {
            Outcome::Refused
        } else {
            Outcome::Success
        };
        (is_service && is_key && is_browser).then_some((EventKind::ServiceRoleFromBrowser, outcome, None))
    }

    /// What was refused; and who signed in, since that may have come after refusals.
    fn refused(&self, route: &Route) -> Option<Found> {
        let is_post = self
            .method
            .is_none_or(|method| method.eq_ignore_ascii_case("POST"));
        let code = self.error_code.unwrap_or_default();
        let signs_in = is_post
            && route.is_sign_in
            && !self.is_other_act
            && !code.starts_with("refresh_token")
            && self.is_by_password();
        let event = match self.status? {
            400.. if WRONG.contains(&code) => EventKind::AuthnLoginFail,
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

    fn is_by_password(&self) -> bool {
        match (self.grant_type, self.query()) {
            (Some(grant), _) => is_by_password(std::iter::once(decoded(grant))),
            (None, Some(query)) => is_by_password(values(query, "grant_type")),
            (None, None) => true,
        }
    }

    fn query(&self) -> Option<&str> {
        let of_path = || self.path?.split_once('?').map(|(_, query)| query);
        self.query.or_else(of_path)
    }

    /// The sensitive relation that is read: the one of the route, or one that is embedded in it.
    fn sensitive(&self, route: &Route, terms: &Terms) -> Option<Sensible> {
        let relation = route.relation.as_deref()?;
        if terms.sensitive.has(relation) {
            return Some(Sensible::Itself);
        }
        let selects = values(self.query()?, "select");
        selects
            .flat_map(|select| embedded(&select).map(str::to_owned).collect::<Vec<_>>())
            .find(|name| terms.sensitive.has(name))
            .map(Sensible::Embedded)
    }

    /// What somebody anonymous was given of a sensitive relation.
    fn read(&self, route: &Route, terms: &Terms) -> Result<Option<(Found, Sensible)>, Unknown> {
        let is_read = self
            .method
            .is_some_and(|method| method.eq_ignore_ascii_case("GET") || method.eq_ignore_ascii_case("HEAD"));
        let is_none = self.status == Some(406) && matches!(self.error_code, None | Some("PGRST116"));
        if !is_read || !(is_none || matches!(self.status, Some(200 | 206))) {
            return Ok(None);
        }
        let Some(sensitive) = self.sensitive(route, terms) else {
            return Ok(None);
        };
        let rows = if is_none { Rows::None } else { self.rows() };
        let found = match (rows, self.whose(terms)) {
            (_, Whose::Service) | (Rows::Some(_) | Rows::Unknown, Whose::Known) => return Ok(None),
            (Rows::None, _) => (EventKind::EmptySensitiveRead, Outcome::Empty, Some(0)),
            (Rows::Some(rows), Whose::Anonymous) => match sensitive {
                Sensible::Itself => (EventKind::AnonDataRead, Outcome::Success, rows),
                // The rows are those of the outer relation: Row Level Security may have left nothing in any of them.
                Sensible::Embedded(_) => (EventKind::AnonDataRead, Outcome::Possible, None),
            },
            (Rows::Some(_) | Rows::Unknown, _) => return Err(Unknown),
        };
        Ok(Some((found, sensitive)))
    }

    fn whose(&self, terms: &Terms) -> Whose {
        match self.role {
            Some(role) if terms.anonymous.iter().any(|anonymous| anonymous == role) => Whose::Anonymous,
            Some("service_role") => Whose::Service,
            Some("authenticated") => Whose::Known,
            _ => Whose::Unknown,
        }
    }

    fn rows(&self) -> Rows {
        let is_head = self
            .method
            .is_some_and(|method| method.eq_ignore_ascii_case("HEAD"));
        let Some(range) = self.content_range else {
            // The answer to HEAD has no body, whatever there is.
            return match self.bytes.filter(|_| !is_head) {
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

    /// Roles that are configured are nobody's, like those that everybody has.
    fn role_kept(&self, role: &str, terms: &Terms) -> String {
        let is_configured = matches!(self.whose(terms), Whose::Anonymous) && is_identifier(role);
        if is_configured { role } else { clean::role(role) }.to_owned()
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
        let resource = relation.or(route.resource);
        // What is refused or missing is told apart by what was asked for, wherever that is.
        let is_about_it = matches!(event, EventKind::AuthzFail | EventKind::ResourceEnumeration);
        let open = open.or_else(|| Some(route.path).filter(|_| is_about_it && resource.is_none()));
        Observed {
            status: self.status.filter(|status| (100..600).contains(status)),
            error_code: self.error_code.and_then(clean::error_code).map(str::to_owned),
            method: self.method.map(clean::method).map(str::to_owned),
            route: Some(route.template),
            resource,
            open,
            actor_id: self.actor.and_then(clean::actor),
            actor_role: self.role.map(|role| self.role_kept(role, terms)),
            account: self.account.map(str::to_owned),
            address: self.address,
            is_allowed: is_allowed(self.address, terms),
            country: self.country.and_then(clean::country).map(str::to_owned),
            as_number: self.as_number.and_then(|number| u32::try_from(number).ok()),
            user_agent_family: self.agent.map(|agent| agent::family(agent).to_owned()),
            client_release: self.release.and_then(clean::release).map(str::to_owned),
            request_id: self.known_as.and_then(clean::request_id).map(str::to_owned),
            rows_returned: rows,
            severity: match outcome {
                Outcome::Possible => Severity::Warn,
                _ => severity(event),
            },
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
