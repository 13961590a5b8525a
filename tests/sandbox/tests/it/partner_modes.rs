//! Every wrong way a partner answers notices.

use crate::platform::{Platform, notice};
use sandbox::partner::Mode;
use serde_json::json;
use std::time::{Duration, Instant};

async fn send(platform: &Platform) -> Result<reqwest::Response, reqwest::Error> {
    platform.notify(&notice(&platform.partner, "N1", 1)).await
}

#[tokio::test]
async fn each_mode_answers_as_it_is_called() {
    let platform = Platform::start().await;
    for (mode, status) in [
        (json!({"mode": "status", "code": 500}), 500),
        (json!({"mode": "status", "code": 404}), 404),
        (json!({"mode": "wrong-body"}), 200),
        (json!({"mode": "redirect"}), 307),
        (json!({"mode": "retry-after", "seconds": 2}), 503),
        (json!({"mode": "ok"}), 200),
    ] {
        assert_eq!(
            platform.admin("mode", mode.clone()).await.status().as_u16(),
            204
        );
        let answer = send(&platform).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{mode}");
        assert_eq!(answer.headers().contains_key("retry-after"), status == 503);
        assert_eq!(answer.headers().contains_key("location"), status == 307);
        let believed = answer.text().await.unwrap() == "success";
        assert_eq!(believed, mode == json!({"mode": "ok"}), "{mode}");
    }
    let unknown = platform.admin("mode", json!({"mode": "sleepy"})).await;
    assert_eq!(unknown.status().as_u16(), 422);
    assert_eq!(
        platform
            .partner
            .notices()
            .iter()
            .filter(|one| one.accepted)
            .count(),
        1
    );
}

#[tokio::test]
async fn down_closes_the_connection_without_an_answer() {
    let platform = Platform::start().await;
    platform.partner.set_mode_for_next(1, Mode::Down);
    let error = send(&platform).await.unwrap_err();
    assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
    assert_eq!(
        send(&platform).await.unwrap().text().await.unwrap(),
        "success"
    );
}

#[tokio::test]
async fn a_huge_body_is_huge() {
    let platform = Platform::start().await;
    platform.partner.set_mode(Mode::HugeBody);
    let answer = send(&platform).await.unwrap();
    assert_eq!(answer.content_length(), Some(16 * 1024 * 1024 + 7));
}

#[tokio::test]
async fn slow_is_late_and_right() {
    let platform = Platform::start().await;
    platform.partner.set_mode(Mode::Slow { ms: 150 });
    let begun = Instant::now();
    assert_eq!(
        send(&platform).await.unwrap().text().await.unwrap(),
        "success"
    );
    assert!(begun.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_redirect_leads_to_a_place_that_counts_visitors() {
    let platform = Platform::start().await;
    assert_eq!(platform.partner.followed_redirects(), 0);
    platform.text("/elsewhere").await;
    assert_eq!(platform.partner.followed_redirects(), 1);
}

#[tokio::test]
async fn a_partner_that_does_not_listen_refuses_connections_and_comes_back_on_its_port() {
    let mut platform = Platform::start().await;
    assert_eq!(send(&platform).await.unwrap().status().as_u16(), 200);
    platform.partner.stop_listening().await;
    assert!(send(&platform).await.unwrap_err().is_connect());
    platform.partner.listen_again().await.unwrap();
    assert_eq!(send(&platform).await.unwrap().status().as_u16(), 200);
    assert_eq!(platform.partner.notices().len(), 2);
}

#[tokio::test]
async fn hanging_answers_are_let_go_when_the_partner_stops() {
    let mut platform = Platform::start().await;
    platform.partner.set_mode(Mode::Hang);
    let fields = notice(&platform.partner, "N1", 1);
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&fields)
        .finish();
    let url = format!("{}/notify", platform.partner.base_url);
    let caller = tokio::spawn(platform.client.post(url).body(body).send());
    crate::eventually::eventually("the notice", || platform.partner.notices().pop()).await;
    assert!(!caller.is_finished());
    platform.partner.stop_listening().await;
    assert!(caller.await.unwrap().is_err());
}
