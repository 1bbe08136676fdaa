//! From where somebody comes, also through proxies of our own.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;
use wiring::stop::Stop;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Those who pass requests on, and are believed when they say from where.
#[derive(Debug)]
pub(crate) struct Proxies(Vec<IpNet>);

impl Proxies {
    /// From addresses and networks as the configuration has them.
    ///
    /// # Errors
    /// Where one is neither.
    pub(super) fn new(written: &[String]) -> Result<Self, Stop> {
        let read = |text: &String| {
            let alone = text.parse::<IpAddr>().map(IpNet::from);
            alone.or_else(|_| text.parse()).map_err(|_| {
                Stop::usage(format!(
                    "api.trusted_proxies: {text:?} is no address and no network; write such as \"127.0.0.1\" or \"10.0.0.0/8\""
                ))
            })
        };
        written.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The address of whoever asks. Each proxy adds at the right whom it heard; so the rightmost who is none of ours is
    /// whom one of ours heard, and what stands left of that anybody may have made up.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let passed_on = headers.get_all(FORWARDED_FOR).iter();
        let mut passed_on: Vec<&str> = passed_on
            .flat_map(|value| value.to_str().unwrap_or("?").split(','))
            .collect();
        let mut nearest = peer.to_canonical();
        while self.has(nearest) {
            let Some(before) = passed_on.pop().and_then(address) else {
                break;
            };
            nearest = before;
        }
        nearest
    }

    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Some proxies write the port too.
fn address(written: &str) -> Option<IpAddr> {
    let written = written.trim();
    let with_port = || written.parse().map(|address: SocketAddr| address.ip());
    let address = written.parse().or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
}

/// The network of an address: so many bits of an IPv4 address, so many of an IPv6 one.
pub(super) fn network(address: IpAddr, v4: u8, v6: u8) -> IpNet {
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { v4 } else { v6 };
    IpNet::new(address, bits).map_or_else(|_| address.into(), |network| network.trunc())
}

/// Whether a name, as it stands in a URL, is one of this machine that nobody else can be meant by.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, passed_on: &[&'static str]) -> String {
        let proxies = ["127.0.0.1", "10.0.0.0/8", "2001:db8:1::/48"].map(str::to_owned);
        let proxies = Proxies::new(&proxies).expect("networks");
        let headers = passed_on
            .iter()
            .map(|value| {
                (
                    FORWARDED_FOR.parse().expect("a name"),
                    value.parse().expect("a value"),
                )
            })
            .collect();
        proxies
            .client(peer.parse().expect("an address"), &headers)
            .to_string()
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
    fn a_network_is_the_first_bits_of_an_address() {
        let of = |address: &str| network(address.parse().expect("an address"), 24, 48).to_string();
        assert_eq!(of("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("::ffff:192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("2001:db8:1:2:3::4"), "2001:db8:1::/48");
    }

    #[test]
    fn only_this_machines_own_names_are_loopback() {
        for own in ["localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "[::1]"] {
            assert!(is_loopback(own), "{own}");
        }
        for other in [
            "",
            "evil.example",
            "localhost.evil.example",
            "0.0.0.0",
            "10.0.0.1",
            "[::]",
        ] {
            assert!(!is_loopback(other), "{other}");
        }
    }
}
