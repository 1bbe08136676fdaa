//! The HTTP API, `/api/v1`. What stands here is what stands in its description: routes and description are made from the
//! same functions.

mod access;
mod acts;
mod alerts;
mod audit;
mod bodies;
mod checks;
mod cursor;
mod export;
mod json;
pub(crate) mod params;
mod releases;
mod stream;

use std::sync::{Arc, LazyLock};

use axum::Router;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Ref, RefOr,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use self::{bodies::AlertBody, cursor::write as write_cursor, export::EXPORTS};
use crate::{app::App, problem::Details};

/// What the description says of all of it.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Vigie",
        description = "Alerts about a database, and what people do about them. Every answer is given under the caller's own \
                       rights in the database."
    ),
    components(responses(
        Malformed, Unauthorized, Forbidden, NotFound, Late, Conflict, TooLarge, UnsupportedMediaType, Invalid, Internal,
        Unavailable
    )),
    security(("bearer" = [])),
    modifiers(&Bearer)
)]
struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

macro_rules! problems {
    ($($name:ident $description:literal),* $(,)?) => {
        $(
            #[doc = $description]
            #[derive(utoipa::ToResponse)]
            #[response(description = $description, content_type = "application/problem+json")]
            #[expect(dead_code, reason = "only described")]
            struct $name(#[to_schema] Details);
        )*
    };
}

problems! {
    Malformed "The request is not one that can be read",
    Unauthorized "Nobody knows who is asking",
    Forbidden "Whoever asks may not",
    NotFound "There is no such thing, or none that may be seen",
    Late "The body did not arrive in time",
    Conflict "It has changed since, or its state does not allow it; `current` is how it is",
    TooLarge "The body is too large",
    UnsupportedMediaType "The body is not application/json",
    Invalid "Something given is not right; `field` says what",
    Internal "Something went wrong here; it is in the log, under the answer's X-Request-Id",
    Unavailable "The database cannot be reached, or this is being stopped; try again later",
}

fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Description::openapi()).nest(
        "/api/v1",
        OpenApiRouter::new()
            .routes(routes!(alerts::list))
            .routes(routes!(alerts::summary))
            .routes(routes!(stream::stream))
            .routes(routes!(alerts::find))
            .routes(routes!(alerts::events))
            .routes(routes!(acts::ack))
            .routes(routes!(acts::unack))
            .routes(routes!(acts::resolve))
            .routes(routes!(acts::accept))
            .routes(routes!(acts::false_positive))
            .routes(routes!(acts::comment))
            .routes(routes!(acts::confirm))
            .routes(routes!(checks::list))
            .routes(routes!(checks::find))
            .routes(routes!(checks::runs))
            .routes(routes!(audit::rls))
            .routes(routes!(access::summary))
            .routes(routes!(releases::list)),
    )
}

/// The endpoints.
pub(crate) fn router() -> Router<Arc<App>> {
    routes().split_for_parts().0
}

/// The description, as `/api/openapi.json` and `docs/openapi.json` have it. Made once: anybody may ask for it.
pub(crate) fn description() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut description = routes().split_for_parts().1;
        for path in description.paths.paths.values_mut() {
            for operation in [&mut path.get, &mut path.post].into_iter().flatten() {
                let any = [("500", "Internal")];
                let with_body = operation.request_body.iter().map(|_| ("408", "Late"));
                for (status, name) in any.into_iter().chain(with_body) {
                    let answer = RefOr::Ref(Ref::from_response_name(name));
                    operation.responses.responses.insert(status.to_owned(), answer);
                }
            }
        }
        let text = description.to_pretty_json().unwrap_or_default();
        format!("{text}\n")
    });
    &TEXT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_in_the_documentation_is_of_this_program() {
        let written = include_str!("../../../../docs/openapi.json");
        assert!(
            description() == written,
            "docs/openapi.json is of another program: run `cargo xtask openapi`"
        );
    }
}
