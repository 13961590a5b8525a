//! What a user can choose: each card, and each cash type with what it costs and brings.

use browser::{Browser, CARDS, Device, House, PASSWORD, Person};
use contract::withdrawal::State;

/// Of 1000.00 yuan: the cash type, its fee, and what arrives.
const OFFERS: [(&str, Option<&str>, &str); 4] = [
    ("D0", Some("1.50"), "998.50"),
    ("D1", Some("0.50"), "999.50"),
    ("T1", None, "1,000.00"),
    ("DM", Some("3.00"), "997.00"),
];

#[tokio::test]
async fn every_card_and_every_cash_type_is_offered_with_its_fee_and_what_arrives() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        for (index, (cash_type, fee, arrival)) in OFFERS.into_iter().enumerate() {
            let page = browser.ask(house.shop(), "1000").await.unwrap();
            let offer = format!("label:has([name=cash_type][value={cash_type}])");
            browser.press(&offer).await.unwrap();
            let told = browser.text(&offer).await.unwrap();
            assert!(told.contains(arrival), "{told}");
            assert!(fee.is_none_or(|fee| told.contains(fee)), "{told}");
            let (tail, bank) = CARDS[index % CARDS.len()];
            choose_card(&browser, tail).await;
            // What was chosen last is said once more beside the button.
            let summary = browser.text("#summary").await.unwrap();
            for said in [arrival, tail, bank] {
                assert!(summary.contains(said), "{summary}");
            }
            let name = format!("choices-{}", cash_type.to_lowercase());
            browser.look(&name).await.unwrap();

            browser.confirm(PASSWORD).await.unwrap();
            let accepted = browser.read("the result").await.unwrap();
            assert!(accepted.text.contains(arrival), "{}", accepted.text);
            assert!(accepted.text.contains(tail), "{}", accepted.text);
            let withdrawal = house.withdrawal_at(&page.url).await.unwrap();
            let chosen = withdrawal.confirmed.unwrap();
            assert_eq!(chosen.cash_type.as_str(), cash_type);
            assert_eq!(chosen.arrival.to_string(), arrival.replace(',', ""));
            house.reaches(&page.url, State::Paid).await.unwrap();
        }
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn what_the_shop_has_asked_for_is_chosen_already() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let browser = Browser::open(Device::phone()).await.unwrap();
    for cash_type in ["D1", "DM"] {
        let shop = house.shop();
        browser.ask_at(shop, "30", cash_type, "").await.unwrap();
        let chosen = format!("[name=cash_type][value={cash_type}]:checked");
        assert!(browser.has(&chosen).await.unwrap(), "{cash_type}");
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn what_the_balance_or_the_quota_does_not_cover_cannot_be_chosen() {
    let mut house = House::open().await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        // Everything has come in today.
        let used_up = Person {
            yesterday: 0,
            ..Person::default()
        };
        house.let_in(&used_up).await.unwrap();
        let shop = house.shop();
        browser.ask_at(shop, "1000", "DM", "").await.unwrap();
        browser.look("quota-used-up").await.unwrap();
        assert!(browser.has("[value=DM]:disabled").await.unwrap());
        assert!(browser.has("[value=D0]:enabled").await.unwrap());

        let poor = Person {
            balance: 5_000,
            ..Person::default()
        };
        house.let_in(&poor).await.unwrap();
        browser.ask(house.shop(), "1000").await.unwrap();
        let page = browser.look("balance-too-small").await.unwrap();
        let told = "余额不足，最多可提 50.00 元";
        assert!(page.text.contains(told), "{}", page.text);
        assert!(browser.has("button[value=confirm]:disabled").await.unwrap());
        browser.follow("button[value=cancel]").await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

async fn choose_card(browser: &Browser, tail: &str) {
    for index in 1..=CARDS.len() {
        let card = format!("label:has([name=card_id]):nth-of-type({index})");
        if browser.text(&card).await.unwrap().contains(tail) {
            browser.press(&card).await.unwrap();
            return;
        }
    }
    panic!("no card ends in {tail}");
}
