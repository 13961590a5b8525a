//! The pages as browsers get them: text, headers, style.

use reqwest::Client;
use sandbox::user::UserAgent;

use crate::world::{World, order_of};

/// The same page every time: ids, tokens and the clock replaced.
fn normalised(html: &str, id: &str) -> String {
    let mut text = html.replace(id, "[order_id]");
    for (before, after) in [("name=\"csrf\" value=\"", "\""), ("/assets/page.", ".css")] {
        let mut rest = std::mem::take(&mut text);
        while let Some((head, tail)) = rest.split_once(before) {
            let (_, tail) = tail.split_once(after).unwrap();
            text.push_str(&format!("{head}{before}[…]{after}"));
            rest = tail.to_owned();
        }
        text.push_str(&rest);
    }
    let lines = text.lines().map(|line| {
        if line.contains("请在 ") || line.contains("Please finish before ") {
            "<p>[open until]</p>"
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_page_reads_the_same_in_both_languages_as_it_did_before() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    for lang in ["zh-CN", "en"] {
        let page = world
            .page(&mut user, &[("lang", lang), ("money", "2888.80")])
            .await;
        let html = normalised(&page.html, order_of(&page.url).as_str());
        insta::assert_snapshot!(format!("page_{lang}"), html);
    }
    let refused = world
        .refusal(&world.partner.signed_form(&[("money", "1.234")]))
        .await;
    insta::assert_snapshot!("refused", normalised(&refused.html, "-"));
}

#[tokio::test]
async fn browsers_are_told_to_load_nothing_else_and_keep_nothing() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let client = Client::builder().no_proxy().build().unwrap();
    let answer = client.get(page.url.clone()).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    for part in [
        "default-src 'none'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        &format!("form-action 'self' {}", world.partner.base_url),
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("cache-control"), "no-store");
    assert!(
        answer.headers().get("strict-transport-security").is_none(),
        "this is plain http"
    );
    let html = answer.text().await.unwrap();
    assert!(
        !html.contains("<script") && !html.contains("style="),
        "{html}"
    );

    let (_, rest) = html.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let path = rest.split('"').next().unwrap();
    let style = client
        .get(format!("{}{path}", world.base))
        .send()
        .await
        .unwrap();
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    assert!(
        style.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    let missing = client
        .get(format!("{}/assets/page.css", world.base))
        .send()
        .await
        .unwrap();
    assert_eq!(missing.status(), 404);
}

#[tokio::test]
async fn a_stranger_is_refused_in_the_language_of_the_browser() {
    let world = World::open().await;
    let client = Client::builder().no_proxy().build().unwrap();
    for (accepted, title) in [("en-GB,en", "We cannot continue"), ("zh-CN", "无法继续")] {
        let request = client.get(format!("{}/nothing", world.base));
        let answer = request
            .header("accept-language", accepted)
            .send()
            .await
            .unwrap();
        let html = answer.text().await.unwrap();
        assert!(html.contains(title), "{html}");
        assert!(html.contains("页面不存在。") && html.contains("There is no such page."));
    }
}
