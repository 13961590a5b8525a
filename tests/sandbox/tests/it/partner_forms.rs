//! The signed form of the page call.

use crate::platform::{Fields, NEXT_KEY, PARTNER_KEY, Platform};
use sandbox::partner::signed_text;
use serde_json::{Value, json};

fn holds(fields: &Fields) -> bool {
    let text = signed_text(
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    PARTNER_KEY
        .verifying_key()
        .verifies(text.as_bytes(), &fields["sign"])
}

fn form(platform: &Platform, overrides: &[(&str, Option<&str>)]) -> Fields {
    platform
        .partner
        .signed_form_with(overrides)
        .into_iter()
        .collect()
}

#[tokio::test]
async fn a_form_has_every_field_of_the_contract_within_its_limit() {
    let platform = Platform::start().await;
    let form = form(&platform, &[]);
    for (name, max) in [
        ("partner_id", 32),
        ("version", 8),
        ("sign_type", 8),
        ("key_id", 32),
        ("timestamp", 14),
        ("nonce", 32),
        ("sign", 512),
        ("third_party_user_id", 50),
        ("htouhui_user_id", 11),
        ("money", 16),
        ("return_url", 256),
        ("notify_url", 200),
        ("from_url", 256),
        ("out_order_no", 32),
    ] {
        assert!(
            (1..=max).contains(&form[name].len()),
            "{name}={}",
            form[name]
        );
    }
    assert_eq!(form.len(), 14);
    assert!(holds(&form));
}

#[tokio::test]
async fn two_forms_have_different_nonces_and_numbers() {
    let platform = Platform::start().await;
    let (one, two) = (form(&platform, &[]), form(&platform, &[]));
    assert_ne!(one["nonce"], two["nonce"]);
    assert_ne!(one["out_order_no"], two["out_order_no"]);
}

#[tokio::test]
async fn overrides_are_signed_and_a_wrong_signature_can_be_asked_for() {
    let platform = Platform::start().await;
    let changed = form(
        &platform,
        &[("money", Some("7.00")), ("extra", Some("额外"))],
    );
    assert_eq!(
        (changed["money"].as_str(), changed["extra"].as_str()),
        ("7.00", "额外")
    );
    assert!(holds(&changed));
    let without = form(&platform, &[("out_order_no", None), ("nonce", None)]);
    assert!(!without.contains_key("nonce") && holds(&without));
    assert!(!holds(&form(&platform, &[("sign", Some("AAAA"))])));
}

#[tokio::test]
async fn another_key_signs_after_a_rotation() {
    let platform = Platform::start().await;
    platform.partner.use_key("k2", NEXT_KEY.clone());
    let form = form(&platform, &[]);
    assert_eq!(form["key_id"], "k2");
    assert!(!holds(&form));
}

#[tokio::test]
async fn the_admin_hands_out_signed_forms() {
    let platform = Platform::start().await;
    let answer = platform
        .admin("signed-form", json!({"money": "8.00", "key_id": null}))
        .await;
    let form: Fields = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(form["money"], "8.00");
    assert!(!form.contains_key("key_id") && holds(&form));
    let wrong = platform.admin("signed-form", json!({"money": 8})).await;
    assert_eq!(wrong.status().as_u16(), 400);
}

#[tokio::test]
async fn an_api_call_is_signed_line_by_line() {
    let platform = Platform::start().await;
    let header = platform.partner.authorization("POST", "/v1/x?a=1", "{}");
    let parameter = |name: &str| {
        let start = header.split_once(&format!("{name}=\"")).unwrap().1;
        start.split_once('"').unwrap().0.to_owned()
    };
    assert!(
        header.starts_with("TIXIAN-RSA2 partner_id=\"shop\",key_id=\"k1\","),
        "{header}"
    );
    let (timestamp, nonce) = (parameter("timestamp"), parameter("nonce"));
    let text = format!("POST\n/v1/x?a=1\n{timestamp}\n{nonce}\n{{}}\n");
    assert!(
        PARTNER_KEY
            .verifying_key()
            .verifies(text.as_bytes(), &parameter("signature"))
    );
}

#[tokio::test]
async fn an_answer_to_an_api_call_must_be_signed_by_the_platform() {
    let platform = Platform::start().await;
    let sign = crate::platform::PLATFORM_KEY.sign(b"POST\n/v1/x\n20261122120000\nn1\n{}\n");
    let header = format!(
        "TIXIAN-RSA2 partner_id=\"shop\",key_id=\"p1\",timestamp=\"20261122120000\",nonce=\"n1\",signature=\"{sign}\""
    );
    let partner = &platform.partner;
    assert!(
        partner
            .verifies_api_answer(&header, "POST", "/v1/x", "{}")
            .await
    );
    assert!(
        !partner
            .verifies_api_answer(&header, "POST", "/v1/x", "[]")
            .await
    );
    assert!(
        !partner
            .verifies_api_answer("Bearer x", "POST", "/v1/x", "{}")
            .await
    );
}

#[tokio::test]
async fn the_shop_asks_for_an_amount_and_hands_over_a_form() {
    let platform = Platform::start().await;
    assert!(platform.text("/").await.contains("提现"));
    let post = |body: &'static str| {
        let url = format!("{}/start", platform.partner.base_url);
        platform.client.post(url).body(body).send()
    };
    let page = post("money=12&cash_type=D0&lang=en")
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for part in [
        r#"name="money" value="12.00""#,
        r#"name="cash_type" value="D0""#,
        "/withdraw",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    for wrong in [
        "money=abc",
        "money=1.234",
        "money=-1",
        "",
        "money=%3Cscript%3E",
    ] {
        let answer = post(wrong).await.unwrap();
        assert_eq!(answer.status().as_u16(), 400, "{wrong}");
        assert!(!answer.text().await.unwrap().contains("<script>"));
    }
}

#[tokio::test]
async fn the_empty_notice_list_is_json_too() {
    let platform = Platform::start().await;
    let list: Value = serde_json::from_str(&platform.text("/notices.json").await).unwrap();
    assert_eq!(list, json!([]));
}
