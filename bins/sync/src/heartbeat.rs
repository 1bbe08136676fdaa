//! The URL that is called after every run, so that a monitor elsewhere misses it when there is none: the one alarm that
//! works when this machine does not.
//!
//! The URL is a secret, as whoever knows it can pretend; it stands in no log and no error.

use std::{path::Path, sync::Arc, time::Duration};

use reqwest::{Client, Url, redirect::Policy};
use wiring::{bounded, stop::Stop};

use crate::board::Board;

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest file that may hold a URL, in KiB.
const LIMIT: u64 = 64;

/// Somebody who is told of every run.
#[derive(Debug, Clone)]
pub(crate) struct Heartbeat {
    client: Client,
    url: Url,
    board: Arc<Board>,
}

/// The URL in a file.
pub(crate) fn url(file: &Path) -> Result<Url, Stop> {
    let wrong = |what: String| Stop::usage(format!("sync.heartbeat_url_file {}: {what}", file.display()));
    let text = bounded::read(file, LIMIT).map_err(|error| wrong(error.to_string()))?;
    match Url::parse(text.trim()) {
        Ok(url) if ["http", "https"].contains(&url.scheme()) && url.has_host() => Ok(url),
        _ => Err(wrong(
            "no URL such as https://monitor.example/ping/8f1c".to_owned(),
        )),
    }
}

impl Heartbeat {
    pub(crate) fn new(url: Url, board: Arc<Board>) -> Result<Self, Stop> {
        let client = Client::builder()
            .timeout(PATIENCE)
            // What is called is what was configured.
            .redirect(Policy::none())
            .user_agent(concat!("vigie-sync/", env!("CARGO_PKG_VERSION")))
            .build();
        let client = client
            .map_err(|error| Stop::usage(format!("sync.heartbeat_url_file: {}", error.without_url())))?;
        Ok(Self { client, url, board })
    }

    /// Calls it, and does not keep the service waiting.
    pub(crate) fn beat(&self) {
        let heartbeat = self.clone();
        tokio::spawn(async move { heartbeat.call().await });
    }

    /// Calls it. What goes wrong is told and counted.
    pub(crate) async fn call(&self) {
        if let Err(why) = self.get().await {
            self.board.heartbeat_failed();
            tracing::warn!("the heartbeat URL was called in vain: {why}");
        }
    }

    async fn get(&self) -> Result<(), String> {
        match self.client.get(self.url.clone()).send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("it answers {}", answer.status())),
            Err(error) if error.is_timeout() => Err(format!("no answer within {} s", PATIENCE.as_secs())),
            Err(error) if error.is_connect() => Err("no connection".to_owned()),
            Err(_) => Err("the call broke off".to_owned()),
        }
    }
}
