//! Signing in, staying, and being shown out.

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};

use super::server::{Console, OPERATOR, READER, cookie, form};
use super::world;

fn leads_to(answer: &Response) -> &str {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()[LOCATION].to_str().unwrap()
}

#[tokio::test]
async fn nobody_sees_a_page_before_and_everybody_comes_back_to_it() {
    let world = world().await;
    let console = Console::open(&world).await;
    for (path, encoded) in [
        ("/dead-letters/1", "%2Fdead-letters%2F1"),
        ("/audit?act=case", "%2Faudit%3Fact%3Dcase"),
    ] {
        let answer = console.request(Method::GET, path).send().await.unwrap();
        assert_eq!(leads_to(&answer), format!("/sign-in?next={encoded}"));
        assert!(!answer.headers().contains_key(SET_COOKIE));
    }
    let answer = console
        .sign_in(console.token(READER), "/audit?act=case")
        .await;
    assert_eq!(leads_to(&answer), "/audit?act=case");
    let set = answer.headers()[SET_COOKIE].to_str().unwrap();
    assert!(
        set.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
        "{set}"
    );
    let away = console
        .sign_in(console.token(READER), "//evil.example")
        .await;
    assert_eq!(leads_to(&away), "/");
    let wrong = console.sign_in("tixian_console_wrong", "/").await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert!(!wrong.headers().contains_key(SET_COOKIE));
    let page = wrong.text().await.unwrap();
    assert!(page.contains("opens nothing here") && !page.contains("tixian_console_wrong"));
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before_and_signing_out_the_last() {
    let world = world().await;
    let console = Console::open(&world).await;
    let mut browser = console.browser(READER).await;
    let again = console
        .request(Method::POST, "/sign-in")
        .header(ORIGIN, &console.base)
        .header(COOKIE, &browser.cookie);
    let fields = [("token", console.token(OPERATOR))];
    let again = form(again, &fields).send().await.unwrap();
    let fresh = cookie(&again);
    assert_ne!(fresh, browser.cookie);
    leads_to(&browser.fetch("/cases").await);
    browser.cookie = fresh;
    assert!(browser.page("/cases").await.contains(OPERATOR));
    let out = browser.submit("/sign-out", &[]).await;
    assert_eq!(leads_to(&out), "/sign-in");
    assert!(
        out.headers()[SET_COOKIE]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    leads_to(&browser.fetch("/cases").await);
}

#[tokio::test]
async fn a_session_that_is_not_used_ends() {
    let world = world().await;
    let console = Console::open_with(&world, &[("CONSOLE_SESSION_IDLE_MS", "1")]).await;
    let browser = console.browser(READER).await;
    let gone = async || {
        let answer = browser.fetch("/cases").await;
        answer.status() == StatusCode::SEE_OTHER
    };
    let mut tried = 0;
    while !gone().await {
        tried += 1;
        assert!(tried < 1000, "a millisecond passes between two requests");
    }
}

#[tokio::test]
async fn a_form_that_is_not_of_this_session_does_nothing() {
    let world = world().await;
    let console = Console::open(&world).await;
    let (browser, other) = (
        console.browser(OPERATOR).await,
        console.browser(OPERATOR).await,
    );
    let (own, foreign) = (browser.csrf().await, other.csrf().await);
    assert_ne!(own, foreign);
    let base = console.base.as_str();
    for (origin, site, csrf) in [
        (Some(base), None, ""),
        (Some(base), None, foreign.as_str()),
        (Some("https://evil.example"), None, own.as_str()),
        (Some("null"), None, own.as_str()),
        (None, None, own.as_str()),
        (Some(base), Some("cross-site"), own.as_str()),
    ] {
        let mut request = console.request(Method::POST, "/cases/1/close");
        for (name, value) in [("origin", origin), ("sec-fetch-site", site)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let fields = [("csrf", csrf), ("reason", "looked"), ("ticket", "OPS-1")];
        let request = request.header(COOKIE, &browser.cookie);
        let answer = form(request, &fields).send().await.unwrap();
        assert_eq!(
            answer.status(),
            StatusCode::FORBIDDEN,
            "{origin:?} {site:?} {csrf}"
        );
        let page = answer.text().await.unwrap();
        assert!(page.contains("<code>form_not_ours</code>"), "{page}");
    }
    assert!(
        browser
            .page("/cases")
            .await
            .contains("callback_unknown_order")
    );
}

#[tokio::test]
async fn a_proxy_that_we_know_signs_people_in_and_out() {
    let world = world().await;
    let secret = "a secret between the proxy and us";
    let console = Console::open_with(
        &world,
        &[
            ("CONSOLE_OIDC_PROXIES", "127.0.0.1"),
            ("CONSOLE_OIDC_SECRET", secret),
        ],
    )
    .await;
    let ask = async |path: &str, name: &str, groups: &str, cookie: &str| {
        let request = console
            .request(Method::GET, path)
            .header("x-console-secret", secret)
            .header("x-auth-request-user", name)
            .header("x-auth-request-groups", groups)
            .header(COOKIE, cookie);
        request.send().await.unwrap()
    };
    let answer = ask("/sign-in?next=/cases", "wei", "tixian-operators", "a=b").await;
    assert_eq!(leads_to(&answer), "/cases");
    let cookie = cookie(&answer);
    let page = ask("/cases/1", "wei", "tixian-operators", &cookie).await;
    let page = page.text().await.unwrap();
    assert!(
        page.contains("operator") && page.contains("Close alone"),
        "{page}"
    );
    let less = ask("/cases/1", "wei", "tixian-readers", &cookie).await;
    let less = less.text().await.unwrap();
    assert!(!less.contains("Close alone"), "the role of now");
    leads_to(&ask("/cases/1", "lin", "tixian-operators", &cookie).await);
    leads_to(&ask("/cases/1", "wei", "staff", &cookie).await);
    let past = console.request(Method::GET, "/cases/1");
    let past = past.header(COOKIE, &cookie).send().await.unwrap();
    leads_to(&past);
}
