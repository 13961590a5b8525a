//! A partner whose signature does not hold asks why.

use contract::signing::diagnosis::Mistake;
use sandbox::SigningKey;
use sandbox::partner::Api;
use serde_json::{Value, json};
use stand::keys::rsa_2048;

use crate::api::{good, refused};
use crate::world::World;

/// A fresh page call as an object.
fn fields(world: &World) -> Value {
    let form = world.partner.signed_form(&[("money", "12.30")]);
    let members = form
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)));
    Value::Object(members.collect())
}

async fn codes(world: &World, question: &Value) -> Vec<String> {
    let answer = good(&world.partner, Api::SignatureCheck, question).await;
    let findings = answer["findings"].as_array().unwrap();
    let codes = findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap().to_owned());
    codes.collect()
}

#[tokio::test]
async fn a_form_that_would_be_taken_is_found_good_and_can_still_be_used() {
    let world = World::open().await;
    let form = world.partner.signed_form(&[]);
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form)
        .finish();
    let question = json!({ "kind": "form", "body": body });
    assert_eq!(codes(&world, &question).await, [""; 0]);
    let mut user = sandbox::user::UserAgent::new().unwrap();
    user.open(&world.partner.withdraw_url(), &form)
        .await
        .unwrap();
    // Now its nonce is used up.
    assert_eq!(codes(&world, &question).await, ["nonce_used"]);
}

#[tokio::test]
async fn what_was_signed_wrongly_is_named_and_shown() {
    let world = World::open().await;
    let key = SigningKey::read(&rsa_2048(3).private_pkcs8_pem).unwrap();
    let mut fields = fields(&world);
    fields["note"] = json!("a b");
    let question = json!({ "kind": "form", "fields": fields, "signature": "" });
    let unsigned = good(&world.partner, Api::SignatureCheck, &question).await;
    // An empty signature is none, and the form's own is taken: it does not cover `note`.
    assert_eq!(unsigned["findings"][0]["code"], "field_left_out");
    assert_eq!(unsigned["findings"][0]["field"], "note");
    let right = unsigned["text"].as_str().unwrap();
    let theirs = format!("{right}\n");
    let signature = key.sign(theirs.as_bytes());
    let question =
        json!({ "kind": "form", "fields": fields, "signature": signature, "text": theirs });
    let answer = good(&world.partner, Api::SignatureCheck, &question).await;
    assert_eq!(answer["holds"], json!(false));
    assert_eq!(
        answer["findings"][0]["code"],
        Mistake::LineEndAtEnd.as_str()
    );
    assert_eq!(answer["difference"]["at"], right.len());
    assert!(
        answer["difference"]["yours"]
            .as_str()
            .unwrap()
            .ends_with("\\n")
    );
    assert!(
        answer["findings"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("换行")
    );
}

#[tokio::test]
async fn a_notice_of_ours_is_verified_with_our_own_keys() {
    let world = World::open().await;
    let key: contract::signing::keys::PrivateKey = rsa_2048(1).private_pkcs8_pem.parse().unwrap();
    let mut form: Vec<(String, String)> =
        [("key_id", "ours-1"), ("money", "12.30"), ("status", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    let sign = contract::signing::partner::sign(&form, &key).unwrap();
    form.push(("sign".to_owned(), sign));
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form)
        .finish();
    assert_eq!(
        codes(&world, &json!({ "kind": "notice", "body": body })).await,
        [""; 0]
    );
    let altered = body.replace("12.30", "92.30");
    assert_eq!(
        codes(&world, &json!({ "kind": "notice", "body": altered })).await,
        ["nothing_fits"]
    );
}

#[tokio::test]
async fn a_stranger_is_told_nothing_and_a_partner_not_without_end() {
    let world = World::open().await;
    let question = json!({ "kind": "form", "body": "a=1" });
    let stranger = crate::world::shop(&world.base, "stranger", 4).await;
    let answer = stranger.call(Api::SignatureCheck, &question).await.unwrap();
    assert_eq!((answer.status, answer.signed), (401, false));
    assert!(answer.body.get("findings").is_none());
    // Signed with a key that is not registered: as good as a stranger.
    let forger = crate::world::shop(&world.base, "shop", 4).await;
    let answer = forger.call(Api::SignatureCheck, &question).await.unwrap();
    assert_eq!((answer.status, answer.signed), (401, false));
    assert!(answer.body.get("findings").is_none());
    let mut code = String::new();
    for _ in 0..40 {
        (_, code, _) = refused(&world.partner, Api::SignatureCheck, &question).await;
        if !code.is_empty() {
            break;
        }
    }
    assert_eq!(code, "rate_limited");
}

#[tokio::test]
async fn a_question_that_cannot_be_read_names_its_fields() {
    let world = World::open().await;
    let bad = refused(
        &world.partner,
        Api::SignatureCheck,
        &json!({ "kind": "fax", "x": 1 }),
    )
    .await;
    assert_eq!(
        bad,
        (
            400,
            "field_malformed".to_owned(),
            vec!["x".to_owned(), "kind".to_owned()]
        )
    );
}
