use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::addresses::not_public;
use super::*;

fn refused(address: &str) -> bool {
    not_public(address.parse().unwrap()).is_some()
}

#[test]
fn the_first_and_last_address_of_every_special_range_is_refused_and_the_neighbours_are_not() {
    for (first, last, before, after) in [
        ("10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
        (
            "100.64.0.0",
            "100.127.255.255",
            "100.63.255.255",
            "100.128.0.0",
        ),
        (
            "127.0.0.0",
            "127.255.255.255",
            "126.255.255.255",
            "128.0.0.0",
        ),
        (
            "169.254.0.0",
            "169.254.255.255",
            "169.253.255.255",
            "169.255.0.0",
        ),
        (
            "172.16.0.0",
            "172.31.255.255",
            "172.15.255.255",
            "172.32.0.0",
        ),
        ("192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"),
        (
            "192.168.0.0",
            "192.168.255.255",
            "192.167.255.255",
            "192.169.0.0",
        ),
        (
            "198.18.0.0",
            "198.19.255.255",
            "198.17.255.255",
            "198.20.0.0",
        ),
        ("224.0.0.0", "255.255.255.255", "223.255.255.255", "1.0.0.0"),
        ("0.0.0.0", "0.255.255.255", "1.1.1.1", "8.8.8.8"),
    ] {
        assert!(refused(first) && refused(last), "{first} to {last}");
        assert!(!refused(before) && !refused(after), "{before} and {after}");
    }
}

#[test]
fn no_spelling_of_an_inner_address_gets_through() {
    for address in [
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "fec0::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.1.2.3",
        "::127.0.0.1",
        "::8.8.8.8",
        "64:ff9b::127.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::8.8.8.8",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2002:c0a8:101::",
        "2001:0:4136:e378::1",
        "2001:db8::1",
        "2001:2::1",
        "3fff::1",
        "100::1",
        "5f00::1",
        "4000::1",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "168.63.129.16",
        "100.100.100.200",
        "192.88.99.1",
    ] {
        assert!(refused(address), "{address}");
    }
    for address in [
        "1.1.1.1",
        "114.114.114.114",
        "2606:4700::1111",
        "240e::1",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ] {
        assert!(!refused(address), "{address}");
    }
}

#[test]
fn only_https_on_a_registered_host_passes_and_loopback_only_by_the_setting() {
    let hosts = [
        "shop.example".to_owned(),
        "127.0.0.1".to_owned(),
        "localhost".to_owned(),
        "10.0.0.1".to_owned(),
    ];
    let verdict = |url: &str, loopback| match check(url, &hosts, loopback) {
        Ok(_) => "sent",
        Err(Refused::Url) => "url",
        Err(Refused::Host) => "host",
        Err(Refused::Address(_)) => "address",
        Err(Refused::Nowhere) => "nowhere",
    };
    for (url, refused, allowed) in [
        ("https://shop.example/n", "sent", "sent"),
        ("https://shop.example:8443/n?a=1", "sent", "sent"),
        ("http://shop.example/n", "url", "url"),
        ("https://other.example/n", "host", "host"),
        ("https://shop.example@other.example/n", "url", "url"),
        ("https://user:pass@shop.example/n", "url", "url"),
        ("ftp://shop.example/n", "url", "url"),
        ("http://127.0.0.1:9/n", "url", "sent"),
        ("https://127.0.0.1/n", "address", "sent"),
        ("https://0x7f.1/n", "address", "sent"),
        ("https://2130706433/n", "address", "sent"),
        ("http://localhost/n", "url", "sent"),
        ("http://10.0.0.1/n", "url", "url"),
        ("https://10.0.0.1/n", "address", "address"),
        ("https://169.254.169.254/", "host", "host"),
        ("https://[::1]/n", "host", "host"),
    ] {
        assert_eq!(verdict(url, LoopbackHttp::Refused), refused, "{url}");
        assert_eq!(
            verdict(url, LoopbackHttp::Allowed),
            allowed,
            "{url} with the setting"
        );
    }
}

#[test]
fn one_inner_address_among_public_ones_spoils_all() {
    let public: SocketAddr = "1.1.1.1:0".parse().unwrap();
    let inner: SocketAddr = "10.0.0.1:0".parse().unwrap();
    let check = |found: &[SocketAddr]| check_all("shop.example", found, LoopbackHttp::Refused);
    assert!(check(&[public]).is_ok());
    assert!(matches!(
        check(&[public, inner]),
        Err(Refused::Address("private"))
    ));
    assert!(matches!(check(&[]), Err(Refused::Nowhere)));
}

#[test]
fn a_name_that_leads_to_this_machine_is_refused_even_where_loopback_is_allowed() {
    let here: SocketAddr = "127.0.0.1:0".parse().unwrap();
    assert!(check_all("localhost", &[here], LoopbackHttp::Allowed).is_ok());
    assert!(check_all("rebound.example", &[here], LoopbackHttp::Allowed).is_err());
    assert!(check_all("localhost", &[here], LoopbackHttp::Refused).is_err());
}

#[tokio::test]
async fn a_lookup_refuses_what_leads_here() {
    let ask = async |loopback| lookup("localhost", 443, loopback).await;
    let found = ask(LoopbackHttp::Allowed).await.unwrap();
    assert!(!found.is_empty() && found.iter().all(|address| address.port() == 443));
    let error = ask(LoopbackHttp::Refused).await.unwrap_err();
    assert!(
        matches!(error, LookupError::Refused(Refused::Address(_))),
        "{error}"
    );
}

proptest! {
    #[test]
    fn what_the_standard_library_calls_special_is_never_public(bits: u32) {
        let address = Ipv4Addr::from(bits);
        let special = address.is_private() || address.is_loopback() || address.is_link_local()
            || address.is_multicast() || address.is_broadcast() || address.is_documentation()
            || address.is_unspecified();
        prop_assert!(!special || not_public(address.into()).is_some(), "{address}");
    }

    #[test]
    fn an_inner_address_stays_inner_however_it_is_wrapped(host in 0..0x0100_0000_u32, low: u64) {
        let inner = Ipv4Addr::from((10 << 24) | host);
        prop_assert!(not_public(inner.into()).is_some());
        prop_assert!(not_public(inner.to_ipv6_mapped().into()).is_some());
        prop_assert!(not_public(inner.to_ipv6_compatible().into()).is_some());
        let bits = u128::from(u32::from(inner));
        let nat64 = Ipv6Addr::from((0x64_ff9b_u128 << 96) | bits);
        prop_assert!(not_public(nat64.into()).is_some(), "{nat64}");
        let six_to_four = Ipv6Addr::from((0x2002_u128 << 112) | (bits << 80) | u128::from(low));
        prop_assert!(not_public(six_to_four.into()).is_some(), "{six_to_four}");
    }

    #[test]
    fn nothing_outside_of_global_unicast_is_public(bits: u128) {
        let address = Ipv6Addr::from(bits);
        let global = address.segments()[0] & 0xe000 == 0x2000;
        let carries = address.segments()[..6] == [0, 0, 0, 0, 0, 0xffff]
            || address.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
        prop_assert!(global || carries || not_public(address.into()).is_some(), "{address}");
        let special = address.is_loopback() || address.is_unspecified() || address.is_multicast()
            || address.is_unique_local() || address.is_unicast_link_local();
        prop_assert!(!special || not_public(address.into()).is_some(), "{address}");
    }
}
