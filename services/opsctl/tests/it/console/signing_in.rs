//! Signing in, staying, and being shown out.

use std::time::Duration;

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

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
async fn a_page_that_looks_by_itself_keeps_nobody_signed_in() {
    let world = world().await;
    let console = Console::open_with(&world, &[("CONSOLE_SESSION_IDLE_MS", "2000")]).await;
    let browser = console.browser(READER).await;
    let looked = browser.fetch_by_itself("/cases").await;
    assert_eq!(looked.status(), StatusCode::OK);
    let gone = async || {
        let answer = browser.fetch_by_itself("/cases").await;
        answer.status() == StatusCode::SEE_OTHER
    };
    stand::eventually(Duration::from_secs(20), "the session ends", gone).await;
    leads_to(&browser.fetch("/cases").await);
}

#[tokio::test]
async fn every_process_knows_who_is_signed_in_and_a_restart_shows_nobody_out() {
    let world = world().await;
    let console = Console::open(&world).await;
    let browser = console.browser(OPERATOR).await;
    let beside = console.beside(&world, &console.lines).await;
    let there = browser.at(&beside);
    assert_eq!(browser.csrf().await, there.csrf().await);
    // Done at the one, told by the other.
    let fields = [("reason", "looked"), ("ticket", "OPS-1")];
    let answer = there.submit("/cases/1/close", &fields).await;
    let next = leads_to(&answer).to_owned();
    assert!(browser.page(&next).await.contains("class=\"notice good\""));
    assert!(!there.page(&next).await.contains("class=\"notice good\""));
    let lines = console.lines.clone();
    let cookie = browser.cookie.clone();
    console.running.stop().await.unwrap();
    let again = beside.beside(&world, &lines).await;
    let after = there.at(&again);
    assert_eq!(after.cookie, cookie);
    assert!(after.page("/cases").await.contains(OPERATOR));
    leads_to(&after.submit("/sign-out", &[]).await);
    leads_to(&there.fetch("/cases").await);
}

#[tokio::test]
async fn whoever_has_lost_the_token_is_out_and_whoever_has_another_role_has_it_at_once() {
    let world = world().await;
    let console = Console::open(&world).await;
    let (operator, reader) = (
        console.browser(OPERATOR).await,
        console.browser(READER).await,
    );
    let is_operators = |line: &&str| line.contains(OPERATOR);
    let without: Vec<&str> = console
        .lines
        .lines()
        .filter(|line| !is_operators(line))
        .collect();
    let revoked = console.beside(&world, &without.join("\n")).await;
    leads_to(&operator.at(&revoked).fetch("/cases/1").await);
    assert!(reader.at(&revoked).page("/cases/1").await.contains(READER));
    let other = console.beside(&world, &console.lines).await;
    let lines = other.lines.lines().map(|line| match line.split_once(' ') {
        Some((_, rest)) if is_operators(&line) => format!("reader {rest}\n"),
        _ => format!("{line}\n"),
    });
    let lessened = other.beside(&world, &lines.collect::<String>()).await;
    assert!(operator.page("/cases/1").await.contains("Close alone"));
    let page = operator.at(&lessened).page("/cases/1").await;
    assert!(!page.contains("Close alone"), "{page}");
    // Somebody else's token with the same name is not the one that was typed.
    let made = format!("console token --name {OPERATOR} --role operator --json");
    let made: Value = serde_json::from_str(&world.tool().typed(&made)).unwrap();
    let fresh = console.beside(&world, made["line"].as_str().unwrap()).await;
    leads_to(&operator.at(&fresh).fetch("/cases/1").await);
}

#[tokio::test]
async fn one_person_is_signed_out_in_every_browser_and_the_audit_says_so() {
    let world = world().await;
    let console = Console::open(&world).await;
    let (one, other) = (
        console.browser(OPERATOR).await,
        console.browser(OPERATOR).await,
    );
    let reader = console.browser(READER).await;
    leads_to(&one.submit("/sign-out", &[("everywhere", "true")]).await);
    for browser in [&one, &other] {
        leads_to(&browser.fetch("/cases").await);
    }
    assert!(reader.page("/cases").await.contains(READER));
    let tool = world.tool();
    let out = format!("console sign-out --name {READER}");
    insta::assert_snapshot!("console_sign_out_dry_run", tool.typed(&out));
    assert!(reader.page("/cases").await.contains(READER));
    insta::assert_snapshot!(
        "console_sign_out",
        tool.typed(&format!("{out} --yes --reason left --by wu"))
    );
    leads_to(&reader.fetch("/cases").await);
    let told: Value = serde_json::from_str(&tool.typed("audit list --act console --json")).unwrap();
    let told = told.as_array().unwrap().iter().map(|row| {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let what = row["detail"].to_string();
        [
            text("act"),
            text("actor"),
            text("role"),
            text("subject"),
            what,
        ]
        .join(" ")
    });
    let told: Vec<String> = told.collect();
    assert_eq!(
        told,
        [
            format!("console.sign_out wu - person {READER} {{\"sessions\":1}}"),
            format!("console.sign_out opa operator person {OPERATOR} {{\"sessions\":2}}"),
            format!("console.sign_in rea reader person {READER} {{\"by\":\"token\"}}"),
            format!("console.sign_in opa operator person {OPERATOR} {{\"by\":\"token\"}}"),
            format!("console.sign_in opa operator person {OPERATOR} {{\"by\":\"token\"}}"),
        ]
    );
    assert_eq!(tool.run(&["audit", "verify"]).code, 0);
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
