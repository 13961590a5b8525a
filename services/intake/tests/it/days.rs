//! D1 costs what the day costs: a working day in Beijing, or a holiday.

use contract::calendar::DayKind;
use contract::fee::{BasisPoints, CashRule, FeeBearer, Price};
use contract::money::Fen;
use contract::partner::time::beijing_date;
use contract::withdrawal::{CashType, State};
use sandbox::user::{Choice, Page, UserAgent};
use store::dead_letters::Decision;

use crate::world::{PASSWORD, USER, World, order_of, returned};

const ENTERED: Decision<'static> = Decision {
    by: "test",
    reason: "whatever day it is",
};

fn price(fix: i64) -> Price {
    Price {
        fix: Fen::new(fix).unwrap(),
        rate: BasisPoints::new(5).unwrap(),
    }
}

/// The user's D1: 3.00 and 0.05 % on holidays; 1.00 and 0.05 % on working days, if told apart.
async fn open_d1(world: &World, weekday: bool) {
    let rule = CashRule {
        price: price(300),
        weekday: weekday.then(|| price(100)),
        bearer: FeeBearer::Inner,
        payer: None,
    };
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("intake test: D1").await.unwrap();
    let now = runtime::clock::now();
    let user = USER.parse().unwrap();
    store::users::cash_rules::set(&tx, now, &user, CashType::D1, &rule)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Today is such a day, and tomorrow too: midnight may come during a test.
async fn today_is(world: &World, kind: DayKind) {
    let now = runtime::clock::now();
    let today = beijing_date(now);
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("intake test: calendar").await.unwrap();
    for day in [today, today.tomorrow().unwrap()] {
        store::calendar::set(&tx, now, day, kind, ENTERED)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn d1_page(world: &World, agent: &mut UserAgent) -> Page {
    let fields = [("money", "100.00"), ("cash_type", "D1")];
    world.page(agent, &fields).await
}

#[tokio::test]
async fn d1_costs_less_on_a_working_day_and_that_is_what_is_accepted() {
    let world = World::open().await;
    open_d1(&world, true).await;
    let mut agent = UserAgent::new().unwrap();
    for (kind, fee, shown) in [
        (DayKind::Working, 105, "¥1.05"),
        (DayKind::Holiday, 305, "¥3.05"),
    ] {
        today_is(&world, kind).await;
        let page = d1_page(&world, &mut agent).await;
        assert!(page.text().contains(shown), "{kind:?}: {}", page.text());
        let location = agent
            .finish(&page, &Choice::confirm(PASSWORD))
            .await
            .unwrap();
        assert_eq!(returned(&location, "code"), "0000");
        let agreed = world.find(&order_of(&page.url)).await.confirmed.unwrap();
        assert_eq!(agreed.cash_type, CashType::D1);
        assert_eq!(agreed.fee, Fen::new(fee).unwrap(), "{kind:?}");
        assert_eq!(agreed.arrival, Fen::new(10_000 - fee).unwrap());
    }
}

#[tokio::test]
async fn without_a_price_for_working_days_every_day_costs_the_same() {
    let world = World::open().await;
    open_d1(&world, false).await;
    let mut agent = UserAgent::new().unwrap();
    for kind in DayKind::ALL {
        today_is(&world, kind).await;
        let page = d1_page(&world, &mut agent).await;
        assert!(page.text().contains("¥3.05"), "{kind:?}: {}", page.text());
    }
}

#[tokio::test]
async fn a_fee_that_changed_over_midnight_is_shown_again_and_not_agreed_to_unseen() {
    let world = World::open().await;
    open_d1(&world, true).await;
    today_is(&world, DayKind::Working).await;
    let mut agent = UserAgent::new().unwrap();
    let page = d1_page(&world, &mut agent).await;
    // What midnight does to a Friday.
    today_is(&world, DayKind::Holiday).await;
    let form = page.form_for("confirm").unwrap().clone();
    let form = form.with("action", "confirm").with("password", PASSWORD);
    let answer = agent.post(page.url.as_str(), &form.fields).await.unwrap();
    assert_eq!(answer.status(), 409);
    let html = answer.text().await.unwrap();
    assert!(html.contains("手续费已更新"), "{html}");
    assert!(html.contains("¥3.05"), "{html}");
    let id = order_of(&page.url);
    assert_eq!(world.state(&id).await, State::Draft);
    assert!(world.messages().await.is_empty());

    let renewed = agent.get(&page.url).await.unwrap();
    let choice = Choice::confirm(PASSWORD);
    agent.finish(&renewed, &choice).await.unwrap();
    let agreed = world.find(&id).await.confirmed.unwrap();
    assert_eq!(agreed.fee, Fen::new(305).unwrap());
}
