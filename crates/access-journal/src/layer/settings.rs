use std::{fmt, net::IpAddr};

use http::request::Parts;
use ipnet::IpNet;

use crate::{Source, client::Proxies, privacy::AccessKey};

/// Reads something out of a request's head.
pub(super) type Reads<T> = fn(&Parts) -> Option<T>;

/// What the layer has to know of the service that it stands around.
#[derive(Clone)]
pub struct Settings {
    pub(super) source: Source,
    pub(super) route: Reads<String>,
    pub(super) peer: Reads<IpAddr>,
    pub(super) release: Reads<String>,
    pub(super) proxies: Proxies,
    pub(super) allow: Vec<IpNet>,
    pub(super) exempt: Vec<String>,
    pub(super) secret: Option<AccessKey>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("source", &self.source)
            .field("exempt", &self.exempt)
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// What `source` is heard as, how the template of a request's route is found (`None` where nothing is there), and from
    /// which address its connection comes.
    #[must_use]
    pub fn new(source: Source, route: Reads<String>, peer: Reads<IpAddr>) -> Self {
        Self {
            source,
            route,
            peer,
            release: |_| None,
            proxies: Proxies::default(),
            allow: Vec::new(),
            exempt: Vec::new(),
            secret: None,
        }
    }

    /// Proxies of ours: past them `X-Forwarded-For` says who asks, and nobody else is believed.
    #[must_use]
    pub fn behind(mut self, proxies: Proxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// Addresses and networks about which the rules say nothing.
    #[must_use]
    pub fn allow(mut self, networks: impl IntoIterator<Item = IpNet>) -> Self {
        self.allow.extend(networks);
        self
    }

    /// A path, and all below it, that is not looked at: monitors ask for it day and night. Preflights never are.
    #[must_use]
    pub fn exempt(mut self, path: impl Into<String>) -> Self {
        self.exempt.push(path.into());
        self
    }

    /// Finds the release of the client's program. It must give nothing but well-formed ones: whatever it gives is kept as
    /// it is.
    #[must_use]
    pub fn client_release(mut self, release: Reads<String>) -> Self {
        self.release = release;
        self
    }

    /// With this secret, the database holds only half of what pseudonyms are made with.
    #[must_use]
    pub fn secret(mut self, secret: Option<AccessKey>) -> Self {
        self.secret = secret;
        self
    }
}
