//! Which addresses are public.
//!
//! For IPv4 the special ranges are listed (IANA, RFC 6890). For IPv6 it is the other way round:
//! only what is given out as global unicast is public, whatever will be invented elsewhere. IPv6
//! addresses that carry an IPv4 address inside are judged by that one, since a gateway on the way
//! would connect to it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Network, length of its prefix, and what it is.
type Range4 = (Ipv4Addr, u32, &'static str);
type Range6 = (Ipv6Addr, u32, &'static str);

const SPECIAL_4: [Range4; 18] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "of this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "behind a carrier's NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "this machine"),
    // The metadata services of most clouds are among these: 169.254.169.254.
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation"),
    (Ipv4Addr::new(192, 31, 196, 0), 24, "reserved for protocols"),
    (Ipv4Addr::new(192, 52, 193, 0), 24, "reserved for protocols"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation"),
    // A public address in form, but Azure answers it inside each of its machines.
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a metadata service"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved or broadcast"),
];

const GLOBAL_UNICAST: Range6 = (
    Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0),
    3,
    "global unicast",
);

/// Parts of global unicast that are something else.
const SPECIAL_6: [Range6; 3] = [
    // Teredo, ORCHID, benchmarks and other protocols: nothing that a shop answers from.
    (
        Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0),
        23,
        "reserved for protocols",
    ),
    (
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
        32,
        "for documentation",
    ),
    (
        Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0),
        20,
        "for documentation",
    ),
];

/// What keeps the address from being public; `None` when nothing does.
pub(super) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => special_4(address),
        IpAddr::V6(address) => special_6(address),
    }
}

fn special_4(address: Ipv4Addr) -> Option<&'static str> {
    let within = |(network, length, _): &&Range4| {
        (u32::from(address) ^ u32::from(*network)).leading_zeros() >= *length
    };
    SPECIAL_4.iter().find(within).map(|(_, _, kind)| *kind)
}

fn special_6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(inside) = embedded(address) {
        return special_4(inside);
    }
    let within = |(network, length, _): &&Range6| {
        (u128::from(address) ^ u128::from(*network)).leading_zeros() >= *length
    };
    if !within(&&GLOBAL_UNICAST) {
        return Some("not global unicast");
    }
    SPECIAL_6.iter().find(within).map(|(_, _, kind)| *kind)
}

/// The IPv4 address that a gateway would connect to. The IPv4-compatible form (`::a.b.c.d`) and
/// the local NAT64 prefix are not here: no such address is public, whatever is inside.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let inside = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match [a, b, c, d, e, f] {
        // IPv4-mapped.
        [0, 0, 0, 0, 0, 0xffff] => Some(inside(high, low)),
        // NAT64: how an IPv6-only cluster reaches a partner that has only IPv4.
        [0x64, 0xff9b, 0, 0, 0, 0] => Some(inside(high, low)),
        // 6to4.
        [0x2002, high, low, ..] => Some(inside(high, low)),
        _ => None,
    }
}
