use super::*;

fn refused(text: &str) -> bool {
    PartnerUrl::parse(text, LoopbackHttp::Refused).is_err()
}

#[test]
fn hosts_are_normalised_and_compared_exactly() {
    let url = PartnerUrl::parse(
        "https://SHOP.Example:8443/a?b=c%20d&e",
        LoopbackHttp::Refused,
    )
    .unwrap();
    assert_eq!(url.as_str(), "https://shop.example:8443/a?b=c%20d&e");
    assert!(url.is_on(&["shop.EXAMPLE"]));
    for other in [
        "example",
        "a.shop.example",
        "shop.example.",
        "shop.example:8443",
        "*",
        "",
    ] {
        assert!(!url.is_on(&[other]), "{other}");
    }
    assert_eq!(
        normalised_host("商店.example").as_deref(),
        Some("xn--czrs0t.example")
    );
    for bad in ["", "a/b", "a@b", "a b", "a:1", "a."] {
        assert_eq!(normalised_host(bad), None, "{bad}");
    }
}

#[test]
fn what_could_lead_elsewhere_is_refused() {
    for text in [
        "",
        "shop.example",
        "//shop.example/",
        "http://shop.example/",
        "ftp://shop.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https:shop.example",
        "https:///shop.example",
        "https://",
        "https:///",
        "https://user@shop.example/",
        "https://@shop.example/",
        "https://:@shop.example/",
        "https://shop.example/#a",
        "https://shop.example/#",
        "https://shop.example\\@evil.example/",
        "https://shop.example\t/",
        " https://shop.example/",
        "https://shop.example/\n",
        "https://shop.example./",
        "https://shop.example/a b",
        "https://商店.example/",
        "https://shop.example/<script>",
        "https://shop.example/a&b?c",
        "https://shop.example:99999/",
        "https://[::1",
        "https://1.2.3.4.5/",
    ] {
        assert!(refused(text), "{text}");
    }
}

#[test]
fn plain_http_is_for_this_machine_and_only_when_allowed() {
    for text in [
        "http://127.0.0.1:8080/a",
        "http://localhost/",
        "http://[::1]:9/",
        "http://127.9.9.9/",
    ] {
        assert!(refused(text), "{text}");
        assert!(
            PartnerUrl::parse(text, LoopbackHttp::Allowed).is_ok(),
            "{text}"
        );
    }
    for text in [
        "http://10.0.0.1/",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
    ] {
        assert!(
            PartnerUrl::parse(text, LoopbackHttp::Allowed).is_err(),
            "{text}"
        );
    }
}
