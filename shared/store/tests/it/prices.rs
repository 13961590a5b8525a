//! What a cash type costs, and the calendar, as they come back from the database.

use contract::calendar::DayKind;
use contract::fee::{BasisPoints, CashRule, FeeBearer, Price};
use contract::money::Fen;
use contract::withdrawal::CashType;
use jiff::civil::Date;
use store::StoreError;
use store::calendar::{self, EnteredDay};
use store::dead_letters::Decision;
use store::users::cash_rules;

use crate::world::{World, id, user_id};

const STATE_COUNCIL: Decision<'static> = Decision {
    by: "sre",
    reason: "国办发明电",
};

fn price(fix: i64, points: i32) -> Price {
    Price {
        fix: Fen::new(fix).unwrap(),
        rate: BasisPoints::new(points).unwrap(),
    }
}

fn rule(bearer: FeeBearer) -> CashRule {
    CashRule {
        price: price(300, 10),
        weekday: None,
        bearer,
        payer: None,
    }
}

async fn set(world: &World, cash_type: CashType, rule: &CashRule) -> Result<(), StoreError> {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: set cash rule").await?;
    cash_rules::set(&tx, world.now, &user_id(), cash_type, rule).await?;
    tx.commit().await
}

async fn rules(world: &World) -> Vec<(CashType, CashRule)> {
    let connection = world.connection().await;
    cash_rules::of(&connection, &user_id()).await.unwrap()
}

#[tokio::test]
async fn a_rule_comes_back_as_it_was_set_and_what_it_no_longer_says_is_forgotten() {
    let world = World::new().await;
    let whole = CashRule {
        weekday: Some(price(100, 5)),
        payer: Some(id("6666000000000001")),
        ..rule(FeeBearer::Outer)
    };
    set(&world, CashType::D1, &whole).await.unwrap();
    let of_the_world = rules(&world).await;
    assert_eq!(of_the_world.len(), 2, "{of_the_world:?}");
    assert_eq!(of_the_world[0], (CashType::D1, whole));

    let plain = rule(FeeBearer::Inner);
    set(&world, CashType::D1, &plain).await.unwrap();
    assert_eq!(rules(&world).await[0], (CashType::D1, plain));
}

#[tokio::test]
async fn a_closed_cash_type_is_gone_and_closing_it_again_does_nothing() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    for closed in [true, false] {
        let tx = connection.begin("tests: close").await.unwrap();
        let done = cash_rules::close(&tx, &user_id(), CashType::T1).await;
        assert_eq!(done.unwrap(), closed);
        tx.commit().await.unwrap();
    }
    assert_eq!(rules(&world).await, []);
}

#[tokio::test]
async fn only_d1_has_working_days_and_only_an_outer_fee_has_a_payer() {
    let world = World::new().await;
    let weekday = CashRule {
        weekday: Some(price(0, 0)),
        ..rule(FeeBearer::Inner)
    };
    for cash_type in [CashType::D0, CashType::T1, CashType::Dm] {
        let refused = set(&world, cash_type, &weekday).await.unwrap_err();
        assert_eq!(refused.constraint(), Some("cash_rule_weekday_is_for_d1"));
    }
    let paid_by_another = CashRule {
        payer: Some(id("6666000000000001")),
        ..rule(FeeBearer::Inner)
    };
    let refused = set(&world, CashType::D0, &paid_by_another).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.constraint(), Some("cash_rule_payer_is_for_outer"));
}

#[tokio::test]
async fn a_day_is_entered_and_entered_again() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let day: Date = "2026-10-01".parse().unwrap();
    assert_eq!(calendar::exception(&connection, day).await.unwrap(), None);
    for kind in [DayKind::Working, DayKind::Holiday] {
        let tx = connection.begin("tests: enter day").await.unwrap();
        calendar::set(&tx, world.now, day, kind, STATE_COUNCIL)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let exception = calendar::exception(&connection, day).await.unwrap();
        assert_eq!(exception, Some(kind));
    }
    let neighbour = day.tomorrow().unwrap();
    let exception = calendar::exception(&connection, neighbour).await;
    assert_eq!(exception.unwrap(), None);
}

#[tokio::test]
async fn the_days_of_a_year_are_those_between_its_first_and_its_last() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let day = |text: &str| text.parse::<Date>().unwrap();
    let tx = connection.begin("tests: enter days").await.unwrap();
    for text in ["2027-01-01", "2026-12-31", "2026-01-01", "2025-12-31"] {
        calendar::set(&tx, world.now, day(text), DayKind::Holiday, STATE_COUNCIL)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let listed = calendar::list(&connection, day("2026-01-01"), day("2026-12-31"));
    let entered = |text: &str| EnteredDay {
        day: day(text),
        kind: DayKind::Holiday,
        decided_by: "sre".to_owned(),
        decision: "国办发明电".to_owned(),
    };
    assert_eq!(
        listed.await.unwrap(),
        [entered("2026-01-01"), entered("2026-12-31")]
    );
}
