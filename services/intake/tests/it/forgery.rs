//! Forms that are not from our page as this browser saw it.

use contract::withdrawal::State;
use reqwest::Client;
use sandbox::user::UserAgent;

use crate::world::{PASSWORD, World, order_of};

fn encoded(fields: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

#[tokio::test]
async fn a_form_without_its_token_or_its_cookie_changes_nothing() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let id = order_of(&page.url);
    for action in ["confirm", "cancel"] {
        let form = page.form_for(action).unwrap().clone();
        let form = form.with("action", action).with("password", PASSWORD);
        for broken in [
            form.clone().with("csrf", ""),
            form.clone().with("csrf", "AAAA"),
        ] {
            let answer = user.post(page.url.as_str(), &broken.fields).await.unwrap();
            assert_eq!(answer.status(), 403, "{action}");
        }
        // A browser that was never shown the page: the token is somebody else's.
        let mut other = UserAgent::new().unwrap();
        let answer = other.post(page.url.as_str(), &form.fields).await.unwrap();
        assert_eq!(answer.status(), 403, "{action} without the cookie");
        other.get(&page.url).await.unwrap();
        let answer = other.post(page.url.as_str(), &form.fields).await.unwrap();
        assert_eq!(answer.status(), 403, "{action} with another cookie");
    }
    assert_eq!(world.state(&id).await, State::Draft);
}

#[tokio::test]
async fn a_form_that_another_site_posts_changes_nothing() {
    let world = World::open().await;
    let client = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    // Seen once more by this client, so that token and cookie fit each other.
    let seen = client.get(page.url.clone()).send().await.unwrap();
    let cookie = seen.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let html = seen.text().await.unwrap();
    let (_, rest) = html.split_once("name=\"csrf\" value=\"").unwrap();
    let token = rest.split('"').next().unwrap().to_owned();
    let body = encoded(&[
        ("csrf".to_owned(), token),
        ("action".to_owned(), "cancel".to_owned()),
    ]);
    let post = |header: Option<(&'static str, String)>| {
        let mut request = client
            .post(page.url.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &cookie)
            .body(body.clone());
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(
        post(Some(("origin", "https://evil.example".to_owned()))).await,
        403
    );
    assert_eq!(
        post(Some(("sec-fetch-site", "cross-site".to_owned()))).await,
        403
    );
    assert_eq!(
        post(Some(("sec-fetch-site", "same-site".to_owned()))).await,
        403
    );
    assert_eq!(world.state(&order_of(&page.url)).await, State::Draft);
    assert_eq!(post(Some(("origin", world.base.clone()))).await, 303);
    assert_eq!(world.state(&order_of(&page.url)).await, State::Cancelled);
}

#[tokio::test]
async fn an_older_tab_of_the_same_browser_still_works() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let older = world.page(&mut user, &[]).await;
    let _newer = world.page(&mut user, &[]).await;
    user.finish(&older, &sandbox::user::Choice::confirm(PASSWORD))
        .await
        .unwrap();
    assert_eq!(world.state(&order_of(&older.url)).await, State::Accepted);
}
