//! What is drawn: the overview with its charts, and a withdrawal with its sequence. The API answers
//! the same facts.

use contract::withdrawal::Transition::{OpenAttempt, Pay, Submit};
use http::StatusCode;
use store::notices::NoticeState;

use super::server::{Console, READER};
use super::world;

#[tokio::test]
async fn the_overview_shows_what_its_api_answers() {
    let world = world().await;
    let console = Console::open(&world).await;
    let (status, told) = console.get(READER, "/api/v1/overview").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(told["dead_letters"]["count"], 2);
    assert_eq!(told["cases"][0]["kind"], "callback_unknown_order");

    let page = console.browser(READER).await.page("/").await;
    for shown in [
        "href=\"/dead-letters\">2<",
        "callback_unknown_order",
        "href=\"/dead-letters?state=open&#38;class=status&#38;partner=shop&#38;host=shop.example\"",
        "aria-label=\"In the last day 0 accepted.\"",
        "aria-current=\"page\">Overview<",
    ] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    // The policy of the pages would keep these from working.
    for inline in [" style=", "<style", "<script>", " onclick="] {
        assert!(!page.contains(inline), "{inline} in {page}");
    }
}

#[tokio::test]
async fn a_withdrawal_is_drawn_found_and_answered_by_each_of_its_numbers() {
    let world = world().await;
    let id = world.walked(2, &[OpenAttempt, Submit, Pay]).await;
    world.told(&id, 5, NoticeState::Delivered, 200).await;
    let console = Console::open(&world).await;
    let path = format!("/withdrawals/{id}");
    let (status, told) = console.get(READER, &format!("/api/v1{path}")).await;
    assert_eq!((status, &told["state"]), (StatusCode::OK, &"paid".into()));

    let browser = console.browser(READER).await;
    let page = browser.page(&path).await;
    for shown in [
        "<svg viewBox=",
        "海投汇",
        "Notice 1: paid (try 1)",
        "<ol class=\"hops\">",
        "<span class=\"badge good\">paid</span>",
    ] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    assert!(
        !page.contains("secret"),
        "the query of notify_url is the partner's"
    );

    for number in [id.as_str(), "order-2"] {
        let list = format!("/withdrawals?number={number}");
        let page = browser.page(&list).await;
        assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
        let (_, found) = console.get(READER, &format!("/api/v1{list}")).await;
        assert_eq!(found["withdrawals"].as_array().unwrap().len(), 1, "{found}");
    }
    let (status, _) = console.get(READER, "/api/v1/withdrawals/W0").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, stuck) = console.get(READER, "/api/v1/withdrawals/stuck").await;
    assert_eq!((status, stuck), (StatusCode::OK, serde_json::json!([])));
}
