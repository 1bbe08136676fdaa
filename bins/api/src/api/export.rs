//! All alerts of a filter, for a spreadsheet: page by page, so that memory does not grow with them.

use std::{sync::Arc, time::Duration};

use alerts_store::{Alert, AlertFilter};
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::stream;
use integrity_core::Caller;
use tokio::{sync::OwnedSemaphorePermit, time::Instant};
use wiring::export::{self, Walk};

use crate::{app::App, problem::Problem};

/// So many at once.
pub(crate) const EXPORTS: usize = 4;
/// How long one may take: whoever may see it is asked of the database for each page, but a token is looked at once.
const LONGEST: Duration = Duration::from_mins(2);

/// The first page is read before anything is answered, so that a refusal is an answer of its own. What goes wrong later
/// ends the body in the middle, which no client takes for a whole one.
pub(super) async fn csv(app: &Arc<App>, caller: Caller, filter: AlertFilter) -> Result<Response, Problem> {
    let permit = Arc::clone(&app.exports).try_acquire_owned();
    let permit = permit.map_err(|_| Problem::unavailable("others export just now; try again in a moment"))?;
    let mut walk = Walk::new(filter);
    let first = walk.next(&*app.store, &caller).await?.unwrap_or_default();
    let whole = Whole {
        app: Arc::clone(app),
        caller,
        walk,
        next: Some(first),
        is_begun: false,
        end: Instant::now() + LONGEST,
        _permit: permit,
    };
    let mut response = Response::new(Body::from_stream(stream::try_unfold(whole, Whole::next)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    let name = HeaderValue::from_static("attachment; filename=\"vigie-alerts.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// What is still to be sent.
struct Whole {
    app: Arc<App>,
    caller: Caller,
    walk: Walk,
    /// Read and not yet sent; none at the end.
    next: Option<Vec<Alert>>,
    is_begun: bool,
    /// By when it has to be there.
    end: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Whole {
    async fn next(mut self) -> Result<Option<(Vec<u8>, Self)>, Box<dyn std::error::Error + Send + Sync>> {
        let Some(alerts) = self.next.take() else {
            return Ok(None);
        };
        if self.end < Instant::now() {
            return Err("it takes too long".into());
        }
        let mut text = Vec::new();
        if !self.is_begun {
            export::csv_header(&mut text)?;
            self.is_begun = true;
        }
        export::csv_rows(&mut text, &alerts)?;
        self.next = self.walk.next(&*self.app.store, &self.caller).await?;
        if self.next.is_none() && self.walk.is_cut() {
            export::csv_cut(&mut text)?;
        }
        Ok(Some((text, self)))
    }
}
