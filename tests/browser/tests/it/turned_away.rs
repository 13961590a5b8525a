//! Users who cannot go on, and are told why: a wrong password, a page that is closed, a request
//! that nobody answers for.

use browser::{Browser, Device, House, PASSWORD, Person};
use contract::withdrawal::State;

#[tokio::test]
async fn a_wrong_password_is_told_at_its_field_and_the_fifth_one_locks() {
    let mut house = House::open().await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        house.let_in(&Person::default()).await.unwrap();
        let shop = house.shop();
        browser.ask_at(shop, "60", "D1", "").await.unwrap();
        for left in (1..=4).rev() {
            browser.confirm("135790").await.unwrap();
            let page = browser.read("wrong password").await.unwrap();
            let told = format!("还可以尝试 {left} 次");
            assert!(page.text.contains(&told), "{}", page.text);
            // What was chosen stays chosen; what was typed is gone, and can be typed at once.
            assert!(browser.has("[value=D1]:checked").await.unwrap());
            let typed = browser.focused("#password").await.unwrap();
            assert_eq!(typed.value().await.unwrap().as_deref(), Some(""));
        }
        browser.look("wrong-password").await.unwrap();
        browser.confirm("135790").await.unwrap();
        let page = browser.look("locked").await.unwrap();
        assert!(page.text.contains("已锁定至"), "{}", page.text);
        // Not even the right one, until then.
        browser.confirm(PASSWORD).await.unwrap();
        let page = browser.read("still locked").await.unwrap();
        assert!(page.text.contains("已锁定至"), "{}", page.text);
        house.reaches(&page.url, State::Draft).await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn a_draft_whose_time_ran_out_says_so_and_leads_back() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        let page = browser.ask(house.shop(), "70").await.unwrap();
        house.expire(&page.url).await.unwrap();
        browser.confirm(PASSWORD).await.unwrap();
        let expired = browser.look("expired").await.unwrap();
        assert!(expired.text.contains("页面已过期"), "{}", expired.text);
        browser.follow("#back").await.unwrap();
        let back = browser.read("the shop").await.unwrap();
        assert!(back.text.contains("提现未受理"), "{}", back.text);
        house.reaches(&page.url, State::Expired).await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

#[tokio::test]
async fn a_request_that_is_not_the_partners_ends_on_a_page_that_says_what_is_wrong() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        // The shop's checkout, with the amount changed on the way.
        tamper(&browser, house.shop(), &["money"], "9999.00").await;
        browser.look("refused-signature").await.unwrap();
        assert_eq!(browser.text("#code").await.unwrap(), "signature_mismatch");

        let fields = ["money", "return_url", "notify_url", "timestamp"];
        tamper(&browser, house.shop(), &fields, "x").await;
        let page = browser.look("refused-fields").await.unwrap();
        for field in fields {
            assert!(page.text.contains(field), "{}", page.text);
        }

        // An address that we never made.
        let nowhere = house.pages.join("w/W0/x").unwrap();
        browser.go(nowhere.as_str()).await.unwrap();
        browser.look("refused-nowhere").await.unwrap();
        assert_eq!(browser.text("#code").await.unwrap(), "not_found");
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

/// Goes from the shop to us with a form in which these fields are not what the shop has signed.
async fn tamper(browser: &Browser, shop: &str, fields: &[&str], value: &str) {
    browser.go(shop).await.unwrap();
    browser.follow("form button").await.unwrap();
    let change = "for (const name of arguments[0])
        document.querySelector(`[name=${name}]`).value = arguments[1];";
    let arguments = [serde_json::json!(fields), serde_json::json!(value)];
    browser.driver.execute(change, arguments).await.unwrap();
    browser.follow("form button").await.unwrap();
}
