use chrono::{DateTime, Utc};
use http::StatusCode;

use super::{
    asked::{Asked, fits},
    note::Noted,
};
use crate::{EventKind, Observed, Outcome, Source, ingest::severity};

/// An account's name may have so many bytes; what is longer is cut, for it waits in memory.
const ACCOUNT: usize = 320;

/// What an answer is worth recording as; nothing, for most.
pub(super) fn observed(
    asked: Asked,
    status: StatusCode,
    said: Option<Noted>,
    source: Source,
    now: DateTime<Utc>,
) -> Option<Observed> {
    let noted = said.unwrap_or_default().or(asked.note.noted());
    let event = noted.event.or_else(|| by_status(status))?;
    // What is refused or missing is told apart by what was asked for; a try to sign in, or with a token, is not about it.
    let is_about_it = matches!(event, EventKind::AuthzFail | EventKind::ResourceEnumeration);
    let resource = noted.resource.filter(|resource| fits(resource));
    let is_told = is_about_it && (asked.is_open || resource.is_none());
    Some(Observed {
        occurred_at: now,
        source,
        event,
        outcome: noted.outcome.unwrap_or_else(|| outcome(event)),
        severity: noted.severity.unwrap_or_else(|| severity(event)),
        status: Some(status.as_u16()),
        error_code: noted.error_code.filter(|code| is_word(code, 40, "_")),
        method: asked.method,
        route: asked.route,
        resource,
        open: is_told.then_some(asked.path),
        actor_id: noted.actor_id,
        actor_role: noted.actor_role.filter(|role| is_word(role, 63, "_-")),
        account: noted.account.map(cut),
        address: asked.client,
        is_allowed: asked.is_allowed,
        country: None,
        as_number: None,
        user_agent_family: asked.user_agent_family.map(str::to_owned),
        client_release: asked.client_release,
        request_id: asked.request_id,
        rows_returned: noted.rows_returned,
        count: 1,
        // Given when it is recorded.
        dedup_key: String::new(),
    })
}

/// What a status says by itself. Whether something is malformed in a way that matters only the service knows.
fn by_status(status: StatusCode) -> Option<EventKind> {
    match status {
        StatusCode::UNAUTHORIZED => Some(EventKind::AuthnTokenInvalid),
        StatusCode::FORBIDDEN => Some(EventKind::AuthzFail),
        StatusCode::NOT_FOUND => Some(EventKind::ResourceEnumeration),
        StatusCode::TOO_MANY_REQUESTS => Some(EventKind::ExcessRateLimitExceeded),
        _ => None,
    }
}

fn outcome(event: EventKind) -> Outcome {
    match event {
        EventKind::AuthnLoginSuccess
        | EventKind::AuthnLoginSuccessAfterFail
        | EventKind::AnonDataRead
        | EventKind::ServiceRoleFromBrowser => Outcome::Success,
        EventKind::EmptySensitiveRead => Outcome::Empty,
        _ => Outcome::Refused,
    }
}

/// Whether it is a word of letters, digits and these, as the columns for words want it.
fn is_word(text: &str, longest: usize, more: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || more.contains(letter);
    (1..=longest).contains(&text.len()) && text.chars().all(is_part)
}

fn cut(mut account: String) -> String {
    if account.len() > ACCOUNT {
        let end = (0..=ACCOUNT)
            .rev()
            .find(|end| account.is_char_boundary(*end))
            .unwrap_or(0);
        account.truncate(end);
        account.shrink_to_fit();
    }
    account
}
