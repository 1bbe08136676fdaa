//! What people do at the screens. The answer is the page they came from, with what came of it at its row: sent again, the
//! same form is the same request, and is not done twice.

use std::sync::Arc;

use alerts_store::{Alert, AlertEvent, AlertId, Command, Error, Verb};
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    alert, integrity,
    visit::{Visit, trouble},
};
use crate::{
    app::App,
    screens::{Answer, INTEGRITY, Said, Trouble, Typed},
};

/// What the form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ActForm {
    csrf: String,
    request_id: Option<Uuid>,
    expected_version: Option<u32>,
    comment: String,
    until: String,
    #[serde(rename = "return")]
    back: String,
}

/// Does it, and shows what came of it.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((id, word)): Path<(String, String)>,
    headers: HeaderMap,
    Form(form): Form<ActForm>,
) -> Response {
    if !visit.person.sent(&app, &headers, &form.csrf) {
        return trouble(&visit.frame, Trouble::Forbidden);
    }
    let (Ok(id), Some(verb)) = (id.parse::<AlertId>(), verb(&word)) else {
        return trouble(&visit.frame, Trouble::Missing);
    };
    let (said, status) = done(&app, &visit, id, verb, &form).await;
    let answer = Answer {
        alert: id,
        verb,
        said,
        typed: Typed {
            comment: form.comment,
            until: form.until,
        },
    };
    let mut visit = visit;
    // Back to the list that the person came from, else to the alert's own page.
    if let Some(query) = form.back.strip_prefix(INTEGRITY) {
        let query = query.trim_start_matches('?').to_owned();
        visit.frame.here = if query.is_empty() {
            INTEGRITY.to_owned()
        } else {
            format!("{INTEGRITY}?{query}")
        };
        integrity::list(&app, &visit, &query, Some(answer), status).await
    } else {
        alert::detail(&app, &visit, id, None, Some(answer), status).await
    }
}

/// The act that stands at the end of the path.
fn verb(word: &str) -> Option<Verb> {
    Some(match word {
        "ack" => Verb::Ack,
        "unack" => Verb::Unack,
        "resolve" => Verb::Resolve,
        "accept" => Verb::Accept,
        "false-positive" => Verb::FalsePositive,
        "comment" => Verb::Comment,
        _ => return None,
    })
}

async fn done(app: &App, visit: &Visit, id: AlertId, verb: Verb, form: &ActForm) -> (Said, StatusCode) {
    let mut command = Command::new(id, verb);
    command.expected_version = form.expected_version;
    command.request_id = form.request_id;
    command.comment = Some(form.comment.trim())
        .filter(|comment| !comment.is_empty())
        .map(str::to_owned);
    match end(&form.until, app.zone) {
        Ok(until) => command.until = until,
        Err(reason) => {
            let field = "until".to_owned();
            return (Said::Invalid { field, reason }, StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
    let caller = &visit.person.caller;
    match app.store.act(caller, &command).await {
        Ok(acted) if acted.replayed => (Said::Replayed(Box::new(acted.alert)), StatusCode::OK),
        Ok(acted) => (Said::Done(Box::new(acted.alert)), StatusCode::OK),
        Err(Error::Conflict { current, .. }) => {
            let since = since(app, visit, &current, form.expected_version).await;
            (Said::Conflict { current, since }, StatusCode::CONFLICT)
        }
        Err(Error::Forbidden { .. }) => (Said::Forbidden, StatusCode::FORBIDDEN),
        Err(Error::Invalid { field, reason }) => {
            (Said::Invalid { field, reason }, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Error::NotFound) => (Said::Missing, StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::warn!(code = error.code(), "an act was not answered");
            (Said::Unknown, StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// What happened since the person saw the alert; nothing where that cannot be read.
async fn since(app: &App, visit: &Visit, current: &Alert, seen: Option<u32>) -> Vec<AlertEvent> {
    let events = alert::last_events(app, &visit.person.caller, current.id, None).await;
    let seen = seen.unwrap_or(current.version);
    let since = events.unwrap_or_default().into_iter().rev();
    since.filter(|event| event.seq > seen).collect()
}

/// The end of a local day; nothing where no day was given.
fn end(day: &str, zone: Tz) -> Result<Option<DateTime<Utc>>, String> {
    if day.trim().is_empty() {
        return Ok(None);
    }
    let wrong = || "a day, such as 2026-12-31".to_owned();
    let day: NaiveDate = day.trim().parse().map_err(|_| wrong())?;
    let next = day.checked_add_days(Days::new(1)).ok_or_else(wrong)?;
    let end = zone
        .from_local_datetime(&next.and_time(NaiveTime::MIN))
        .earliest();
    Ok(Some(end.ok_or_else(wrong)?.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_it_is_read() {
        let end = |day| end(day, Tz::Africa__Kinshasa);
        assert_eq!(end(""), Ok(None));
        let at = end("2026-12-31").expect("a day").expect("an end");
        assert_eq!(at.to_rfc3339(), "2026-12-31T23:00:00+00:00");
        for wrong in ["31/12/2026", "2026-02-30", "99999-01-01", "demain"] {
            end(wrong).expect_err(wrong);
        }
    }
}
