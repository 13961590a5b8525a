//! What the user sees once a withdrawal was confirmed, however often the page is opened.

use contract::withdrawal::State;
use sandbox::user::{Choice, Page, UserAgent};

use crate::world::{PASSWORD, World, order_of, returned};

async fn confirmed(world: &World, user: &mut UserAgent, fields: &[(&str, &str)]) -> Page {
    let page = world.page(user, fields).await;
    let result = user.decide(&page, &Choice::confirm(PASSWORD)).await;
    let result = user.get(&result.unwrap()).await.unwrap();
    assert_eq!((result.status, &result.url), (200, &page.url));
    result
}

#[tokio::test]
async fn the_result_says_accepted_and_not_paid_and_everything_that_was_agreed() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let fields = [("money", "100.00"), ("cash_type", "D0")];
    let result = confirmed(&world, &mut user, &fields).await;
    for shown in [
        "提现已受理",
        "款项尚未到账",
        "¥100.00",
        "¥1.05",
        "¥98.95",
        "中国工商银行 尾号 6217",
        "预计到账",
        "接下来",
        "返回 阳光小店",
        order_of(&result.url).as_str(),
    ] {
        assert!(result.text().contains(shown), "{shown}: {}", result.text());
    }
    assert!(!result.text().contains("成功"), "{}", result.text());
    assert!(result.forms.is_empty());
    assert!(!result.html.contains("http-equiv"), "nobody is moved on");
    let back = user.go_back(&result).await.unwrap();
    assert!(world.partner.verify_return(&back).await.is_good());
    assert_eq!(returned(&back, "code"), "0000");
    let again = user.go_back(&result).await.unwrap();
    assert_ne!(returned(&again, "nonce"), returned(&back, "nonce"));
}

#[tokio::test]
async fn the_result_tells_the_truth_as_it_goes_on() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let result = confirmed(&world, &mut user, &[]).await;
    for (state, said, not_said) in [
        ("dispatching", "提现已受理", "成功"),
        ("submitted", "提现已受理", "成功"),
        ("unconfirmed", "提现已受理", "成功"),
        ("paid", "提现成功", "尚未到账"),
        ("failed", "提现失败", "成功"),
        ("returned", "提现被退回", "成功"),
    ] {
        let change = include_str!("sql/withdrawal_is.sql");
        world.sql(&change.replace("{state}", state)).await;
        let shown = user.get(&result.url).await.unwrap();
        assert!(shown.text().contains(said), "{state}: {}", shown.text());
        assert!(!shown.text().contains(not_said), "{state}");
        // The partner is told by the notice how it ended; the way back stays what it was.
        let back = user.go_back(&shown).await.unwrap();
        assert_eq!(returned(&back, "code"), "0000", "{state}");
    }
}

#[tokio::test]
async fn an_open_page_is_shown_instead_of_a_way_back() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let back = page.url.join(&format!("{}/back", page.url.path())).unwrap();
    let answer = user.get(&back).await.unwrap();
    assert_eq!(answer.status, 303);
    assert_eq!(world.state(&order_of(&page.url)).await, State::Draft);
    user.decide(&page, &Choice::Cancel).await.unwrap();
    let answer = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
        .get(back)
        .send()
        .await
        .unwrap();
    let location = answer.headers()["location"].to_str().unwrap().parse();
    assert_eq!(returned(&location.unwrap(), "code"), "1001");
}

#[tokio::test]
async fn a_result_leads_to_no_host_that_the_partner_has_lost() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let result = confirmed(&world, &mut user, &[]).await;
    world.sql(include_str!("sql/suspend_partner.sql")).await;
    let back = user.go_back(&result).await.unwrap();
    assert_eq!(returned(&back, "code"), "0000", "suspended, and still told");
    world.sql(include_str!("sql/move_host.sql")).await;
    let link = result.link("back").unwrap();
    let shown = user.get(&link).await.unwrap();
    assert_eq!(shown.status, 403);
    assert!(shown.html.contains("id=\"code\">host_not_registered<"));
}
