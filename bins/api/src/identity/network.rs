//! From where somebody comes, and what this machine is called.

use std::net::IpAddr;

use access_journal::client::Proxies;
use axum::http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address of whoever asks, also through proxies of ours.
pub(crate) fn client(proxies: &Proxies, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let passed_on = headers.get_all(FORWARDED_FOR).iter();
    proxies.client(peer, passed_on.map(|value| value.to_str().unwrap_or("?")))
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

    #[test]
    fn all_headers_of_the_name_are_one_list() {
        let proxies = Proxies::new(&["127.0.0.1".to_owned(), "10.0.0.0/8".to_owned()]).expect("networks");
        let from = |passed_on: &[&[u8]]| {
            let header = |value: &&[u8]| {
                let value = axum::http::HeaderValue::from_bytes(value).expect("a value");
                (FORWARDED_FOR.parse().expect("a name"), value)
            };
            let headers = passed_on.iter().map(header).collect();
            client(&proxies, "127.0.0.1".parse().expect("an address"), &headers).to_string()
        };
        assert_eq!(from(&[b"203.0.113.66", b"198.51.100.7,10.1.2.3"]), "198.51.100.7");
        assert_eq!(
            from(&[b"198.51.100.7", b"\xff"]),
            "127.0.0.1",
            "what is no text is no address"
        );
        assert_eq!(from(&[]), "127.0.0.1");
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
