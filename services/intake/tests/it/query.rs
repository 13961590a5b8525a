//! The query API, signed both ways.

use reqwest::{Client, Response};
use sandbox::partner::PartnerHandle;
use sandbox::user::{Choice, UserAgent};
use serde_json::Value;

use crate::world::{PASSWORD, World, order_of, shop};

const PATH: &str = "/v1/withdrawals/query";

async fn ask(world: &World, partner: &PartnerHandle, body: &str) -> Response {
    send(world, &partner.authorization("POST", PATH, body), body).await
}

async fn send(world: &World, authorization: &str, body: &str) -> Response {
    let client = Client::builder().no_proxy().build().unwrap();
    let request = client.post(format!("{}{PATH}", world.base));
    let request = request
        .header("authorization", authorization)
        .body(body.to_owned());
    request.send().await.unwrap()
}

/// Status and body of an answer that we signed.
async fn signed(partner: &PartnerHandle, answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let header = answer.headers()["authorization"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = answer.text().await.unwrap();
    assert!(
        partner
            .verifies_api_answer(&header, "POST", PATH, &body)
            .await,
        "{body}"
    );
    (status, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn a_partner_asks_by_either_number_and_verifies_the_answer() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world
        .page(&mut user, &[("out_order_no", "Q-1"), ("cash_type", "D0")])
        .await;
    let id = order_of(&page.url);
    let by_number = r#"{"out_order_no":"Q-1"}"#;
    let (status, answer) =
        signed(&world.partner, ask(&world, &world.partner, by_number).await).await;
    assert_eq!((status, answer["state"].as_str()), (200, Some("draft")));
    assert!(answer.get("fee").is_none());
    user.finish(&page, &Choice::confirm(PASSWORD))
        .await
        .unwrap();
    let by_order = format!(r#"{{"order_id":"{id}"}}"#);
    let (_, answer) = signed(&world.partner, ask(&world, &world.partner, &by_order).await).await;
    assert_eq!(answer["state"], "accepted");
    assert_eq!(answer["fee"], "1.05");
    assert_eq!(answer["arrival_money"], "98.95");
    assert_eq!(answer["out_order_no"], "Q-1");
}

#[tokio::test]
async fn another_partners_withdrawal_does_not_exist() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[("out_order_no", "Q-2")]).await;
    let other = shop(&world.base, "other", 4).await;
    for body in [
        r#"{"out_order_no":"Q-2"}"#.to_owned(),
        format!(r#"{{"order_id":"{}"}}"#, order_of(&page.url)),
        r#"{"order_id":"W01KASGXE00000000000000000A"}"#.to_owned(),
    ] {
        let (status, problem) = signed(&other, ask(&world, &other, &body).await).await;
        assert_eq!(
            (status, problem["code"].as_str()),
            (404, Some("order_unknown")),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_bad_query_is_a_problem_with_a_stable_code() {
    let world = World::open().await;
    let partner = &world.partner;
    let body = r#"{"out_order_no":"Q-3"}"#;
    let header = partner.authorization("POST", PATH, body);
    assert_eq!(send(&world, &header, body).await.status(), 404);
    let (status, problem) = signed(partner, send(&world, &header, body).await).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (409, Some("nonce_repeated"))
    );
    let (status, problem) = signed(partner, ask(&world, partner, "{}").await).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (400, Some("field_malformed"))
    );
    assert_eq!(problem["field"], "order_id");
    let (_, problem) = signed(partner, ask(&world, partner, "[]").await).await;
    assert_eq!(problem["code"], "request_malformed");

    let fresh = partner.authorization("POST", PATH, body);
    for (header, body, status, code) in [
        (
            fresh.as_str(),
            r#"{"out_order_no":"Q-4"}"#,
            401,
            "signature_mismatch",
        ),
        ("Bearer x", body, 400, "field_malformed"),
        (
            &fresh.replace("\"shop\"", "\"nobody\""),
            body,
            401,
            "partner_unknown",
        ),
        (&fresh.replace("key-1", "key-9"), body, 401, "key_unknown"),
    ] {
        let answer = send(&world, header, body).await;
        assert_eq!(answer.status(), status, "{code}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert!(
            answer.headers().get("authorization").is_none(),
            "signed for a stranger"
        );
        let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(problem["code"], code);
    }
}
