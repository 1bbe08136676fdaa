//! From where somebody comes, also through proxies of our own.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// Those who pass requests on, and are believed when they say from where.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpNet>);

/// What is no address and no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no address and no network; write such as \"127.0.0.1\" or \"10.0.0.0/8\"")]
pub struct NotANetwork {
    /// What was given.
    pub given: String,
}

impl Proxies {
    /// These addresses and networks, written as text.
    ///
    /// # Errors
    /// Where one is neither.
    pub fn new(written: &[String]) -> Result<Self, NotANetwork> {
        let read = |text: &String| {
            let alone = text.parse::<IpAddr>().map(IpNet::from);
            alone
                .or_else(|_| text.parse())
                .map_err(|_| NotANetwork { given: text.clone() })
        };
        written.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The address of whoever asks, from who is connected and the values of `X-Forwarded-For`, in their order. Each proxy
    /// adds at the right whom it heard; so the rightmost who is none of ours is whom one of ours heard, and what stands
    /// left of that anybody may have made up.
    pub fn client<'v>(&self, peer: IpAddr, passed_on: impl IntoIterator<Item = &'v str>) -> IpAddr {
        let mut passed_on: Vec<&str> = passed_on.into_iter().flat_map(|value| value.split(',')).collect();
        let mut nearest = peer.to_canonical();
        while self.has(nearest) {
            let Some(before) = passed_on.pop().and_then(address) else {
                break;
            };
            nearest = before;
        }
        nearest
    }

    /// The same where it is somebody else; none where what remains is this machine or a proxy of ours, who ask for everybody:
    /// all of them are no one client.
    pub(crate) fn stranger<'v>(
        &self,
        peer: IpAddr,
        passed_on: impl IntoIterator<Item = &'v str>,
    ) -> Option<IpAddr> {
        let client = self.client(peer, passed_on);
        (!client.is_loopback() && !self.has(client)).then_some(client)
    }

    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl From<Vec<IpNet>> for Proxies {
    fn from(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }
}

/// An address as proxies and logs write it: some write the port too.
#[must_use]
pub fn address(written: &str) -> Option<IpAddr> {
    let written = written.trim();
    let with_port = || written.parse().map(|address: SocketAddr| address.ip());
    let bare = || written.trim_start_matches('[').trim_end_matches(']').parse();
    let address = written
        .parse()
        .or_else(|_| with_port())
        .or_else(|_| bare())
        .ok()?;
    Some(address.to_canonical())
}

/// The same where a port always follows, as PostgreSQL writes `connection_from`: of an IPv6 address without brackets the last
/// part is the port.
pub(crate) fn address_before_port(written: &str) -> Option<IpAddr> {
    let alone = written.rsplit_once(':').and_then(|(alone, _)| address(alone));
    alone.or_else(|| address(written))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, passed_on: &[&str]) -> String {
        let proxies = ["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"].map(str::to_owned);
        let proxies = Proxies::new(&proxies).expect("networks");
        let peer = peer.parse().expect("an address");
        proxies.client(peer, passed_on.iter().copied()).to_string()
    }

    #[test]
    fn who_is_no_proxy_of_ours_says_nothing_of_others() {
        assert_eq!(client("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(client("::ffff:192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
    }

    #[test]
    fn behind_proxies_of_ours_it_is_the_last_whom_they_did_not_make() {
        for (passed_on, from) in [
            (&["198.51.100.7"][..], "198.51.100.7"),
            (&["203.0.113.66, 198.51.100.7"], "198.51.100.7"),
            (&["203.0.113.66", "198.51.100.7,10.1.2.3"], "198.51.100.7"),
            (&["198.51.100.7:4711"], "198.51.100.7"),
            (&["[2001:db8:2::1]:4711"], "2001:db8:2::1"),
            (&["[2001:db8:2::1]"], "2001:db8:2::1"),
            (&["2001:db8:2::1, 2001:db8:1::9"], "2001:db8:2::1"),
            (&["::ffff:198.51.100.7"], "198.51.100.7"),
            (&["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
            // What cannot be read was not written by one of ours.
            (&["198.51.100.7, made up, 10.1.2.3"], "10.1.2.3"),
            (&["198.51.100.7, "], "127.0.0.1"),
            (&[""], "127.0.0.1"),
            (&[], "127.0.0.1"),
        ] {
            assert_eq!(client("127.0.0.1", passed_on), from, "{passed_on:?}");
        }
        assert_eq!(client("::ffff:127.0.0.1", &["198.51.100.7"]), "198.51.100.7");
    }

    #[test]
    fn the_port_is_no_part_of_the_address() {
        for (written, is) in [
            ("203.0.113.7:54321", "203.0.113.7"),
            ("203.0.113.7", "203.0.113.7"),
            ("2a05:d018:1:2:3:4:5:7:54321", "2a05:d018:1:2:3:4:5:7"),
            ("2a05::7:5432", "2a05::7"),
            ("[2a05::7]:5432", "2a05::7"),
            ("2a05::7", "2a05::7"),
        ] {
            let address = address_before_port(written).map(|address| address.to_string());
            assert_eq!(address.as_deref(), Some(is), "{written}");
        }
        assert_eq!(address_before_port("[local]"), None);
    }

    #[test]
    fn what_is_no_network_is_named() {
        let refused = Proxies::new(&["10.0.0.1".to_owned(), "proxy.example.org".to_owned()]).err();
        assert_eq!(
            refused.map(|refused| refused.given).as_deref(),
            Some("proxy.example.org")
        );
    }
}
