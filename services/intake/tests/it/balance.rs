//! The balance on the page: shown with its age, kept back from where it surely does not reach.

use std::time::Duration;

use contract::balance::Balance;
use contract::fee::{BasisPoints, CashRule, FeeBearer, Price};
use contract::ids::HtouhuiUserId;
use contract::money::Fen;
use contract::withdrawal::{CashType, State};
use jiff::SignedDuration;
use sandbox::user::{Choice, Page, UserAgent};
use stand::eventually;
use store::balances::Known;

use crate::world::{PASSWORD, USER, World, order_of, returned};

fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

fn user() -> HtouhuiUserId {
    USER.parse().unwrap()
}

/// With balances that stay fresh for an hour: no machine is so slow that a test runs out of it.
async fn open_world() -> World {
    World::open_with(&[("BALANCE_MAX_AGE_MS", "3600000")]).await
}

/// Huifu said so, so many seconds ago.
async fn told(world: &World, balance: Balance, seconds: i64) {
    let now = runtime::clock::now();
    let known = Known {
        balance,
        asked_at: now - SignedDuration::from_secs(seconds),
    };
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("intake test: balance").await.unwrap();
    let recorded = store::balances::record(&tx, now, &user(), &known).await;
    assert!(recorded.unwrap(), "an older balance than the one before");
    tx.commit().await.unwrap();
}

fn holds(available: i64) -> Balance {
    Balance {
        available: fen(available),
        yesterday: fen(available),
        dm_quota: None,
    }
}

/// Opens a cash type with a fixed fee and no rate.
async fn open(world: &World, cash_type: CashType, fix: i64, bearer: FeeBearer) {
    let rule = CashRule {
        price: Price {
            fix: fen(fix),
            rate: BasisPoints::ZERO,
        },
        weekday: None,
        bearer,
        payer: None,
    };
    let mut connection = world.store.connection().await.unwrap();
    let tx = connection.begin("intake test: rule").await.unwrap();
    let now = runtime::clock::now();
    store::users::cash_rules::set(&tx, now, &user(), cash_type, &rule)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

fn says(page: &Page, text: &str) {
    assert!(
        page.text().contains(text),
        "{text} is not on: {}",
        page.text()
    );
}

fn says_not(page: &Page, text: &str) {
    assert!(!page.text().contains(text), "{text} is on: {}", page.text());
}

#[tokio::test]
async fn a_draft_wishes_for_the_balance_once_and_a_refused_form_does_not() {
    let world = open_world().await;
    let mut agent = UserAgent::new().unwrap();
    world.page(&mut agent, &[]).await;
    let wishes = world.wishes().await;
    assert_eq!(wishes.len(), 1);
    assert_eq!(wishes[0].correlation_id, USER);
    let form = world.partner.signed_form(&[("money", "0.00")]);
    world.refusal(&form).await;
    assert_eq!(world.wishes().await.len(), 1);
}

#[tokio::test]
async fn the_balance_is_shown_with_its_age_and_for_each_cash_type() {
    let world = open_world().await;
    told(&world, holds(123_456), 12).await;
    let mut agent = UserAgent::new().unwrap();
    let page = world.page(&mut agent, &[("money", "100.00")]).await;
    assert!(
        page.text().contains("余额 1,234.56 元，1"),
        "{}",
        page.text()
    );
    says(&page, "秒前查询");
    says(&page, "可提现 1,234.56 元");
    says_not(&page, "重新查询");
    let english = [("money", "100.00"), ("lang", "en")];
    let page = world.page(&mut agent, &english).await;
    says(&page, "Balance ¥1,234.56, checked 1");
    says(&page, "Up to ¥1,234.56");
}

#[tokio::test]
async fn without_a_balance_the_page_says_so_and_the_user_goes_on() {
    let world = open_world().await;
    let mut agent = UserAgent::new().unwrap();
    let page = world.page(&mut agent, &[("lang", "en")]).await;
    says(&page, "Balance not available right now; you can go on");
    let page = world.page(&mut agent, &[]).await;
    says(&page, "余额暂时无法查询，可继续提现");
    says(&page, "重新查询");
    let choice = Choice::confirm(PASSWORD);
    let location = agent.finish(&page, &choice).await.unwrap();
    assert_eq!(returned(&location, "code"), "0000");
}

#[tokio::test]
async fn an_aged_balance_is_shown_as_such_and_keeps_nobody_back() {
    let world = open_world().await;
    told(&world, holds(1), 7_200).await;
    let mut agent = UserAgent::new().unwrap();
    let page = world.page(&mut agent, &[("money", "100.00")]).await;
    says(
        &page,
        "余额 0.01 元，2 小时前查询，暂时无法更新，可继续提现",
    );
    let choice = Choice::confirm(PASSWORD);
    let location = agent.finish(&page, &choice).await.unwrap();
    assert_eq!(returned(&location, "code"), "0000");
}

#[tokio::test]
async fn a_balance_of_the_day_before_yesterday_is_not_shown() {
    let world = open_world().await;
    told(&world, holds(10_000_000), 2 * 86_400).await;
    let mut agent = UserAgent::new().unwrap();
    let page = world.page(&mut agent, &[]).await;
    says(&page, "余额暂时无法查询");
    says_not(&page, "100,000.00");
}

#[tokio::test]
async fn a_cash_type_that_cannot_take_the_amount_is_not_to_be_chosen_and_says_why() {
    let world = open_world().await;
    // The cheapest, and what the partner asks for: neither helps.
    open(&world, CashType::Dm, 0, FeeBearer::Inner).await;
    let balance = Balance {
        dm_quota: Some(fen(5_000)),
        ..holds(10_000)
    };
    told(&world, balance, 1).await;
    let mut agent = UserAgent::new().unwrap();
    let asked = [("money", "100.00"), ("cash_type", "DM")];
    let page = world.page(&mut agent, &asked).await;
    let why = "DM 额度不足，最多可提 50.00 元，今日收到的资金次日起可提";
    says(&page, why);
    let form = page.form_for("confirm").unwrap().clone();
    assert_eq!(form.value("cash_type"), Some("T1"));

    let sent = form
        .with("action", "confirm")
        .with("password", PASSWORD)
        .with("cash_type", "DM");
    let answer = agent.post(page.url.as_str(), &sent.fields).await.unwrap();
    assert_eq!(answer.status(), 422);
    let html = answer.text().await.unwrap();
    assert!(html.contains("data-code=\"balance_too_low\""), "{html}");
    assert!(html.contains(&format!("{why}。")), "{html}");
    let choice = Choice::confirm(PASSWORD);
    let location = agent.finish(&page, &choice).await.unwrap();
    assert_eq!(returned(&location, "code"), "0000", "no try was counted");
}

#[tokio::test]
async fn where_nothing_fits_there_is_nothing_to_confirm_and_the_way_back_is_open() {
    let world = open_world().await;
    told(&world, holds(9_999), 1).await;
    let mut agent = UserAgent::new().unwrap();
    let page = world.page(&mut agent, &[("money", "100.00")]).await;
    says(&page, "余额不足，最多可提 99.99 元");
    says(&page, "重新查询");
    assert_eq!(page.status, 200);
    assert!(
        page.html.contains("value=\"confirm\" disabled"),
        "{}",
        page.html
    );
    let location = agent.finish(&page, &Choice::Cancel).await.unwrap();
    assert_ne!(returned(&location, "code"), "0000");
}

#[tokio::test]
async fn what_was_there_when_the_page_was_shown_and_is_gone_at_the_button_is_refused() {
    let world = open_world().await;
    told(&world, holds(10_000), 20).await;
    let mut agent = UserAgent::new().unwrap();
    let page = world.page(&mut agent, &[("money", "100.00")]).await;
    told(&world, holds(4_200), 0).await;
    let form = page.form_for("confirm").unwrap().clone();
    let form = form.with("action", "confirm").with("password", PASSWORD);
    let answer = agent.post(page.url.as_str(), &form.fields).await.unwrap();
    assert_eq!(answer.status(), 422);
    let html = answer.text().await.unwrap();
    assert!(html.contains("余额不足，最多可提 42.00 元。"), "{html}");
    let id = order_of(&page.url);
    assert_eq!(world.state(&id).await, State::Draft);
    assert!(world.messages().await.is_empty());

    // Money came in.
    let now = Balance {
        available: fen(10_000),
        ..holds(4_200)
    };
    told(&world, now, -1).await;
    let choice = Choice::confirm(PASSWORD);
    let location = agent.finish(&page, &choice).await.unwrap();
    assert_eq!(returned(&location, "code"), "0000");
}

#[tokio::test]
async fn an_outer_fee_of_the_users_own_account_needs_room_beside_the_amount() {
    let world = open_world().await;
    for (cash_type, fix) in [(CashType::D0, 100), (CashType::T1, 0)] {
        open(&world, cash_type, fix, FeeBearer::Outer).await;
    }
    told(&world, holds(10_000), 1).await;
    let mut agent = UserAgent::new().unwrap();
    let page = world.page(&mut agent, &[("money", "100.00")]).await;
    says(&page, "余额不足，最多可提 99.00 元");
    let form = page.form_for("confirm").unwrap();
    assert_eq!(form.value("cash_type"), Some("T1"));
}

#[tokio::test]
async fn dm_shows_its_quota_and_what_it_leaves_out() {
    let world = open_world().await;
    open(&world, CashType::Dm, 0, FeeBearer::Inner).await;
    let mut agent = UserAgent::new().unwrap();
    let page = world.page(&mut agent, &[("money", "10.00")]).await;
    says(&page, "今日收到的资金次日起可提");
    let balance = Balance {
        dm_quota: Some(fen(8_000)),
        ..holds(10_000)
    };
    told(&world, balance, 1).await;
    let page = world.page(&mut agent, &[("money", "10.00")]).await;
    says(&page, "DM 可提额度 80.00 元，今日收到的资金次日起可提");
    says(&page, "可提现 100.00 元");
}

#[tokio::test]
async fn the_page_waits_a_moment_for_a_balance_that_is_on_its_way() {
    let world = World::open_with(&[
        ("BALANCE_MAX_AGE_MS", "3600000"),
        ("BALANCE_WAIT_MS", "5000"),
    ])
    .await;
    let mut agent = UserAgent::new().unwrap();
    let huifu_answers = async {
        let wished = async || !world.wishes().await.is_empty();
        eventually(Duration::from_secs(20), "a wish for the balance", wished).await;
        told(&world, holds(123_456), 0).await;
    };
    let (page, ()) = tokio::join!(world.page(&mut agent, &[]), huifu_answers);
    says(&page, "余额 1,234.56 元");
    assert_eq!(world.wishes().await.len(), 1, "asked for once");
}
