use std::{error::Error, io, net::SocketAddr, time::Duration};

use reqwest::{
    Response, Url,
    header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION},
    redirect::{Attempt, Policy},
};
use tokio::{net::lookup_host, time::timeout};

use super::{Answer, Trouble, tame};

/// How many redirects on one host are followed.
const REDIRECTS: usize = 5;

/// How a host is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As a browser asks: what lies between may answer from its memory.
    AsIs,
    /// With a query that nobody has asked before, so that nothing between can know the answer.
    PastCaches,
}

/// Reads a URL that may be asked and printed.
///
/// # Errors
/// In words, without the URL, when it is none of HTTP, or holds somebody's password.
pub fn url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Err("a URL with a user or a password; such a thing is not asked, and not printed".to_owned())
        }
        Ok(url) if ["http", "https"].contains(&url.scheme()) && url.has_host() => Ok(url),
        _ => Err("no URL such as https://depot.example.org/version.json".to_owned()),
    }
}

/// A URL as it may be printed: its query may hold what only those who ask should know.
#[must_use]
pub fn printable(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// Every address of a URL's host, each once.
///
/// # Errors
/// When its name has none.
pub async fn addresses(url: &Url, patience: Duration) -> Result<Vec<SocketAddr>, Trouble> {
    let port = url.port_or_known_default().unwrap_or_default();
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let found = timeout(patience, lookup_host((host, port)))
        .await
        .map_err(|_| late(patience))?;
    let mut addresses: Vec<_> = found.map_err(|_| Trouble::Dns)?.collect();
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return Err(Trouble::Dns);
    }
    Ok(addresses)
}

/// Asks one host, straight: through no proxy, and at no other host's.
#[derive(Debug, Clone)]
pub struct Client {
    client: reqwest::Client,
    patience: Duration,
}

impl Client {
    /// One that reaches the URL's host at these addresses, and gives each answer, as a whole, so much time.
    ///
    /// # Errors
    /// When this machine knows nobody whom it could trust.
    pub fn new(url: &Url, addresses: &[SocketAddr], patience: Duration) -> Result<Self, Trouble> {
        // No port is the one of each URL: a redirect may lead from port 80 to port 443.
        let anywhere: Vec<_> = addresses
            .iter()
            .map(|address| SocketAddr::new(address.ip(), 0))
            .collect();
        let client = reqwest::Client::builder()
            .resolve_to_addrs(url.host_str().unwrap_or_default(), &anywhere)
            .redirect(Policy::custom(on_the_same_host))
            .no_proxy()
            // Each look over a connection of its own: it may lead to another server.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("vigie/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Trouble::Here {
                why: error.without_url().to_string(),
            })?;
        Ok(Self { client, patience })
    }

    /// Asks, and reads at most so many bytes.
    ///
    /// # Errors
    /// When there is no answer, or none that may be read.
    pub async fn get(&self, url: &Url, way: Way, limit: usize) -> Result<Answer, Trouble> {
        timeout(self.patience, self.answer(url, way, limit))
            .await
            .map_err(|_| late(self.patience))?
    }

    async fn answer(&self, url: &Url, way: Way, limit: usize) -> Result<Answer, Trouble> {
        let mut request = self.client.get(url.clone());
        if way == Way::PastCaches {
            let unheard = format!("{:016x}", fastrand::u64(..));
            request = request
                .query(&[("vigie", unheard)])
                .header(CACHE_CONTROL, "no-cache");
        }
        let response = request.send().await.map_err(|error| trouble(&error))?;
        if let Some(to) = elsewhere(&response) {
            return Err(Trouble::Elsewhere { to });
        }
        let text = |value: &reqwest::header::HeaderValue| tame(&String::from_utf8_lossy(value.as_bytes()));
        Ok(Answer {
            status: response.status().as_u16(),
            content_type: response.headers().get(CONTENT_TYPE).map(text),
            address: response.remote_addr().map(|address| address.ip()),
            body: body(response, limit).await?,
        })
    }
}

/// What has arrived counts after it was unpacked: a small answer may hold a large one.
async fn body(mut response: Response, limit: usize) -> Result<Vec<u8>, Trouble> {
    let too_large = Trouble::TooLarge { limit };
    if response
        .content_length()
        .is_some_and(|length| length > limit as u64)
    {
        return Err(too_large);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| trouble(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(too_large);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn late(patience: Duration) -> Trouble {
    Trouble::Timeout {
        seconds: patience.as_secs(),
    }
}

fn on_the_same_host(attempt: Attempt) -> reqwest::redirect::Action {
    if attempt.previous().len() <= REDIRECTS && is_the_same_host(&attempt.previous()[0], attempt.url()) {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// The same door of the same host, or the one for HTTPS.
fn is_the_same_host(first: &Url, next: &Url) -> bool {
    let same_door = first.scheme() == next.scheme() && first.port() == next.port();
    let made_secure = first.scheme() == "http" && next.scheme() == "https" && next.port().is_none();
    first.host_str() == next.host_str() && (same_door || made_secure)
}

/// Where a redirect leads that was not followed.
fn elsewhere(response: &Response) -> Option<String> {
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let to = response.url().join(location).ok()?;
    response
        .status()
        .is_redirection()
        .then(|| tame(&to.origin().ascii_serialization()))
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if let Some(tls) = tls(error) {
        return Trouble::Tls {
            why: tame(&tls.to_string()),
        };
    }
    if error.is_connect() {
        Trouble::NoConnection
    } else {
        Trouble::BrokeOff
    }
}

/// What TLS had to say. An error of input and output hides what is within it from `source`.
fn tls<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    if let Some(tls) = error.downcast_ref() {
        return Some(tls);
    }
    let within = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match within {
        Some(within) => tls(within),
        None => tls(error.source()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_stays_on_its_host_and_may_be_made_secure() {
        for (first, next, expected) in [
            ("http://a.example.org/x", "http://a.example.org/y", true),
            ("http://a.example.org/x", "https://a.example.org/x", true),
            ("http://a.example.org/x", "https://a.example.org:8443/x", false),
            ("https://a.example.org/x", "http://a.example.org/x", false),
            ("https://a.example.org/x", "https://b.example.org/x", false),
        ] {
            let [from, to] = [first, next].map(|text| url(text).expect("a URL"));
            assert_eq!(is_the_same_host(&from, &to), expected, "{first} {next}");
        }
    }

    #[cfg(feature = "host")]
    #[tokio::test]
    async fn the_url_alone_says_the_port() {
        use crate::host::{Host, Site};

        // Another test may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let host = Host::start(Site::default().with("/", "text/plain", "here")).expect("a port");
        let url = url("http://depot.invalid/").expect("a URL");
        let client = Client::new(&url, &[host.address()], Duration::from_secs(30)).expect("a client");
        let answer = client.get(&url, Way::AsIs, 100).await;
        assert_ne!(
            answer.map(|answer| answer.body),
            Ok(b"here".to_vec()),
            "an address leads a redirect to HTTPS to the port of HTTP"
        );
    }
}
