//! The SMS gateway: what it takes, what it shows, how it fails.

use http::StatusCode;
use sandbox::sms::{Mode, SmsConfig, SmsHandle, SmsSandbox};
use serde_json::{Value, json};
use std::time::Duration;

fn message(request_id: &str) -> Value {
    json!({
        "request_id": request_id, "mobile": "13764190263", "template": "set_password",
        "lang": "zh-CN", "code": "204913", "valid_seconds": 300, "text": "验证码 204913",
    })
}

async fn gateway() -> SmsHandle {
    SmsSandbox::start(SmsConfig::for_tests("token"))
        .await
        .unwrap()
}

async fn post(
    gateway: &SmsHandle,
    token: &str,
    body: &Value,
) -> Result<StatusCode, reqwest::Error> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let request = client
        .post(gateway.url())
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    Ok(request.body(body.to_string()).send().await?.status())
}

#[tokio::test]
async fn a_message_in_the_documented_form_is_taken_and_shown_once() {
    let gateway = gateway().await;
    for request_id in ["1", "1", "2"] {
        let taken = post(&gateway, "token", &message(request_id)).await;
        assert_eq!(taken.unwrap(), 202);
    }
    let kept = gateway.messages();
    assert_eq!(kept.len(), 2, "the same number twice is one SMS");
    assert_eq!(gateway.newest().unwrap().request.code, "204913");
    let page = reqwest::get(&gateway.base_url).await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("13764190263") && page.contains("验证码 204913"));
    let listed = reqwest::get(format!("{}/messages.json", gateway.base_url)).await;
    let listed: Value = listed.unwrap().text().await.unwrap().parse().unwrap();
    assert_eq!(listed[1]["request_id"], "2");
    gateway.clear();
    assert!(gateway.newest().is_none());
}

#[tokio::test]
async fn strangers_and_messages_in_another_form_are_refused() {
    let gateway = gateway().await;
    assert_eq!(post(&gateway, "other", &message("1")).await.unwrap(), 401);
    for (name, value) in [
        ("request_id", json!("")),
        ("mobile", json!("1376419026")),
        ("template", json!("advert")),
        ("lang", json!("fr")),
        ("code", json!("20491")),
        ("valid_seconds", json!(0)),
        ("text", json!("without it")),
        ("name", json!("张三")),
    ] {
        let mut message = message("1");
        message[name] = value;
        assert_eq!(
            post(&gateway, "token", &message).await.unwrap(),
            400,
            "{name}"
        );
    }
    assert!(gateway.messages().is_empty());
}

#[tokio::test]
async fn it_fails_in_every_way_it_is_told_to() {
    let mut gateway = gateway().await;
    for (number, mode, kept) in [
        ("1", Mode::Refuse { code: 503 }, false),
        ("2", Mode::Down, true),
        ("3", Mode::Hang, true),
        ("4", Mode::Slow { ms: 60_000 }, true),
    ] {
        gateway.set_mode_for_next(1, mode.clone());
        let answer = post(&gateway, "token", &message(number)).await;
        match mode {
            Mode::Refuse { .. } => assert_eq!(answer.unwrap(), 503),
            Mode::Down | Mode::Hang | Mode::Slow { .. } => {
                assert!(!answer.unwrap_err().is_connect(), "{mode:?}");
            }
            Mode::Ok => panic!("not among them"),
        }
        let newest = gateway.newest().map(|message| message.request.request_id);
        assert_eq!(newest.as_deref() == Some(number), kept, "{number}");
        assert_eq!(post(&gateway, "token", &message("0")).await.unwrap(), 202);
    }
    gateway.stop_listening().await;
    let refused = post(&gateway, "token", &message("9")).await;
    assert!(refused.unwrap_err().is_connect());
    gateway.listen_again().await.unwrap();
    assert_eq!(post(&gateway, "token", &message("9")).await.unwrap(), 202);
    gateway.shutdown().await;
}
