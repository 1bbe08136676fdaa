//! Numbers about this service, for Prometheus.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
        info::Info,
    },
    registry::Registry,
};
use release_info::Standing;

use crate::access_layer::Counted;

/// What is counted.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    registry: Arc<Registry>,
    requests: Family<Labels, Counter>,
    durations: Histogram,
    working: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    /// One of a few: anybody can make up methods, and each would be counted for ever.
    method: &'static str,
    /// The route as it is written, never what stood in the URL.
    route: String,
    status: u16,
}

impl Numbers {
    pub(crate) fn new(standing: &Standing, accesses: Option<Counted>) -> Self {
        let mut registry = Registry::with_prefix("vigie_api");
        let requests = Family::default();
        let durations = Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let working = Gauge::default();
        let release = standing.release.to_string();
        let environment = standing.env.to_string();
        registry.register(
            "build",
            "Which release this is",
            Info::new(vec![("release", release), ("environment", environment)]),
        );
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register(
            "request_duration_seconds",
            "How long an answer took",
            durations.clone(),
        );
        registry.register(
            "requests_in_progress",
            "Requests that are being answered",
            working.clone(),
        );
        if let Some(accesses) = accesses {
            registry.register_collector(Box::new(accesses));
        }
        Self {
            registry: Arc::new(registry),
            requests,
            durations,
            working,
        }
    }

    /// Counts a request.
    pub(crate) async fn count(self, request: Request, next: Next) -> Response {
        let method = match *request.method() {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            _ => "other",
        };
        let route = request
            .extensions()
            .get::<MatchedPath>()
            .map_or("none", MatchedPath::as_str)
            .to_owned();
        let begun = Instant::now();
        let working = Working::new(&self.working);
        let response = next.run(request).await;
        drop(working);
        let status = response.status().as_u16();
        self.durations.observe(begun.elapsed().as_secs_f64());
        self.requests
            .get_or_create(&Labels {
                method,
                route,
                status,
            })
            .inc();
        response
    }
}

/// A request that is being answered, also where its client goes away.
struct Working(Gauge);

impl Working {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Where they are read.
pub(crate) fn router(numbers: Numbers) -> Router {
    Router::new().route(
        "/metrics",
        get(async move || {
            let mut text = String::new();
            match encode(&mut text, &numbers.registry) {
                Ok(()) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        }),
    )
}

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
