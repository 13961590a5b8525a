//! Chinese first; English for those who ask for it: through the shop, their browser, or the page.

use browser::{Browser, Device, House, PASSWORD, Person};

#[tokio::test]
async fn a_page_speaks_the_shops_language_then_the_browsers_and_above_all_the_users() {
    let mut house = House::open().await.unwrap();
    house.let_in(&Person::default()).await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device.clone()).await.unwrap();
        browser.forget().await.unwrap();
        // The browser would rather have Chinese.
        let shop = house.shop();
        browser.ask_at(shop, "40", "", "en").await.unwrap();
        browser.look("english-choose").await.unwrap();
        assert_eq!(language(&browser).await, "en");
        browser.confirm("135790").await.unwrap();
        let page = browser.look("english-wrong-password").await.unwrap();
        assert!(page.text.contains("Wrong password"), "{}", page.text);
        browser.follow("nav a").await.unwrap();
        assert_eq!(language(&browser).await, "zh-CN");
        browser.follow("nav a").await.unwrap();
        assert_eq!(language(&browser).await, "en");
        browser.confirm(PASSWORD).await.unwrap();
        browser.look("english-accepted").await.unwrap();

        // No withdrawal says anything here.
        let nowhere = house.pages.join("w/W0/x").unwrap();
        browser.forget().await.unwrap();
        browser.go(nowhere.as_str()).await.unwrap();
        assert_eq!(language(&browser).await, "zh-CN");
        browser.become_a(device.in_english()).await.unwrap();
        browser.go(nowhere.as_str()).await.unwrap();
        assert_eq!(language(&browser).await, "en");
        // The shop says none.
        browser.ask(house.shop(), "41").await.unwrap();
        assert_eq!(language(&browser).await, "en");
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}

async fn language(browser: &Browser) -> String {
    let root = browser.find("html").await.unwrap();
    root.attr("lang").await.unwrap().unwrap_or_default()
}
