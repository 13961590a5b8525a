//! What the API does not read, and what it says to programs that err.

use sandbox::partner::Api;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_body_beyond_every_picture_is_not_read_to_its_end() {
    let world = World::open().await;
    let body = json!({ "content": "x".repeat(4 * 1024 * 1024) });
    let answer = world.partner.call(Api::Materials, &body).await;
    // Whoever goes on sending may see the connection close before the answer.
    if let Ok(answer) = answer {
        assert_eq!((answer.status, answer.signed), (413, false));
        assert_eq!(answer.body["code"], "request_too_large");
    }
    for (api, most) in [
        (Api::Quotes, 1_024),
        (Api::Openings, 65_536),
        (Api::Cards, 65_536),
    ] {
        let body = json!({ "form": "x".repeat(most) });
        let answer = world.partner.call(api, &body).await.unwrap();
        assert_eq!((answer.status, answer.signed), (413, false));
        let error: &Value = &answer.body["errors"][0];
        assert_eq!(error["field"], "body");
        assert_eq!(error["rule"], format!("has at most {most} bytes"));
    }
}

#[tokio::test]
async fn a_program_that_errs_about_path_or_method_gets_a_problem() {
    let world = World::open().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (path, status, code) in [
        ("/v1/onboarding/nothing", 404, "not_found"),
        ("/v1/quotes", 405, "method_not_allowed"),
    ] {
        let answer = client.get(format!("{}{path}", world.base)).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert!(answer.text().await.unwrap().contains(code));
    }
}

#[tokio::test]
async fn a_call_that_nobody_signed_is_told_so() {
    let world = World::open().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = client.post(format!("{}/v1/quotes", world.base)).body("{}");
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(answer.headers().get("authorization").is_none());
    let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "signature_missing");
}
