//! Evaluates monitors as those who watch would, and makes sure that they would notice.

use std::{io, time::Duration};

use reqwest::Url;
use serde::Serialize;

use super::{Monitor, Watch, judge};
use crate::{
    fetch::{self, Answer, Client, Trouble, Way, addresses, printable},
    host::{Behaviour, Host, Site},
};

/// The largest answer, in bytes.
const LARGEST: usize = 64 * 1024;

/// How something that is watched stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", content = "why", rename_all = "lowercase")]
pub enum Standing {
    /// As expected: what was seen.
    Green(String),
    /// Not as expected, and why.
    Red(String),
    /// It cannot be told from here, and why.
    Unknown(String),
}

/// What came of one monitor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// Of which.
    pub name: String,
    /// What it expects.
    pub kind: &'static str,
    /// What was asked, without its query.
    pub url: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// How it stands where every answer is a page of HTML with status 200; it must be red.
    pub on_a_page: Standing,
}

/// Asks as a monitor would, then a page of this machine's own in its place.
///
/// # Errors
/// When there is no free port for the page.
pub async fn trial(monitor: &Monitor) -> io::Result<Trial> {
    let url = monitor.url.as_deref().map(fetch::url).transpose();
    Ok(Trial {
        name: monitor.name.clone(),
        kind: monitor.watch.kind(),
        url: url.as_ref().ok().and_then(|url| Some(printable(url.as_ref()?))),
        standing: match &url {
            Ok(url) => standing(monitor, url.as_ref()).await,
            Err(why) => Standing::Unknown(why.clone()),
        },
        on_a_page: on_a_page(monitor).await?,
    })
}

async fn standing(monitor: &Monitor, url: Option<&Url>) -> Standing {
    let Some(url) = url else {
        return Standing::Unknown(
            "nothing can be asked, and its calls are only heard elsewhere: give it the url of /readyz, and stop \
             vigie-sync once to hear the alarm"
                .to_owned(),
        );
    };
    let standing = match answer(url, monitor.timeout).await {
        Ok(answer) => judged(&monitor.watch, &answer),
        Err(Trouble::Here { why }) => Standing::Unknown(why),
        Err(trouble) => Standing::Red(trouble.to_string()),
    };
    match (standing, &monitor.watch) {
        (Standing::Green(seen), Watch::Heartbeat { is_heard: false, .. }) => Standing::Unknown(format!(
            "{seen}, and that is /readyz only; nobody is called: sync.heartbeat_url_file is not set"
        )),
        (standing, _) => standing,
    }
}

async fn on_a_page(monitor: &Monitor) -> io::Result<Standing> {
    let page = Host::start(Site::default())?;
    page.behave(Behaviour::Shell);
    let url = fetch::url(&page.url("/")).map_err(io::Error::other)?;
    Ok(proved(&monitor.watch, answer(&url, monitor.timeout).await))
}

/// Only a page that was seen proves anything.
fn proved(watch: &Watch, answer: Result<Answer, Trouble>) -> Standing {
    match answer {
        Ok(answer) => judged(watch, &answer),
        Err(trouble) => Standing::Unknown(format!("it was not seen: {trouble}")),
    }
}

fn judged(watch: &Watch, answer: &Answer) -> Standing {
    judge(watch, answer).map_or_else(Standing::Red, Standing::Green)
}

async fn answer(url: &Url, patience: Duration) -> Result<Answer, Trouble> {
    let found = addresses(url, patience).await?;
    let client = Client::new(url, &found, patience)?;
    client.get(url, Way::AsIs, LARGEST).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heartbeat(is_heard: bool) -> Watch {
        Watch::Heartbeat {
            silent_after: Duration::from_mins(15),
            is_heard,
        }
    }

    async fn tried(url: Option<String>, is_heard: bool) -> Trial {
        // Another test may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let monitor = Monitor {
            name: "sync".to_owned(),
            watch: heartbeat(is_heard),
            url,
            every: Duration::from_mins(1),
            timeout: Duration::from_secs(30),
        };
        trial(&monitor).await.expect("a port")
    }

    #[tokio::test]
    async fn a_page_that_was_not_seen_proves_nothing() {
        let seen = tried(None, true).await;
        assert!(matches!(seen.on_a_page, Standing::Red(_)), "{seen:?}");
        let here = Trouble::Here {
            why: "no file is left to open".to_owned(),
        };
        let unseen = proved(&heartbeat(true), Err(here));
        assert!(matches!(unseen, Standing::Unknown(_)), "{unseen:?}");
    }

    #[tokio::test]
    async fn a_service_that_is_ready_and_calls_nobody_is_not_green() {
        let site = Site::default().with("/readyz", "application/json", r#"{"status":"ready"}"#);
        let host = Host::start(site).expect("a port");
        let url = host.url("/readyz");
        let asked = async |is_heard| {
            let secret = Some(format!("{url}?key=hunter2#there"));
            let trial = tried(secret, is_heard).await;
            assert_eq!(trial.url.as_ref(), Some(&url), "a query is not printed");
            trial.standing
        };
        assert_eq!(asked(true).await, Standing::Green("ready".to_owned()));
        let Standing::Unknown(why) = asked(false).await else {
            panic!("nobody would hear it")
        };
        assert!(why.contains("sync.heartbeat_url_file is not set"), "{why}");
    }
}
