//! Calls of the API that the partner makes for itself, by hand and through its admin endpoint.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use sandbox::SigningKey;
use sandbox::partner::Api;
use serde_json::{Value, json};

use crate::platform::{NEXT_KEY, PARTNER_KEY, PLATFORM_KEY, Platform};

/// The platform's side: remembers paths, wants the partner's signature, and signs its answers.
#[derive(Clone)]
struct Desk {
    key: SigningKey,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn start_desk(platform: &Platform, key: &SigningKey) -> Desk {
    let desk = Desk {
        key: key.clone(),
        asked: Arc::default(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(take).with_state(desk.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    platform.partner.use_platform(base.parse().unwrap());
    desk
}

async fn take(
    State(desk): State<Desk>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let path = uri.path_and_query().unwrap().as_str();
    desk.asked.lock().unwrap().push(path.to_owned());
    let header = headers[header::AUTHORIZATION].to_str().unwrap();
    let part = |name: &str| {
        let (_, rest) = header.split_once(&format!("{name}=\"")).unwrap();
        rest.split_once('"').unwrap().0
    };
    let (timestamp, nonce) = (part("timestamp"), part("nonce"));
    let text = format!("{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n");
    if !PARTNER_KEY
        .verifying_key()
        .verifies(text.as_bytes(), part("signature"))
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let heard: Value = serde_json::from_str(&body).unwrap_or_default();
    let answer = json!({ "heard": heard }).to_string();
    let text = format!("{method}\n{path}\n{timestamp}\nn2\n{answer}\n");
    let signature = desk.key.sign(text.as_bytes());
    let header = format!(
        "TIXIAN-RSA2 partner_id=\"shop\",key_id=\"p1\",timestamp=\"{timestamp}\",nonce=\"n2\",\
         signature=\"{signature}\""
    );
    ([(header::AUTHORIZATION, header)], answer).into_response()
}

#[tokio::test]
async fn every_call_is_signed_and_goes_to_its_own_path() {
    let platform = Platform::start().await;
    let desk = start_desk(&platform, &PLATFORM_KEY).await;
    for api in Api::ALL {
        let body = json!({ "application_no": "OPEN-1", "name": "张三" });
        let answer = platform.partner.call(api, &body).await.unwrap();
        assert_eq!((answer.status, answer.signed), (200, true), "{api:?}");
        assert_eq!(answer.body, json!({ "heard": body }));
    }
    let mut asked = desk.asked.lock().unwrap().clone();
    assert_eq!(asked, Api::ALL.map(Api::path));
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked.len(), Api::ALL.len());
}

#[tokio::test]
async fn the_feed_is_asked_for_with_its_query_and_a_notice_by_its_path() {
    let platform = Platform::start().await;
    let desk = start_desk(&platform, &PLATFORM_KEY).await;
    let partner = &platform.partner;
    for answer in [
        partner.events("").await.unwrap(),
        partner.events("c-1").await.unwrap(),
        partner.resend("N1").await.unwrap(),
    ] {
        assert_eq!((answer.status, answer.signed), (200, true));
    }
    assert_eq!(
        *desk.asked.lock().unwrap(),
        [
            "/v1/events?after=",
            "/v1/events?after=c-1",
            "/v1/notices/N1/resend"
        ]
    );
}

#[tokio::test]
async fn an_answer_that_another_key_signed_is_told_from_one_of_the_platform() {
    let platform = Platform::start().await;
    start_desk(&platform, &NEXT_KEY).await;
    let answer = platform
        .partner
        .call(Api::Quotes, &json!({}))
        .await
        .unwrap();
    assert_eq!((answer.status, answer.signed), (200, false));
}

#[tokio::test]
async fn a_platform_that_is_away_is_an_error() {
    let platform = Platform::start().await;
    platform
        .partner
        .use_platform("http://127.0.0.1:9".parse().unwrap());
    assert!(
        platform
            .partner
            .call(Api::Quotes, &json!({}))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn the_admin_makes_calls_and_changes_the_user() {
    let platform = Platform::start().await;
    start_desk(&platform, &PLATFORM_KEY).await;
    let answer = platform.admin("call/openings", json!({ "a": 1 })).await;
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let expected = json!({ "status": 200, "signed": true, "body": { "heard": { "a": 1 } } });
    assert_eq!(answer, expected);
    let unknown = platform.admin("call/loans", json!({})).await;
    assert_eq!(unknown.status().as_u16(), 404);

    let user = json!({ "third_party_user_id": "u-2", "htouhui_user_id": "20000000002" });
    assert_eq!(platform.admin("user", user).await.status().as_u16(), 204);
    let form = platform.partner.signed_form(&[]);
    for (name, value) in [
        ("third_party_user_id", "u-2"),
        ("htouhui_user_id", "20000000002"),
    ] {
        assert!(form.contains(&(name.to_owned(), value.to_owned())));
    }
}
