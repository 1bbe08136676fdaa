//! What programs are told when something cannot be done: `application/problem+json` (RFC 9457).
//!
//! `code` is a stable word. Nothing of what goes wrong inside is said: that stands in the log, under the request's name.

use alerts_store::{Alert, Error};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{api::AlertBody, identity::NotValid};

/// Why something was not done.
#[derive(Debug)]
pub(crate) struct Problem(Box<Details>);

/// Why something was not done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Details {
    /// Always `about:blank`: `code` says what it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What the status means.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A stable word: `malformed`, `unauthorized`, `forbidden`, `not_found`, `method_not_allowed`, `timeout`, `conflict`,
    /// `too_large`, `unsupported_media_type`, `invalid`, `unavailable`, `internal`.
    code: &'static str,
    /// For a person.
    detail: String,
    /// Which input is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The alert as it is now, where it is not as expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<AlertBody>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            field: None,
            current: None,
            retry_after: None,
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Details)) -> Self {
        change(&mut self.0);
        self
    }

    /// Nobody knows who is asking.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    /// Whoever asks may not.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// Another site may have sent it.
    pub(crate) fn foreign() -> Self {
        Self::forbidden(
            "with a cookie, an act wants the session's X-CSRF-Token, and comes from our own pages",
        )
    }

    /// Something given is not right.
    pub(crate) fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
        problem.with(|problem| problem.field = Some(field.into()))
    }

    /// There is no such thing, or none that may be seen.
    pub(crate) fn not_found() -> Self {
        Self::nothing("there is no such thing here")
    }

    /// There is none of these yet.
    pub(crate) fn nothing(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// Not now.
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
        problem.with(|problem| problem.retry_after = Some(5))
    }

    /// Any other status that the transport says.
    pub(crate) fn of(status: StatusCode, detail: impl Into<String>) -> Self {
        let code = match status {
            StatusCode::BAD_REQUEST => "malformed",
            StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
            StatusCode::PAYLOAD_TOO_LARGE => "too_large",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => "timeout",
            StatusCode::UNPROCESSABLE_ENTITY => "invalid",
            status if status.is_client_error() => "malformed",
            _ => "internal",
        };
        Self::new(status, code, detail)
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<NotValid> for Problem {
    fn from(why: NotValid) -> Self {
        match why {
            NotValid::NoKeys => Self::unavailable("who you are cannot be verified just now"),
            why => Self::unauthorized(why.to_string()),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::not_found(),
            Error::Forbidden { reason } => Self::forbidden(reason),
            Error::Invalid { field, reason } => Self::invalid(field, reason),
            Error::Conflict { reason, current } => Self::conflict(reason, *current),
            Error::NothingToConfirm { reason } => Self::new(StatusCode::CONFLICT, "conflict", reason),
            Error::Unavailable(source) => {
                tracing::warn!(
                    error = wiring::postgres::reason::of(&*source),
                    "the database does not answer"
                );
                Self::unavailable("the database cannot be reached just now")
            }
            error => {
                tracing::error!(code = error.code(), "{error}");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "something went wrong here; it is in the log",
                )
            }
        }
    }
}

impl Problem {
    fn conflict(reason: String, current: Alert) -> Self {
        let problem = Self::new(StatusCode::CONFLICT, "conflict", reason);
        problem.with(|problem| problem.current = Some(current.into()))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let retry_after = self.0.retry_after;
        let status = self.status();
        let mut response = (status, Json(*self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
