//! Which language the pages speak.

use reqwest::Client;
use reqwest::redirect::Policy;
use sandbox::user::UserAgent;

use crate::world::World;

/// The language of the page that a browser with this preference is shown.
async fn opened(world: &World, accepted: &str, lang: Option<&str>) -> String {
    let client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .build();
    let client = client.unwrap();
    let form = world.partner.signed_form_with(&[("lang", lang)]);
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = client
        .post(world.partner.withdraw_url())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept-language", accepted);
    let answer = request.body(body).send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap();
    let page = client.get(format!("{}{location}", world.base));
    // Another browser may open it: what the draft says counts.
    let page = page.header("accept-language", "fr").send().await.unwrap();
    let html = page.text().await.unwrap();
    let (_, lang) = html.split_once("<html lang=\"").unwrap();
    lang.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_partner_decides_else_the_browser_else_it_is_chinese() {
    let world = World::open().await;
    for (accepted, lang, expected) in [
        ("en-GB,en;q=0.9", None, "en"),
        ("en-GB,en;q=0.9", Some("zh-CN"), "zh-CN"),
        ("zh", Some("en"), "en"),
        ("fr", None, "zh-CN"),
    ] {
        assert_eq!(opened(&world, accepted, lang).await, expected, "{accepted}");
    }
}

#[tokio::test]
async fn a_user_may_choose_the_other_language_for_all_that_follows() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[("out_order_no", "L-1")]).await;
    assert!(page.html.contains("<html lang=\"zh-CN\">"));
    let choice = page.url.join("?lang=en").unwrap();
    let answer = user.get(&choice).await.unwrap();
    assert_eq!(answer.status, 303);
    for path in ["", "/password"] {
        let url = page
            .url
            .join(&format!("{}{path}", page.url.path()))
            .unwrap();
        let shown = user.get(&url).await.unwrap();
        assert!(shown.html.contains("<html lang=\"en\">"), "{path}");
        assert!(shown.html.contains("href=\"?lang=zh-CN\""), "{path}");
    }
    // The draft stays the partner's: the same call opens it again.
    let again = world.page(&mut user, &[("out_order_no", "L-1")]).await;
    assert_eq!(again.url, page.url);
    let unknown = user.get(&page.url.join("?lang=fr").unwrap()).await;
    assert_eq!(unknown.unwrap().status, 200);
}
