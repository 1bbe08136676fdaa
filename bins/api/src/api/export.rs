//! All alerts of a filter, for a spreadsheet: page by page, so that memory does not grow with them.

use std::{error::Error, mem, sync::Arc, time::Duration};

use alerts_store::{Alert, AlertFilter, AlertStore};
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::{Stream, stream};
use integrity_core::Caller;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::timeout,
};
use tracing::Instrument as _;
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
    let export = Export {
        store: Arc::clone(&app.store),
        caller,
        walk,
        first,
    };
    let mut response = Response::new(Body::from_stream(export.begin(permit)));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    let name = HeaderValue::from_static("attachment; filename=\"vigie-alerts.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Some rows; nothing once they were the last.
type Part = Option<Vec<u8>>;

/// What is to be sent.
struct Export {
    store: Arc<dyn AlertStore>,
    caller: Caller,
    walk: Walk,
    first: Vec<Alert>,
}

impl Export {
    /// A task of its own reads, and keeps the place no longer than it may: who stops taking what is sent is not asked.
    fn begin(self, permit: OwnedSemaphorePermit) -> impl Stream<Item = Result<Vec<u8>, &'static str>> {
        let (sender, parts) = mpsc::channel(1);
        let sending = async move {
            let _permit = permit;
            let why = match timeout(LONGEST, self.send(sender)).await {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error.to_string(),
                Err(too_long) => too_long.to_string(),
            };
            tracing::warn!("an export was given up: {why}");
        };
        tokio::spawn(sending.in_current_span());
        stream::try_unfold(parts, async |mut parts: mpsc::Receiver<Part>| {
            match parts.recv().await {
                Some(Some(rows)) => Ok(Some((rows, parts))),
                Some(None) => Ok(None),
                None => Err("the export was given up"),
            }
        })
    }

    async fn send(mut self, parts: mpsc::Sender<Part>) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut text = Vec::new();
        export::csv_header(&mut text)?;
        let mut next = Some(self.first);
        while let Some(alerts) = next {
            export::csv_rows(&mut text, &alerts)?;
            next = self.walk.next(&*self.store, &self.caller).await?;
            if next.is_none() && self.walk.is_cut() {
                export::csv_cut(&mut text)?;
            }
            parts.send(Some(mem::take(&mut text))).await?;
        }
        parts.send(None).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alerts_store::{MockAlertStore, Page, Position};
    use axum::body::to_bytes;
    use tokio::{sync::Semaphore, time::sleep};

    use super::*;

    /// Of so many pages of one alert each, those from this one on cannot be read.
    async fn body(pages: u32, broken: u32, places: &Arc<Semaphore>) -> Body {
        let (mut store, mut given) = (MockAlertStore::new(), 0);
        store.expect_list().returning(move |_, _| {
            given += 1;
            if given > broken {
                return Err(alerts_store::Error::Unavailable("gone".into()));
            }
            let last = Position::of(&Alert::sample(), Page::sample().at);
            Ok(Page {
                alerts: vec![Alert::sample()],
                next: (given < pages).then_some(last),
                ..Page::sample()
            })
        });
        let mut walk = Walk::new(AlertFilter::all());
        let first = walk.next(&store, &Caller::Service).await.expect("a page");
        let export = Export {
            store: Arc::new(store),
            caller: Caller::Service,
            walk,
            first: first.expect("alerts"),
        };
        let permit = Arc::clone(places).try_acquire_owned().expect("a place");
        Body::from_stream(export.begin(permit))
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_reading_keeps_no_place_and_takes_no_part_for_the_whole() {
        let places = Arc::new(Semaphore::new(1));
        let unread = body(9, 9, &places).await;
        sleep(LONGEST / 2).await;
        assert_eq!(places.available_permits(), 0, "it still may");
        sleep(LONGEST).await;
        assert_eq!(places.available_permits(), 1);
        to_bytes(unread, usize::MAX)
            .await
            .expect_err("the end is not there");
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_gets_all_of_it_or_hears_that_it_is_not_all() {
        let places = Arc::new(Semaphore::new(1));
        let whole = to_bytes(body(9, 9, &places).await, usize::MAX).await;
        let whole = whole.expect("all of it");
        let lines = csv::Reader::from_reader(&*whole).into_records().count();
        assert_eq!(lines, 9);
        let _ = places.acquire().await.expect("the place is free again");
        let broken = body(9, 5, &places).await;
        to_bytes(broken, usize::MAX).await.expect_err("not all");
    }
}
