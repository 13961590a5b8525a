//! From which address a request came: the peer's, or what our own proxies say.
//!
//! What a newcomer would get wrong: `X-Forwarded-For` is what anybody writes. Each proxy of ours
//! adds one entry at the end; so with `TRUSTED_PROXIES` of them, the last so many entries are true,
//! and the first of these is the client.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address that is counted: of IPv6 the network, since one subscriber has all of it.
pub(crate) fn of_request(peer: SocketAddr, headers: &HeaderMap, trusted_proxies: usize) -> IpAddr {
    let mut entries: Vec<IpAddr> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        // An entry that is no address is nobody's, but it keeps its place.
        .map(|entry| entry.trim().parse().unwrap_or(peer.ip()))
        .collect();
    entries.push(peer.ip());
    // Fewer entries than proxies: somebody came past one of them. The first is the best there is.
    let at = entries.len().saturating_sub(trusted_proxies + 1);
    network(entries[at])
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn address(forwarded: &[&'static str], trusted_proxies: usize) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let peer = "10.0.0.9:1234".parse().unwrap();
        of_request(peer, &headers, trusted_proxies).to_string()
    }

    #[test]
    fn only_what_our_own_proxies_wrote_is_believed() {
        assert_eq!(address(&[], 0), "10.0.0.9");
        assert_eq!(address(&["1.1.1.1"], 0), "10.0.0.9", "nobody is trusted");
        assert_eq!(address(&["6.6.6.6, 1.1.1.1"], 1), "1.1.1.1");
        assert_eq!(address(&["6.6.6.6, 1.1.1.1", "10.0.0.8"], 2), "1.1.1.1");
        assert_eq!(address(&["1.1.1.1"], 3), "1.1.1.1");
        assert_eq!(address(&["6.6.6.6, unknown"], 1), "10.0.0.9");
    }

    #[test]
    fn a_subscriber_with_a_whole_network_is_one_address() {
        assert_eq!(address(&["2001:db8:1:2:3:4:5:6"], 1), "2001:db8:1:2::");
        assert_eq!(address(&["2001:db8:1:2:ffff::"], 1), "2001:db8:1:2::");
        assert_eq!(address(&["::ffff:1.1.1.1"], 1), "1.1.1.1");
    }
}
