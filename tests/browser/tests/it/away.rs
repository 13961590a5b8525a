//! Huifu is away, and the page goes on with what it knows.

use browser::{Browser, Device, House, PASSWORD, Person};
use contract::withdrawal::State;
use sandbox::huifu::{Fault, Operation, Selector};

#[tokio::test]
async fn a_page_whose_balance_nobody_tells_says_so_and_can_be_confirmed() {
    let mut house = House::open().await.unwrap();
    let mut browser = Browser::open(Device::phone()).await.unwrap();
    for device in Device::both() {
        browser.become_a(device).await.unwrap();
        house.let_in(&Person::default()).await.unwrap();
        let is_away = Fault::ServerError {
            http_status: 502,
            paid: false,
        };
        let asked = Selector::operation(Operation::Balance);
        house.scene.huifu.set_fault(asked, &[is_away], None);
        browser.ask(house.shop(), "110").await.unwrap();
        let page = browser.look("huifu-away").await.unwrap();
        assert!(page.text.contains("余额暂时无法查询"), "{}", page.text);
        browser.confirm(PASSWORD).await.unwrap();
        assert!(browser.has("#outcome").await.unwrap());
        house.scene.huifu.clear_faults();
        house.reaches(&page.url, State::Paid).await.unwrap();
    }
    browser.close().await.unwrap();
    house.scene.close().await.unwrap();
}
