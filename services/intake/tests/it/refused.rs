//! Bad page calls: an error page with a stable code, the field and the rule, no redirect, no row.

use sandbox::SigningKey;
use sandbox::user::UserAgent;
use stand::keys::rsa_2048;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{CARDLESS, STRANGER, World, shop};

struct Case {
    change: (&'static str, Option<String>),
    status: u16,
    code: &'static str,
    field: &'static str,
}

fn case(name: &'static str, value: &str, status: u16, code: &'static str) -> Case {
    Case {
        change: (name, Some(value.to_owned())),
        status,
        code,
        field: name,
    }
}

fn without(name: &'static str) -> Case {
    Case {
        change: (name, None),
        status: 400,
        code: "field_missing",
        field: name,
    }
}

async fn check(world: &World, case: &Case) {
    let (name, value) = &case.change;
    let form = world.partner.signed_form_with(&[(name, value.as_deref())]);
    let what = format!("{name}={value:?}");
    let page = world.refusal(&form).await;
    assert_eq!(page.status, case.status, "{what}: {}", page.text());
    assert!(
        page.html.contains(&format!("id=\"code\">{}<", case.code)),
        "{what}: {}",
        page.html
    );
    assert!(
        page.html.contains(&format!("<code>{}</code>", case.field)),
        "{what}: {}",
        page.html
    );
    assert!(
        world.left_nothing(&form).await,
        "{what} left something behind"
    );
}

#[tokio::test]
async fn missing_overlong_and_malformed_fields_are_named_with_their_rule() {
    let world = World::open().await;
    for name in [
        "partner_id",
        "version",
        "sign_type",
        "timestamp",
        "nonce",
        "sign",
        "third_party_user_id",
        "htouhui_user_id",
        "money",
        "return_url",
        "notify_url",
        "from_url",
    ] {
        check(&world, &without(name)).await;
    }
    let long = |n: usize| "a".repeat(n);
    let long_url = |n: usize| format!("https://127.0.0.1/{}", long(n - 18));
    for (name, value) in [
        ("partner_id", long(33)),
        ("third_party_user_id", long(51)),
        ("htouhui_user_id", long(12)),
        ("money", "1".repeat(17)),
        ("return_url", long_url(257)),
        ("notify_url", long_url(201)),
        ("from_url", long_url(257)),
        ("out_order_no", long(33)),
        ("sign", long(513)),
    ] {
        check(&world, &case(name, &value, 400, "field_too_long")).await;
    }
    for (name, value) in [
        ("version", "2.0"),
        ("sign_type", "RSA"),
        ("timestamp", "20261322120000"),
        ("nonce", "a b"),
        ("sign", "%%%"),
        ("money", "1.234"),
        ("money", "-1.00"),
        ("money", "1e3"),
        ("return_url", "http://shop.example/"),
        ("notify_url", "javascript:alert(1)"),
        ("cash_type", "T0"),
        ("lang", "fr"),
    ] {
        check(&world, &case(name, value, 400, "field_malformed")).await;
    }
    check(&world, &case("money", "0.00", 400, "amount_not_positive")).await;
}

#[tokio::test]
async fn what_does_not_fit_our_books_is_refused_after_the_signature() {
    let world = World::open().await;
    for case in [
        case("money", "50000.01", 422, "amount_too_large"),
        case(
            "return_url",
            "https://evil.example/",
            403,
            "host_not_registered",
        ),
        case(
            "notify_url",
            "https://127.0.0.1.evil.example/",
            403,
            "host_not_registered",
        ),
        case(
            "from_url",
            "https://sub.127.0.0.1.example/",
            403,
            "host_not_registered",
        ),
        case("htouhui_user_id", "19999999999", 422, "user_unknown"),
        case("htouhui_user_id", STRANGER, 422, "user_unknown"),
        case("timestamp", "20200101000000", 400, "timestamp_out_of_range"),
        case("timestamp", "20990101000000", 400, "timestamp_out_of_range"),
    ] {
        check(&world, &case).await;
    }
    let wrong_pair = case("third_party_user_id", "somebody-else", 422, "user_unknown");
    check(
        &world,
        &Case {
            field: "htouhui_user_id",
            ..wrong_pair
        },
    )
    .await;
    let cardless = [
        ("htouhui_user_id", CARDLESS),
        ("third_party_user_id", "cardless"),
    ];
    let page = world.refusal(&world.partner.signed_form(&cardless)).await;
    assert_eq!(page.status, 422);
    assert!(page.html.contains("card_missing"));
}

#[tokio::test]
async fn a_stranger_hears_of_the_partner_or_the_signature_and_of_nothing_else() {
    let world = World::open().await;
    check(
        &world,
        &case("partner_id", "nobody", 401, "partner_unknown"),
    )
    .await;
    check(&world, &case("key_id", "key-9", 401, "key_unknown")).await;
    // Wrong in every way, and only the signature is spoken of.
    let mut form = world.partner.signed_form(&[
        ("return_url", "https://evil.example/"),
        ("htouhui_user_id", STRANGER),
        ("timestamp", "20200101000000"),
    ]);
    let money = form.iter_mut().find(|(name, _)| name == "money").unwrap();
    money.1 = "100.01".to_owned();
    let page = world.refusal(&form).await;
    assert_eq!(page.status, 401);
    assert!(page.html.contains("signature_mismatch"));
    assert!(!page.html.contains("host_not_registered") && !page.html.contains("evil"));
    assert!(world.left_nothing(&form).await);

    // Another partner's key, although it is registered for that other partner.
    let impostor = SigningKey::read(&rsa_2048(4).private_pkcs8_pem).unwrap();
    world.partner.use_key("key-1", impostor);
    let form = world.partner.signed_form(&[]);
    assert!(
        world
            .refusal(&form)
            .await
            .html
            .contains("signature_mismatch")
    );
    assert!(world.left_nothing(&form).await);
}

#[tokio::test]
async fn a_user_of_another_partner_looks_exactly_like_no_user() {
    let world = World::open().await;
    let other = shop(&world.base, "other", 4).await;
    let page = |user: &'static str, third: &'static str| {
        let fields = [("htouhui_user_id", user), ("third_party_user_id", third)];
        let form = other.signed_form(&fields);
        let world = &world;
        async move { world.refusal(&form).await }
    };
    let foreign = page(crate::world::USER, "shop-user-1").await;
    let nobody = page("19999999999", "shop-user-1").await;
    assert_eq!(
        (foreign.status, &foreign.html),
        (nobody.status, &nobody.html)
    );
}

#[tokio::test]
async fn what_is_no_form_is_refused_before_it_is_read() {
    let world = World::open().await;
    let url = world.partner.withdraw_url();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let form_type = "application/x-www-form-urlencoded";
    for (kind, body, status, code) in [
        (
            "application/json",
            "{}".to_owned(),
            400,
            "request_malformed",
        ),
        (form_type, "money=%ff".to_owned(), 400, "request_malformed"),
        (
            form_type,
            format!("a={}", "x".repeat(17_000)),
            413,
            "request_too_large",
        ),
        (
            form_type,
            "money=1&money=2".to_owned(),
            400,
            "field_repeated",
        ),
        (form_type, String::new(), 400, "field_missing"),
    ] {
        let answer = client.post(&url).header("content-type", kind).body(body);
        let answer = answer.send().await.unwrap();
        assert_eq!(answer.status(), status, "{code}");
        assert!(answer.headers().get("location").is_none());
        assert!(answer.text().await.unwrap().contains(code), "{code}");
    }
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert!(answer.text().await.unwrap().contains("method_not_allowed"));
    let answer = client
        .get(format!("{}/nothing", world.base))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn a_body_that_is_announced_as_far_too_long_is_answered_with_the_error_page() {
    let world = World::open().await;
    let address = world.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /withdraw HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: 70000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    for part in [
        "content-type: text/html; charset=utf-8",
        "content-security-policy: default-src 'none'",
        "x-request-id: ",
        "id=\"code\">request_too_large<",
        "无法继续",
    ] {
        assert!(answer.contains(part), "{part} is not in: {answer}");
    }
}

#[tokio::test]
async fn an_error_page_repeats_nothing_that_was_sent() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let attack = "<script>alert(1)</script>";
    let form = world
        .partner
        .signed_form(&[("money", attack), (attack, attack)]);
    let answer = user
        .post(&world.partner.withdraw_url(), &form)
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
    let html = answer.text().await.unwrap();
    assert!(!html.contains("alert(1)"), "{html}");
    assert!(html.contains("money") && html.contains("(unknown field)"));
}

#[tokio::test]
async fn old_and_new_keys_both_sign_until_the_old_one_is_retired() {
    let world = World::open().await;
    let new_key = rsa_2048(5);
    let public: contract::signing::keys::PublicKey = new_key.public_spki_pem.parse().unwrap();
    let id = "shop".parse().unwrap();
    let now = runtime::clock::now();
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("intake test: add key").await.unwrap();
    let added = store::partners::PartnerKey {
        key_id: "key-2".parse().unwrap(),
        spki: public.to_spki_der().to_vec(),
        fingerprint: public.fingerprint().to_owned(),
        not_before: now,
        retired_at: None,
    };
    store::partners::add_key(&tx, now, &id, &added)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut user = UserAgent::new().unwrap();
    assert_eq!(
        world.page(&mut user, &[]).await.status,
        200,
        "the old key still signs"
    );

    let tx = connection.begin("intake test: retire key").await.unwrap();
    let old = "key-1".parse().unwrap();
    assert!(
        store::partners::retire_key(&tx, now, &id, &old, now)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let page = world.refusal(&world.partner.signed_form(&[])).await;
    assert_eq!(page.status, 401);
    assert!(page.html.contains("key_retired"), "{}", page.html);
    let unnamed = world.partner.signed_form_with(&[("key_id", None)]);
    assert!(
        world
            .refusal(&unnamed)
            .await
            .html
            .contains("signature_mismatch")
    );

    let new_key = SigningKey::read(&new_key.private_pkcs8_pem).unwrap();
    world.partner.use_key("key-2", new_key);
    assert_eq!(world.page(&mut user, &[]).await.status, 200);
    let unnamed = world.partner.signed_form_with(&[("key_id", None)]);
    let opened = user
        .open(&world.partner.withdraw_url(), &unnamed)
        .await
        .unwrap();
    assert_eq!(
        opened.status, 200,
        "without a name every active key is tried"
    );
}
