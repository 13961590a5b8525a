//! The happy road, and the button pressed twice.

use contract::money::Fen;
use contract::withdrawal::{CashType, State};
use sandbox::user::{Choice, UserAgent};

use crate::world::{PASSWORD, World, order_of, returned};

#[tokio::test]
async fn a_user_confirms_what_the_page_showed_and_returns_with_our_signature() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world
        .page(&mut user, &[("money", "100.00"), ("cash_type", "D0")])
        .await;
    assert_eq!(page.status, 200);
    for shown in [
        "¥100.00",
        "¥1.05",
        "¥98.95",
        "6217",
        "阳光小店",
        "中国工商银行",
    ] {
        assert!(
            page.text().contains(shown),
            "{shown} is not on: {}",
            page.text()
        );
    }
    let form = page.form_for("confirm").unwrap();
    assert_eq!(
        form.value("cash_type"),
        Some("D0"),
        "the partner's choice is preselected"
    );

    let id = order_of(&page.url);
    let location = user
        .finish(&page, &Choice::confirm(PASSWORD))
        .await
        .unwrap();
    let verdict = world.partner.verify_return(&location).await;
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!(returned(&location, "code"), "0000");
    assert_eq!(returned(&location, "order_id"), id.as_str());
    assert_eq!(returned(&location, "money"), "100.00");

    let stored = world.find(&id).await;
    assert_eq!(stored.state, State::Accepted);
    let agreed = stored.confirmed.unwrap();
    assert_eq!(agreed.cash_type, CashType::D0);
    assert_eq!(
        (agreed.fee, agreed.arrival),
        (Fen::new(105).unwrap(), Fen::new(9_895).unwrap())
    );
    let messages = world.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].correlation_id, id.as_str());
    assert_eq!(messages[0].message_type, "withdrawal.accepted.v1");
    world.intake.stop().await.unwrap();
}

#[tokio::test]
async fn the_cheapest_cash_type_is_preselected_and_another_can_be_chosen() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[("money", "1234.50")]).await;
    let form = page.form_for("confirm").unwrap();
    assert_eq!(form.value("cash_type"), Some("T1"));
    assert!(page.text().contains("¥1,234.50"));
    let choice = Choice::Confirm {
        password: PASSWORD.to_owned(),
        cash_type: Some("D0".to_owned()),
    };
    user.decide(&page, &choice).await.unwrap();
    let agreed = world.find(&order_of(&page.url)).await.confirmed.unwrap();
    assert_eq!(agreed.cash_type, CashType::D0);
}

#[tokio::test]
async fn confirming_twice_gives_the_same_answer_and_one_message() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let mut other_tab = user.clone();
    let choice = Choice::confirm(PASSWORD);
    let (first, second) = tokio::join!(
        user.finish(&page, &choice),
        other_tab.finish(&page, &choice)
    );
    // And once more with a wrong password: it is not asked any more.
    let third = user.finish(&page, &Choice::confirm("000000")).await;
    for location in [first, second, third] {
        let location = location.unwrap();
        assert_eq!(returned(&location, "code"), "0000");
        assert!(world.partner.verify_return(&location).await.is_good());
    }
    assert_eq!(world.messages().await.len(), 1);
    let again = user.get(&page.url).await.unwrap();
    assert_eq!(again.status, 200);
    assert!(again.text().contains("提现已受理"), "{}", again.text());
    assert!(again.form_for("confirm").is_none());
}

#[tokio::test]
async fn what_the_page_did_not_offer_is_not_accepted() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let page = world.page(&mut user, &[]).await;
    let good = page.form_for("confirm").unwrap().clone();
    let good = good.with("action", "confirm").with("password", PASSWORD);
    for (name, value, status, code) in [
        ("cash_type", "D1", 422, "cash_type_unavailable"),
        ("cash_type", "", 422, "cash_type_unavailable"),
        ("card_id", "999999", 422, "card_missing"),
        ("card_id", "x", 422, "card_missing"),
        ("card_id", "", 422, "card_missing"),
        ("seen", "D0-1-9999", 409, "cash_type_unavailable"),
        ("password", "", 400, "field_malformed"),
        ("password", &"1".repeat(65), 400, "field_malformed"),
    ] {
        let form = good.clone().with(name, value);
        let answer = user.post(page.url.as_str(), &form.fields).await.unwrap();
        assert_eq!(answer.status(), status, "{name}={value}");
        let html = answer.text().await.unwrap();
        assert!(
            html.contains(&format!("data-code=\"{code}\"")),
            "{name}={value}: {html}"
        );
        assert!(!html.contains(PASSWORD), "the password is on the page");
    }
    let id = order_of(&page.url);
    assert_eq!(world.state(&id).await, State::Draft);
    let location = user.submit(good).await.unwrap();
    assert_eq!(location, page.url, "no try was counted for any of them");
    assert_eq!(world.state(&id).await, State::Accepted);
}

#[tokio::test]
async fn one_of_several_cards_is_chosen() {
    let world = World::open().await;
    let mut user = UserAgent::new().unwrap();
    let fields = [
        ("htouhui_user_id", crate::world::TWO_CARDS),
        ("third_party_user_id", "two-cards"),
    ];
    let page = world.page(&mut user, &fields).await;
    // This user has no password yet, so there is no button; a form without it is refused.
    assert!(page.form_for("confirm").is_none());
    assert!(page.link("set-password").is_some());
    let form = &page.forms[0];
    let cards: Vec<_> = form
        .radios
        .iter()
        .filter(|(name, _)| name == "card_id")
        .collect();
    assert_eq!(cards.len(), 2);
    assert_eq!(
        form.value("card_id"),
        Some(cards[0].1.as_str()),
        "the default card is chosen"
    );
    let form = form
        .clone()
        .with("action", "confirm")
        .with("password", PASSWORD);
    let answer = user
        .post(page.url.as_str(), &form.with("card_id", &cards[1].1).fields)
        .await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 403);
    let html = answer.text().await.unwrap();
    assert!(html.contains("data-code=\"password_unset\""), "{html}");
}
