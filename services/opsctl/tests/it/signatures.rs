//! Signed texts, signatures and verdicts against what Huifu's own clients produced.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::tool::Tool;

const VECTORS: &str = include_str!("../../../../shared/contract/tests/huifu-sign-vectors.json");

struct Bench {
    tool: Tool,
    vectors: Value,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (name, pem) in vectors["keys"].as_object().unwrap() {
            std::fs::write(folder.path().join(name), pem.as_str().unwrap()).unwrap();
        }
        Self {
            tool: Tool::new(),
            vectors,
            folder,
        }
    }

    fn key(&self, name: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        path.to_str().unwrap().to_owned()
    }

    /// Exit code and standard output.
    fn run(&self, arguments: &[&str], input: &str) -> (i32, String) {
        let ended = self.tool.fed(arguments, input);
        (ended.code, ended.stdout)
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[test]
fn requests_give_the_text_and_the_signature_of_huifus_clients_and_no_byte_more() {
    let bench = Bench::new();
    let (private, public) = (
        bench.key("merchant_private_pkcs8_pem"),
        bench.key("merchant_public_spki_pem"),
    );
    let mut checked = 0;
    for vector in bench.vectors["request_vectors"].as_array().unwrap() {
        if vector["all_sdks_agree"] != Value::Bool(true) {
            continue;
        }
        let client = vector["per_sdk"]
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap();
        let wire = text(client, "wire_data_json");
        let name = text(vector, "id");
        let signed = bench.run(&["signature", "text", "--scheme", "huifu"], wire);
        assert_eq!(signed, (0, text(vector, "canonical").to_owned()), "{name}");
        let signature = bench.run(
            &["signature", "sign", "--scheme", "huifu", "--key", &private],
            wire,
        );
        assert_eq!(
            signature,
            (0, text(vector, "signature_base64").to_owned()),
            "{name}"
        );
        let envelope = format!(r#"{{"sys_id":"x","data":{wire},"sign":"{}"}}"#, signature.1);
        let verify = ["signature", "verify", "--scheme", "huifu", "--key", &public];
        assert_eq!(
            bench.run(&verify, &envelope),
            (0, "The signature holds.\n".to_owned()),
            "{name}"
        );
        let altered = envelope.replacen("20261122", "20261123", 1);
        assert_ne!(altered, envelope, "{name}");
        assert_eq!(bench.run(&verify, &altered).0, 1, "{name}");
        checked += 1;
    }
    assert!(checked >= 8, "{checked} vectors were checked");
}

#[test]
fn answers_hold_where_one_of_huifus_clients_accepts_them() {
    let bench = Bench::new();
    let public = bench.key("huifu_public_spki_pem");
    for vector in bench.vectors["response_vectors"].as_array().unwrap() {
        let data = text(vector, "data_text_as_sent");
        let expected = [
            &vector["sign_ok_over_text_as_sent"],
            &vector["sign_ok_over_sorted_reserialised"],
        ];
        let holds = expected.contains(&&Value::Bool(true));
        let sign = text(vector, "sign");
        let arguments = [
            "signature",
            "verify",
            "--scheme",
            "huifu",
            "--key",
            &public,
            "--signature",
            sign,
        ];
        let (code, said) = bench.run(&arguments, data);
        assert_eq!(code, i32::from(!holds), "{}: {said}", text(vector, "id"));
    }
}

#[test]
fn callbacks_hold_over_the_text_as_it_came() {
    let bench = Bench::new();
    let public = bench.key("huifu_public_spki_pem");
    for vector in bench.vectors["notification_vectors"].as_array().unwrap() {
        let envelope = json!({ "resp_data": text(vector, "text"), "sign": text(vector, "sign") });
        let arguments = [
            "signature",
            "verify",
            "--scheme",
            "huifu",
            "--key",
            &public,
            "--json",
        ];
        let (code, said) = bench.run(&arguments, &envelope.to_string());
        assert_eq!(code, 0, "{}: {said}", text(vector, "id"));
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            (&said["holds"], &said["text"]),
            (&json!(true), &vector["text"])
        );
    }
}

#[test]
fn a_form_is_signed_and_verified_by_its_own_field() {
    let bench = Bench::new();
    let private = bench.key("merchant_private_pkcs8_pem");
    let form = "money=100.00&name=%E6%8F%90%E7%8E%B0+a%26b&empty=&Zeta=1&sign=old";
    let signed = bench.run(&["signature", "text", "--scheme", "partner"], form);
    assert_eq!(signed, (0, "Zeta=1&money=100.00&name=提现 a&b".to_owned()));
    let (_, sign) = bench.run(
        &[
            "signature",
            "sign",
            "--scheme",
            "partner",
            "--key",
            &private,
        ],
        form,
    );
    let encoded = sign
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    // A private key serves as well: its public half verifies. Forms from a terminal end a line.
    let verify = [
        "signature",
        "verify",
        "--scheme",
        "partner",
        "--key",
        &private,
    ];
    assert_eq!(
        bench
            .run(
                &verify,
                &form.replace("sign=old", &format!("sign={encoded}\n"))
            )
            .0,
        0
    );
    assert_eq!(
        bench
            .run(
                &verify,
                &form.replace("100.00", "900.00").replace("old", &encoded)
            )
            .0,
        1
    );
    let (code, said) = bench.run(&verify, "money=100.00");
    assert_eq!(
        (code, said.as_str()),
        (1, "The signature does not hold: there is no signature.\n")
    );
}

#[test]
fn input_that_has_no_signed_text_is_wrong_usage() {
    let bench = Bench::new();
    for (scheme, input) in [
        ("huifu", "[]"),
        ("huifu", "{\"a\":1,\"a\":2}"),
        ("huifu", ""),
        ("partner", "a=1&a=2"),
    ] {
        let (code, said) = bench.run(&["signature", "text", "--scheme", scheme], input);
        assert_eq!((code, said.as_str()), (64, ""), "{scheme} {input}");
    }
}

#[test]
fn a_signature_that_does_not_hold_is_explained_in_the_words_of_the_api() {
    let bench = Bench::new();
    let private = bench.key("merchant_private_pkcs8_pem");
    let public = bench.key("merchant_public_spki_pem");
    let sign = [
        "signature",
        "sign",
        "--scheme",
        "partner",
        "--key",
        &private,
    ];
    let (_, signature) = bench.run(&sign, "b=2");
    let question = json!({ "kind": "form", "body": "a=&b=2", "signature": signature });
    let explain = ["signature", "explain", "--key", &public];
    let (code, said) = bench.run(&explain, &question.to_string());
    assert_eq!(
        (code, said.as_str()),
        (
            0,
            "The signature holds.\n\nThe text that is signed: \"b=2\"\n"
        )
    );
    let question =
        json!({ "kind": "form", "body": "a=1&b=2", "signature": signature, "text": "b=2" });
    let (code, said) = bench.run(&explain, &question.to_string());
    assert_eq!(code, 1);
    insta::assert_snapshot!("signature_explain", said);
    let (code, said) = bench.run(&[&explain[..], &["--json"]].concat(), &question.to_string());
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &said["findings"][0]["field"]), (1, &json!("a")));
    for (arguments, input) in [
        (&explain[..], "{}"),
        (&explain[..], "a=1"),
        (&explain[..2], "{}"),
    ] {
        assert_eq!(bench.run(arguments, input), (64, String::new()), "{input}");
    }
}
