//! Signatures made by running Huifu's own clients (huifu-api.md §2), and every alteration of them.

use contract::huifu::callback::{CallbackForm, acknowledgement};
use contract::signing::huifu::{reprint, sign_data, verify_answer, verify_callback};
use contract::signing::keys::{PrivateKey, PublicKey};
use serde_json::Value;

struct Vectors(Value);

impl Vectors {
    fn read() -> Self {
        let text = include_str!("../huifu-sign-vectors.json");
        Self(serde_json::from_str(text).expect("the vectors are JSON"))
    }

    fn list(&self, name: &str) -> &[Value] {
        let list = self.0[name].as_array().expect("a list of vectors");
        assert!(!list.is_empty(), "{name}");
        list
    }

    fn public(&self, owner: &str) -> PublicKey {
        let pem = text(&self.0["keys"], &format!("{owner}_public_spki_pem"));
        pem.parse().expect("a good key")
    }

    fn private(&self, owner: &str) -> PrivateKey {
        let pem = text(&self.0["keys"], &format!("{owner}_private_pkcs8_pem"));
        pem.parse().expect("a good key")
    }
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is a text"))
}

fn flag(vector: &Value, name: &str) -> bool {
    vector[name]
        .as_bool()
        .unwrap_or_else(|| panic!("{name} is a flag"))
}

/// `text` with the character at `at` replaced by another one.
fn flipped(text: &str, at: usize) -> String {
    let flip = |(index, old): (usize, char)| match old {
        _ if index != at => old,
        '0' => '1',
        _ => '0',
    };
    text.chars().enumerate().map(flip).collect()
}

/// Every alteration of a good signature must be refused: each character of the text, a sample of
/// those of the signature (each of them is tried in the unit tests), and another key.
fn refuses_alterations(
    id: &str,
    signed: &str,
    sign: &str,
    (key, other): (&PublicKey, &PublicKey),
    verify: impl Fn(&str, &str, &PublicKey) -> bool,
) {
    assert!(verify(signed, sign, key), "{id}");
    assert!(!verify(signed, sign, other), "{id}: another key");
    for at in 0..signed.chars().count() {
        let altered = flipped(signed, at);
        assert!(
            !verify(&altered, sign, key),
            "{id}: character {at} of {signed}"
        );
    }
    for at in (0..sign.len()).step_by(7).chain(sign.len() - 3..sign.len()) {
        assert!(
            !verify(signed, &flipped(sign, at), key),
            "{id}: character {at} of the signature"
        );
    }
    for shorter in ["", &sign[..sign.len() - 4], &sign[4..]] {
        assert!(!verify(signed, shorter, key), "{id}");
    }
}

#[test]
fn requests_are_signed_as_huifus_clients_sign_them() {
    let vectors = Vectors::read();
    let (private, key) = (vectors.private("merchant"), vectors.public("merchant"));
    let mut agreed = 0;
    for vector in vectors.list("request_vectors") {
        if !flag(vector, "all_sdks_agree") {
            continue;
        }
        agreed += 1;
        let id = text(vector, "id");
        let signed = sign_data(text(vector, "input_json"), &private).expect(id);
        assert_eq!(signed.text.get(), text(vector, "canonical"), "{id}");
        assert_eq!(signed.sign, text(vector, "signature_base64"), "{id}");
        assert_eq!(
            key.verify(signed.text.get().as_bytes(), &signed.sign),
            Ok(()),
            "{id}"
        );
    }
    assert!(agreed >= 7, "{agreed} vectors on which all clients agree");
}

#[test]
fn what_each_client_sends_reprints_to_what_it_signed_and_no_alteration_holds() {
    let vectors = Vectors::read();
    let keys = (&vectors.public("merchant"), &vectors.public("huifu"));
    let mut applicable = 0;
    for vector in vectors.list("request_vectors") {
        for (client, sent) in vector["per_sdk"].as_object().expect("one entry per client") {
            if !flag(sent, "rule_R_on_wire_gives_canonical") {
                continue;
            }
            applicable += 1;
            let id = format!("{} by {client}", text(vector, "id"));
            let (wire, sign) = (text(sent, "wire_data_json"), text(sent, "signature_base64"));
            let reprinted = reprint(wire).expect(&id);
            assert_eq!(reprinted, text(sent, "canonical"), "{id}");
            let verify =
                |text: &str, sign: &str, key: &PublicKey| verify_callback(text, sign, key).is_ok();
            refuses_alterations(&id, &reprinted, sign, keys, verify);
            assert_eq!(verify_answer(wire, sign, keys.0), Ok(()), "{id}");
        }
    }
    assert!(applicable >= 40, "{applicable} applicable vectors");
}

#[test]
fn answers_verify_as_sent_or_reprinted_and_no_alteration_holds() {
    let vectors = Vectors::read();
    let keys = (&vectors.public("huifu"), &vectors.public("merchant"));
    let (mut good, mut bad) = (0, 0);
    for vector in vectors.list("response_vectors") {
        let (id, data, sign) = (
            text(vector, "id"),
            text(vector, "data_text_as_sent"),
            text(vector, "sign"),
        );
        let expected = flag(vector, "sign_ok_over_text_as_sent")
            || flag(vector, "sign_ok_over_sorted_reserialised");
        assert_eq!(verify_answer(data, sign, keys.0).is_ok(), expected, "{id}");
        if !expected {
            bad += 1;
            continue;
        }
        good += 1;
        // White space outside of strings is not part of the reprinted text, so only compact ones
        // are altered character by character.
        if reprint(data).is_ok_and(|text| text == data) {
            let verify =
                |text: &str, sign: &str, key: &PublicKey| verify_answer(text, sign, key).is_ok();
            refuses_alterations(id, data, sign, keys, verify);
        }
        let other_amount = data.replacen("6666000021291985", "6666000021291986", 1);
        assert!(verify_answer(&other_amount, sign, keys.0).is_err(), "{id}");
        assert!(verify_answer(data, sign, keys.1).is_err(), "{id}");
        assert!(
            verify_answer(data, &flipped(sign, 9), keys.0).is_err(),
            "{id}"
        );
    }
    assert!(good >= 11 && bad >= 1, "{good} good, {bad} bad");
}

#[test]
fn callbacks_decode_verify_and_are_acknowledged_and_no_alteration_holds() {
    let vectors = Vectors::read();
    let keys = (&vectors.public("huifu"), &vectors.public("merchant"));
    for vector in vectors.list("notification_vectors") {
        let (id, field, signed) = (
            text(vector, "id"),
            text(vector, "field"),
            text(vector, "text"),
        );
        let form: Vec<(String, String)> =
            form_urlencoded::parse(text(vector, "form_body").as_bytes())
                .into_owned()
                .collect();
        let value = |wanted: &str| {
            form.iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(value(field), Some(signed), "{id}");
        assert_eq!(value("sign"), Some(text(vector, "sign")), "{id}");
        let verify =
            |text: &str, sign: &str, key: &PublicKey| verify_callback(text, sign, key).is_ok();
        refuses_alterations(id, signed, text(vector, "sign"), keys, verify);

        let business: Value = serde_json::from_str(signed).expect(id);
        assert_eq!(
            acknowledgement(text(&business, "req_seq_id")),
            text(vector, "expected_ack"),
            "{id}"
        );
        let found = CallbackForm::find(&form);
        assert_eq!(found.is_ok(), field == "resp_data", "{id}");
        if let Ok(found) = found {
            let callback = found.open(keys.0).expect(id);
            assert_eq!(
                callback.acknowledgement(),
                text(vector, "expected_ack"),
                "{id}"
            );
            assert!(found.open(keys.1).is_err(), "{id}");
        }
    }
}
