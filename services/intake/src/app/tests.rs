use super::*;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use http::{Method, StatusCode};
use runtime::http_server::guarded;
use runtime::settings::{Env, Settings as _};
use store::Store;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

fn front() -> Arc<Front> {
    let key = stand::keys::rsa_2048(0).private_pkcs8_pem;
    let mut env = Env::new([
        ("LISTEN", "127.0.0.1:0"),
        ("PUBLIC_URL", "https://pay.example"),
        ("SIGNING_KEY", &key),
        ("SIGNING_KEY_ID", "ours-1"),
        ("PASSWORD_PEPPER", "pepper"),
        ("PAGE_KEY", "a page key that is long enough to be one"),
        ("WITHDRAWAL_MAX_FEN", "5000000"),
        ("DATA_KEYS", stand::system::DATA_KEYS),
        ("SMS_GATEWAY_URL", "https://sms.example/send"),
        ("SMS_GATEWAY_TOKEN", "token"),
    ]);
    let settings = IntakeSettings::read(&mut env).unwrap();
    let store = Store::new("postgres://nobody@127.0.0.1:1/nothing", 1, "intake test").unwrap();
    let sms = Arc::new(HttpGateway::new(&settings.sms).unwrap());
    Arc::new(Front::new(store, &settings, sms, CancellationToken::new()))
}

/// Two handlers that never answer well, within the limits and layers of the real ones.
fn failing(limits: Limits) -> Router {
    let hang = || get(std::future::pending::<&'static str>).post(async |_: Body| "read");
    let panic = || get(async || -> &'static str { panic!("as the test wants") });
    let router = Router::new()
        .route("/w/hang", hang())
        .route("/v1/hang", hang())
        .route("/w/panic", panic())
        .route("/v1/panic", panic());
    outermost(guarded(router, &limits), front())
}

async fn ask(router: &Router, method: Method, path: &str, announced: usize) -> Response {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("accept-language", "en")
        .header("content-length", announced)
        .body(Body::empty());
    router.clone().oneshot(request.unwrap()).await.unwrap()
}

/// The same answer for a person as a page, for a program as a problem; both with our headers.
async fn turned_away(router: &Router, method: Method, name: &str, announced: usize, code: &str) {
    for (path, kind) in [
        (format!("/w/{name}"), "text/html; charset=utf-8"),
        (format!("/v1/{name}"), "application/problem+json"),
    ] {
        let answer = ask(router, method.clone(), &path, announced).await;
        assert!(!answer.status().is_success(), "{path}: {}", answer.status());
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), kind, "{path}");
        let id = header("x-request-id");
        assert_eq!(id.len(), 32);
        assert!(header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("cache-control"), "no-store");
        assert!(header("strict-transport-security").contains("max-age"));
        let text = to_bytes(answer.into_body(), 100_000).await.unwrap();
        let text = std::str::from_utf8(&text).unwrap();
        if path.starts_with("/w/") {
            assert!(text.contains(&format!("id=\"code\">{code}<")), "{text}");
            assert!(text.contains("lang=\"en\"") && text.contains("lang=\"zh-CN\""));
        } else {
            let problem: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(problem["code"], code, "{text}");
            assert_eq!(problem["instance"], id);
            assert!(problem["detail_zh"].is_string(), "{text}");
        }
    }
}

#[tokio::test]
async fn whoever_the_limits_turn_away_gets_a_page_and_programs_a_problem() {
    let limits = Limits {
        request_timeout: Duration::from_millis(1),
        ..Limits::default()
    };
    let router = failing(limits);
    turned_away(&router, Method::GET, "hang", 0, "unavailable").await;
    turned_away(&router, Method::GET, "panic", 0, "internal").await;
    turned_away(&router, Method::POST, "hang", 70_000, "request_too_large").await;
    let full = failing(Limits {
        requests: 0,
        ..Limits::default()
    });
    turned_away(&full, Method::GET, "hang", 0, "unavailable").await;
    let retry = ask(&full, Method::GET, "/w/hang", 0).await;
    assert_eq!(retry.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(retry.headers().contains_key("retry-after"));
}
