//! The pages as browsers get them: text, headers, style.

use reqwest::Client;
use sandbox::user::{Choice, Page, UserAgent};

use crate::first_password::{NEW, newcomers_page, password_page, press};
use crate::world::{PASSWORD, World};

/// The same page every time: ids, tokens and the clock replaced.
fn normalised(page: &Page) -> String {
    let mut text = page.html.clone();
    let path = page.url.path_segments().unwrap();
    for (segment, shown) in path.skip(1).zip(["[order_id]", "[mac]"]) {
        text = text.replace(segment, shown);
    }
    for (before, after) in [
        ("name=\"csrf\" value=\"", "\""),
        ("stylesheet\" href=\"/assets/page.", ".css"),
        ("script src=\"/assets/page.", ".js"),
        ("\"/assets/icon.", ".svg"),
    ] {
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
        } else if line.contains("<dt>预计到账") || line.contains("<dt>Expected") {
            "[expected]"
        } else if line.contains("id=\"sent\"") || line.contains("id=\"wait\"") {
            "[sent until, wait]"
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
        let html = normalised(&page);
        insta::assert_snapshot!(format!("page_{lang}"), html);
        let result = user.decide(&page, &Choice::confirm(PASSWORD)).await;
        let result = user.get(&result.unwrap()).await.unwrap();
        let html = normalised(&result);
        insta::assert_snapshot!(format!("result_{lang}"), html);
    }
    let refused = world
        .refusal(&world.partner.signed_form(&[("money", "1.234")]))
        .await;
    insta::assert_snapshot!("refused", normalised(&refused));
}

#[tokio::test]
async fn the_pages_about_passwords_read_the_same_as_they_did_before() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = newcomers_page(&world, &mut user).await;
    let asking = password_page(&mut user, &page).await;
    insta::assert_snapshot!("password_asking", normalised(&asking));
    let typing = press(&mut user, &asking, "send", &[]).await;
    insta::assert_snapshot!("password_typing", normalised(&typing));
    let typed = [("code", "1"), ("new_password", NEW), ("repeat", NEW)];
    let told = press(&mut user, &typing, "set", &typed).await;
    insta::assert_snapshot!("password_told", normalised(&told));
}

#[tokio::test]
async fn a_page_with_everything_it_loads_is_below_fifty_kilobytes() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let mut bytes = page.html.len();
    for part in page.html.split("\"/assets/").skip(1) {
        let name = part.split('"').next().unwrap();
        let file = reqwest::get(format!("{}/assets/{name}", world.base)).await;
        bytes += file.unwrap().bytes().await.unwrap().len();
    }
    assert!((10_000..50_000).contains(&bytes), "{bytes} bytes");
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
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        &format!("form-action 'self' {}", world.partner.base_url),
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("cache-control"), "no-store");
    assert!(
        answer.headers().get("strict-transport-security").is_none(),
        "this is plain http"
    );
    let html = answer.text().await.unwrap();
    assert_eq!(html.matches("<script").count(), 1, "nothing stands inline");
    for inline in ["style=", "onclick", "onsubmit", "onchange", "onload"] {
        assert!(!html.contains(inline), "{inline}: {html}");
    }

    for (before, kind) in [
        ("rel=\"stylesheet\" href=\"", "text/css; charset=utf-8"),
        ("<script src=\"", "text/javascript; charset=utf-8"),
    ] {
        let (_, rest) = html.split_once(before).unwrap();
        let path = rest.split('"').next().unwrap();
        let file = client.get(format!("{}{path}", world.base)).send().await;
        let file = file.unwrap();
        assert_eq!(file.headers()["content-type"], kind);
        let kept = file.headers()["cache-control"].to_str().unwrap();
        assert!(kept.contains("immutable"), "{kept}");
    }
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
