//! `/governance/access`.

use std::sync::Arc;

use access_journal::journal::SummaryRange;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::Response,
};

use super::{page, visit::Visit};
use crate::{
    accesses,
    app::App,
    screens::{self, JournalPage},
};

/// What was refused, what probes and what leaks, and whether the journal itself can be believed.
pub(super) async fn show(State(app): State<Arc<App>>, visit: Visit, RawQuery(query): RawQuery) -> Response {
    let caller = &visit.person.caller;
    let is_long = query
        .as_deref()
        .unwrap_or_default()
        .split('&')
        .any(|pair| pair == "range=fortnight");
    let range = if is_long {
        SummaryRange::FORTNIGHT
    } else {
        SummaryRange::DAY
    };
    let read = async {
        let summary = accesses::summary(&app, caller, range).await?;
        let told = accesses::told(&*app.store, &app.database, caller).await?;
        Ok((summary, told))
    };
    match read.await {
        Ok((summary, told)) => {
            let shown = JournalPage {
                summary,
                is_long,
                told,
            };
            page(StatusCode::OK, screens::journal(&visit.frame, &shown))
        }
        Err(error) => visit.trouble(&error),
    }
}
