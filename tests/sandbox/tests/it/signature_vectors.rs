//! Rule R and the signatures against what Huifu's own clients produced.

use sandbox::huifu::signed_text;
use sandbox::{SigningKey, VerifyingKey};
use serde_json::Value;

const VECTORS: &str = include_str!("../huifu-sign-vectors.json");

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

fn key(vectors: &Value, name: &str) -> VerifyingKey {
    VerifyingKey::read(vectors["keys"][name].as_str().unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[test]
fn every_request_of_every_client_verifies_by_rule_r_and_no_altered_one_does() {
    let vectors = vectors();
    let merchant = key(&vectors, "merchant_public_spki_pem");
    let mut checked = 0;
    for vector in vectors["request_vectors"].as_array().unwrap() {
        for (client, made) in vector["per_sdk"].as_object().unwrap() {
            if made["rule_R_on_wire_gives_canonical"] != Value::Bool(true) {
                continue;
            }
            let name = format!("{} {client}", text(vector, "id"));
            let signed = signed_text(text(made, "wire_data_json")).unwrap();
            assert_eq!(signed, text(made, "canonical"), "{name}");
            let sign = text(made, "signature_base64");
            assert!(merchant.verifies(signed.as_bytes(), sign), "{name}");
            let altered = signed.replacen("20261122", "20261123", 1);
            assert_ne!(altered, signed, "{name}");
            assert!(!merchant.verifies(altered.as_bytes(), sign), "{name}");
            checked += 1;
        }
    }
    assert_eq!(
        checked, 49,
        "13 vectors by 4 clients, less 3 with rare control characters"
    );
}

#[test]
fn our_signature_equals_the_one_of_huifus_clients() {
    let vectors = vectors();
    let private = text(&vectors["keys"], "merchant_private_pkcs8_pem");
    let key = SigningKey::read(private).unwrap();
    let first = &vectors["request_vectors"][0];
    assert_eq!(
        key.sign(text(first, "canonical").as_bytes()),
        text(first, "signature_base64")
    );
}

#[test]
fn answers_verify_over_the_sorted_text_exactly_where_they_should() {
    let vectors = vectors();
    let huifu = key(&vectors, "huifu_public_spki_pem");
    for vector in vectors["response_vectors"].as_array().unwrap() {
        let sent = text(vector, "data_text_as_sent");
        let sign = text(vector, "sign");
        let name = text(vector, "id");
        let as_sent = huifu.verifies(sent.as_bytes(), sign);
        assert_eq!(
            Value::Bool(as_sent),
            vector["sign_ok_over_text_as_sent"],
            "{name}"
        );
        let sorted = signed_text(sent).unwrap();
        let over_sorted = huifu.verifies(sorted.as_bytes(), sign);
        assert_eq!(
            Value::Bool(over_sorted),
            vector["sign_ok_over_sorted_reserialised"],
            "{name}"
        );
    }
}

#[test]
fn callbacks_verify_over_the_text_as_it_came() {
    let vectors = vectors();
    let huifu = key(&vectors, "huifu_public_spki_pem");
    for vector in vectors["notification_vectors"].as_array().unwrap() {
        let (received, sign) = (text(vector, "text"), text(vector, "sign"));
        assert!(
            huifu.verifies(received.as_bytes(), sign),
            "{}",
            text(vector, "id")
        );
        assert!(!huifu.verifies(format!("{received} ").as_bytes(), sign));
    }
}
