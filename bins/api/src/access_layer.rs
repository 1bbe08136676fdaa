//! What is told to the journal of accesses: how the layer around all endpoints knows this service, and what only handlers
//! know.

use std::{net::IpAddr, net::SocketAddr, sync::Arc};

use access_journal::{
    Source,
    client::Proxies,
    journal::AccessJournal,
    layer::{AccessJournalLayer, Note, Settings, Worker},
    privacy::AccessKey,
};
use axum::{
    extract::{ConnectInfo, MatchedPath},
    http::request::Parts,
};
use integrity_core::Caller;
use ipnet::IpNet;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
};
use release_info::ReleaseId;

/// What monitors ask for day and night.
const EXEMPT: [&str; 4] = ["/livez", "/readyz", "/health", "/version"];
/// Where a client's program says which release it is.
pub(crate) const CLIENT: &str = "x-client-info";

/// The layer around all endpoints, and what records for it.
pub(crate) fn layer(
    journal: Arc<dyn AccessJournal>,
    proxies: &Proxies,
    allow: &[IpNet],
    secret: Option<AccessKey>,
) -> (AccessJournalLayer, Worker) {
    let settings = Settings::new(Source::Api, route, peer)
        .behind(proxies.clone())
        .allow(allow.iter().copied())
        .client_release(client_release)
        .secret(secret);
    AccessJournalLayer::new(journal, EXEMPT.into_iter().fold(settings, Settings::exempt))
}

fn route(parts: &Parts) -> Option<String> {
    let matched = parts.extensions.get::<MatchedPath>()?;
    Some(matched.as_str().to_owned())
}

fn peer(parts: &Parts) -> Option<IpAddr> {
    let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(connected.0.ip())
}

/// Only what is the name of a release.
fn client_release(parts: &Parts) -> Option<String> {
    let said = parts.headers.get(CLIENT)?.to_str().ok()?;
    said.parse::<ReleaseId>().ok().map(|release| release.to_string())
}

/// Notes on whose behalf a request is made, whatever becomes of it.
pub(crate) fn note(parts: &Parts, caller: Option<&Caller>) {
    let Some(note) = parts.extensions.get::<Note>() else {
        return;
    };
    let role = match caller {
        Some(Caller::Claims { database_role, .. }) => database_role,
        Some(Caller::Service) => return,
        None => "anon",
    };
    note.add(|noted| {
        noted.actor_role = Some(role.to_owned());
        noted.actor_id = caller
            .and_then(Caller::subject)
            .and_then(|subject| subject.parse().ok());
    });
}

/// The layer's counters, for Prometheus.
#[derive(Debug)]
pub(crate) struct Counted(pub(crate) AccessJournalLayer);

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let counters = self.0.counters();
        for (name, help, count) in [
            (
                "access_seen",
                "Requests that the journal's layer looked at",
                counters.seen,
            ),
            (
                "access_recorded",
                "Requests that stand in the journal of accesses",
                counters.recorded,
            ),
            (
                "access_merged",
                "Requests that share a row of the journal with others",
                counters.merged,
            ),
            (
                "access_dropped",
                "Requests that were to be recorded and are lost",
                counters.dropped,
            ),
        ] {
            let counter = ConstCounter::new(count);
            counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)?;
        }
        let waiting = ConstGauge::new(i64::try_from(counters.waiting).unwrap_or(i64::MAX));
        let help = "Requests that are still to be recorded";
        waiting.encode(encoder.encode_descriptor("access_waiting", help, None, waiting.metric_type())?)
    }
}
