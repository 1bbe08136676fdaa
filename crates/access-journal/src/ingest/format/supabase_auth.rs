//! Supabase Auth, as its log tells: one line of JSON for each request, and for each act.

use std::net::IpAddr;

use crate::{
    EventKind, Observed, Outcome, Source,
    client::address,
    ingest::{
        BadLine, Line, Seen, Terms, clean,
        fields::Fields,
        request::{Request, blank, is_allowed},
    },
};

const ACTOR: [&str; 4] = ["auth_event.actor_id", "actor_id", "user_id", "sub"];
const ACCOUNT: [&str; 6] = [
    "auth_event.actor_username",
    "actor_username",
    "email",
    "phone",
    "username",
    "account",
];
const ADDRESS: [&str; 3] = ["remote_addr", "auth_event.ip_address", "ip_address"];

/// What it writes when a request is over; of what it refuses it writes another line besides, which says why.
const OVER: &str = "request completed";

pub(in crate::ingest) fn read(line: &str, terms: &Terms) -> Result<Line, BadLine> {
    let outer = Fields::read(line)?;
    let id = outer.text(&["id"]).map(str::to_owned);
    // A drain may hold the line of the program as text, and say itself only a part of it.
    let fields = outer.with_inner("event_message");
    let at = fields.time(&["time", "timestamp"])?;
    if !terms.is_kept(at)? {
        return Ok(Line {
            id,
            at,
            seen: Seen::Old,
        });
    }
    let seen = if is_over(&fields) {
        request(&fields, terms).judged(Source::SupabaseAuth, at, terms)
    } else {
        Seen::Nothing
    };
    let seen = match seen {
        Seen::Nothing
            if action(&fields) == Some(LOGIN) && !is_counted_twice(&fields) && !is_refusal(&fields) =>
        {
            let address = client(&fields, terms);
            Seen::Event(Box::new(Observed {
                actor_id: fields.text(&ACTOR).and_then(clean::actor),
                account: fields.text(&ACCOUNT).map(str::to_owned),
                address,
                is_allowed: is_allowed(address, terms),
                ..blank(
                    Source::SupabaseAuth,
                    at,
                    EventKind::AuthnLoginSuccess,
                    Outcome::Success,
                )
            }))
        }
        seen => seen,
    };
    Ok(Line { id, at, seen })
}

/// Whether it is the one line that counts of a request.
fn is_over(fields: &Fields) -> bool {
    let is_over = fields.text(&["msg"]).is_none_or(|said| said == OVER);
    is_over && fields.has("status")
}

/// A line about a request.
fn request<'f>(fields: &'f Fields, terms: &Terms) -> Request<'f> {
    Request {
        method: fields.text(&["method"]),
        path: fields.text(&["path"]),
        grant_type: fields.text(&["grant_type"]),
        // Another act is none of signing in, whatever route it takes.
        is_other_act: action(fields).is_some_and(|action| action != LOGIN),
        status: fields
            .number(&["status"])
            .and_then(|status| u16::try_from(status).ok()),
        error_code: fields.text(&["error_code"]),
        actor: fields.text(&ACTOR),
        account: fields.text(&ACCOUNT),
        address: client(fields, terms),
        agent: fields.text(&["user_agent"]),
        known_as: fields.text(&["request_id"]),
        ..Request::default()
    }
}

fn client(fields: &Fields, terms: &Terms) -> Option<IpAddr> {
    terms.client(fields.text(&ADDRESS).and_then(address), None)
}

const LOGIN: &str = "login";

fn action(fields: &Fields) -> Option<&str> {
    fields.text(&["auth_event.action", "action"])
}

/// What is written for the bill besides.
fn is_counted_twice(fields: &Fields) -> bool {
    fields.is_true("metering")
}

fn is_refusal(fields: &Fields) -> bool {
    let status = fields.number(&["status"]).or_else(|| said_status(fields));
    status.is_some_and(|status| status >= 400)
}

/// `400: Invalid login credentials`: the number before the colon.
fn said_status(fields: &Fields) -> Option<u64> {
    let said = fields.text(&["error", "msg"])?;
    let (number, _) = said.split_once(':')?;
    number.parse().ok().filter(|status| (400..600).contains(status))
}
