//! The log of PostgreSQL: as `jsonlog` writes it, as Supabase tells it, and as its CSV becomes JSON.

use crate::{
    EventKind, Observed, Outcome, Source,
    client::{address, address_before_port},
    ingest::{
        BadLine, Line, Seen, Terms, clean,
        fields::Fields,
        request::{blank, is_allowed},
    },
};

/// Who asks for others: PostgREST, and poolers.
const FOR_OTHERS: [&str; 5] = [
    "authenticator",
    "pgbouncer",
    "supabase_auth_admin",
    "supabase_storage_admin",
    "supavisor",
];

pub(in crate::ingest) fn read(line: &str, terms: &Terms) -> Result<Line, BadLine> {
    let fields = Fields::read(line)?;
    // The second is when a drain was told.
    let at = fields
        .time(&["metadata.parsed.timestamp", "log_time"])
        .or_else(|_| fields.time(&["timestamp"]))?;
    let session = fields
        .text(&["session_id"])
        .zip(fields.number(&["line_num", "session_line_num"]));
    let id = fields
        .text(&["id"])
        .map(str::to_owned)
        .or_else(|| session.map(|(session, line)| format!("{session} {line}")));
    if !fields.has("error_severity") {
        return Err(BadLine::NoStatus);
    }
    if !terms.is_kept(at)? {
        return Ok(Line {
            id,
            at,
            seen: Seen::Old,
        });
    }
    let code = fields.text(&["sql_state_code", "state_code"]).unwrap_or_default();
    let event = match code {
        "28P01" | "28000" => EventKind::AuthnLoginFail,
        "42501" => EventKind::AuthzFail,
        _ => {
            return Ok(Line {
                id,
                at,
                seen: Seen::Nothing,
            });
        }
    };
    let user = fields.text(&["user_name", "user"]);
    let from = fields.text(&["connection_from"]).and_then(address_before_port);
    let from = from.or_else(|| fields.text(&["remote_host"]).and_then(address));
    // What asks for others is nobody who could be held to account; who could not sign in may only call themselves so.
    let is_for_others = event == EventKind::AuthzFail && user.is_some_and(|user| FOR_OTHERS.contains(&user));
    let address = terms.client(from.filter(|_| !is_for_others), None);
    // Whoever could not sign in may have called themselves anything.
    let (account, role) = match event {
        EventKind::AuthnLoginFail => (user, None),
        _ => (None, user),
    };
    Ok(Line {
        id,
        at,
        seen: Seen::Event(Box::new(Observed {
            error_code: clean::error_code(code).map(str::to_owned),
            account: account.map(str::to_owned),
            actor_role: role.map(|role| clean::role(role).to_owned()),
            address,
            is_allowed: is_allowed(address, terms),
            ..blank(Source::Postgres, at, event, Outcome::Refused)
        })),
    })
}
