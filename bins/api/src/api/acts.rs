//! What people do to alerts.

use std::sync::Arc;

use alerts_store::{AlertId, Command, Verb};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    bodies::AlertBody,
    json::{Body, Named},
};
use crate::{app::App, person::Actor, problem::Problem};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What is said with an act.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ActBody {
    /// The `version` of the alert that was looked at. If it has changed since, nothing is done, and the answer is 409 with
    /// the alert as it is.
    expected_version: Option<u32>,
    /// A sentence; asked for by resolve, accept, false-positive and comment.
    #[schema(max_length = 4000)]
    comment: Option<String>,
    /// When the alert comes back; asked for by accept (at most 180 days), 30 days for false-positive unless given.
    until: Option<DateTime<Utc>>,
}

/// The acts differ in one word; each is a path of its own, so that what may be done stands in the description.
macro_rules! act {
    ($name:ident, $path:literal, $verb:ident, $summary:literal) => {
        #[doc = $summary]
        #[utoipa::path(
            post,
            path = $path,
            tag = "acts",
            params(
                ("id" = Uuid, Path, description = "Which alert"),
                ("Idempotency-Key" = Option<Uuid>, Header, description =
                    "Names the act: sent again, it is not done twice, and the answer says Idempotency-Replayed: true"),
            ),
            request_body = ActBody,
            responses(
                (status = 200, description = "The alert as it is now", body = AlertBody,
                    headers(("Idempotency-Replayed" = Option<bool>, description = "It had been done before"))),
                (status = 400, response = super::Malformed),
                (status = 401, response = super::Unauthorized),
                (status = 403, response = super::Forbidden),
                (status = 404, response = super::NotFound),
                (status = 409, response = super::Conflict),
                (status = 413, response = super::TooLarge),
                (status = 415, response = super::UnsupportedMediaType),
                (status = 422, response = super::Invalid),
                (status = 503, response = super::Unavailable),
            )
        )]
        pub(super) async fn $name(
            State(app): State<Arc<App>>,
            actor: Actor,
            Named(id): Named<Uuid>,
            headers: HeaderMap,
            Body(body): Body<ActBody>,
        ) -> Result<Response, Problem> {
            act(&app, actor, id, Verb::$verb, &headers, body).await
        }
    };
}

act!(ack, "/alerts/{id}/ack", Ack, "Takes an alert up.");
act!(unack, "/alerts/{id}/unack", Unack, "Gives an alert back.");
act!(
    resolve,
    "/alerts/{id}/resolve",
    Resolve,
    "Says that it is fixed; the next evaluation verifies it."
);
act!(
    accept,
    "/alerts/{id}/accept",
    Accept,
    "Lives with it until a date."
);
act!(
    false_positive,
    "/alerts/{id}/false-positive",
    FalsePositive,
    "Says that it is none, until a date."
);
act!(comment, "/alerts/{id}/comment", Comment, "Says something.");

async fn act(
    app: &App,
    Actor(person): Actor,
    id: Uuid,
    verb: Verb,
    headers: &HeaderMap,
    body: ActBody,
) -> Result<Response, Problem> {
    let mut command = Command::new(AlertId(id), verb);
    command.expected_version = body.expected_version;
    command.comment = body.comment;
    command.until = body.until;
    if let Some(key) = headers.get(IDEMPOTENCY_KEY) {
        let key = key.to_str().ok().and_then(|key| Uuid::parse_str(key).ok());
        let key = key.ok_or_else(|| Problem::invalid("Idempotency-Key", "a UUID, a new one for each act"))?;
        command.request_id = Some(key);
    }
    let acted = app.store.act(&person.caller, &command).await?;
    let mut response = Json(AlertBody::from(acted.alert)).into_response();
    if acted.replayed {
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// What is said with a confirmation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmBody {
    /// Why it is true.
    #[schema(min_length = 1, max_length = 4000)]
    comment: String,
}

/// Says that what makes a check suspect is true: its next evaluation is believed, once. For admins.
///
/// Needs no `Idempotency-Key`: sent again before that evaluation, it finds the check confirmed already (409), and nothing
/// is done.
#[utoipa::path(
    post,
    path = "/checks/{code}/confirm",
    tag = "acts",
    params(("code" = String, Path, description = "Which check")),
    request_body = ConfirmBody,
    responses(
        (status = 200, description = "The alert about the check", body = AlertBody),
        (status = 400, response = super::Malformed),
        (status = 401, response = super::Unauthorized),
        (status = 403, response = super::Forbidden),
        (status = 404, response = super::NotFound),
        (status = 409, response = super::Conflict),
        (status = 413, response = super::TooLarge),
        (status = 415, response = super::UnsupportedMediaType),
        (status = 422, response = super::Invalid),
        (status = 503, response = super::Unavailable),
    )
)]
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    Actor(person): Actor,
    Named(code): Named<String>,
    Body(body): Body<ConfirmBody>,
) -> Result<Json<AlertBody>, Problem> {
    let alert = app
        .store
        .confirm(&person.caller, &app.database, &code, &body.comment)
        .await?;
    Ok(Json(alert.into()))
}
