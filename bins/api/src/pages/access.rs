//! `/governance/rls`.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};

use super::{page, visit::Visit};
use crate::{
    app::App,
    audits,
    screens::{self, AccessPage},
};

/// Who can really do what, when somebody last looked.
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit, RawQuery(query): RawQuery) -> Response {
    let caller = &visit.person.caller;
    let read = async {
        let seen = app.store.last_seen(caller, &app.database).await?;
        Ok((seen.at, audits::latest(&app, caller).await?))
    };
    let (at, audit) = match read.await {
        Ok(read) => read,
        Err(error) => return visit.trouble(&error),
    };
    let shown = AccessPage {
        at,
        audit,
        every: app.audit_every,
        from: from(query.as_deref().unwrap_or_default()),
    };
    page(StatusCode::OK, screens::access(&visit.frame, &shown))
}

/// So many relations come before; what is no number is none.
fn from(query: &str) -> usize {
    let mut pairs = query.split('&').filter_map(|pair| pair.strip_prefix("from="));
    pairs.next().and_then(|from| from.parse().ok()).unwrap_or(0)
}
