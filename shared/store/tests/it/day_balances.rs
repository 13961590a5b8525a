//! The balance of a day: both sides counted, kept for ever, counted again while it may change.

use contract::day_balance::{Counted, DayBalance, Tally};
use contract::money::Fen;
use contract::withdrawal::{State, Transition};
use jiff::ToSpan as _;
use jiff::civil::Date;
use store::day_balances::{self, Signed};

use crate::world::{World, id};

/// The Beijing day of the world's `now`.
const TODAY: Date = Date::constant(2026, 11, 22);

/// Each of the world's withdrawals asks for 100 yuan.
fn tally(count: i64) -> Tally {
    Tally {
        count,
        amount: Fen::new(count * 10_000).unwrap(),
    }
}

impl World {
    async fn counted(&self, day: Date) -> Counted {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: count").await.unwrap();
        day_balances::take_turn(&tx).await.unwrap();
        day_balances::count(&tx, day).await.unwrap()
    }

    async fn keep(&self, day: Date, version: i32) -> Result<(), store::StoreError> {
        let signed = Signed {
            balance: DayBalance {
                day,
                version,
                counted_at: self.now,
                counted: self.counted(day).await,
            },
            text: "form=…\n".to_owned(),
            key_id: id("tixian-1"),
            signature: "c2ln".to_owned(),
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: keep").await?;
        day_balances::insert(&tx, self.now, &signed).await?;
        let latest = day_balances::latest(&tx, day).await?;
        assert_eq!(latest, Some(signed));
        tx.commit().await
    }

    async fn to_count(&self, last: Date) -> Vec<Date> {
        let connection = self.connection().await;
        let days = day_balances::to_count(&connection, last, 31, 2).await;
        days.unwrap()
    }
}

#[tokio::test]
async fn everything_accepted_on_the_day_is_in_one_part() {
    let world = World::new().await;
    for (number, state) in (1..).zip(State::ALL) {
        world.walked_to(number, state).await;
    }
    let counted = world.counted(TODAY).await;
    assert_eq!(counted.accepted, tally(7), "all but drafts and their ends");
    assert_eq!(counted.paid, tally(1));
    assert_eq!(counted.failed, tally(1));
    assert_eq!(counted.returned, tally(1));
    assert_eq!(counted.open, tally(4));
    assert!(counted.holds());
    for other in [TODAY - 1.day(), TODAY + 1.day()] {
        assert_eq!(world.counted(other).await, Counted::default());
    }
}

#[tokio::test]
async fn a_row_that_was_changed_behind_our_back_makes_the_sides_differ() {
    let world = World::new().await;
    let paid = world.walked_to(1, State::Paid).await;
    world.walked_to(2, State::Paid).await;
    let raw = world.raw().await;
    let forge = "update withdrawals set accepted_at = accepted_at - interval '1 day' where id = $1";
    raw.execute(forge, &[&paid.as_str()]).await.unwrap();
    let counted = world.counted(TODAY).await;
    assert_eq!((counted.accepted, counted.paid), (tally(2), tally(1)));
    assert!(!counted.holds());
}

#[tokio::test]
async fn a_balance_is_never_changed_and_has_one_row_a_version() {
    let world = World::new().await;
    world.walked_to(1, State::Paid).await;
    world.keep(TODAY, 1).await.unwrap();
    let twice = world.keep(TODAY, 1).await.unwrap_err();
    assert_eq!(twice.constraint(), Some("day_balances_pkey"));
    let raw = world.raw().await;
    for forge in [
        "update day_balances set paid_fen = 0",
        "delete from day_balances",
    ] {
        let refused = raw.batch_execute(forge).await.unwrap_err();
        let said = refused.as_db_error().unwrap().message().to_owned();
        assert_eq!(said, "day_balances is append-only");
    }
}

#[tokio::test]
async fn days_are_counted_until_nothing_of_them_can_change() {
    let world = World::new().await;
    let days_later = |days: i64| TODAY + days.days();
    assert_eq!(
        world.to_count(TODAY).await,
        [TODAY],
        "at first the last one alone"
    );
    let open = world.walked_to(1, State::Submitted).await;
    world.keep(TODAY, 1).await.unwrap();
    // The days in between were never counted.
    let all = [0, 1, 2, 3, 4].map(days_later);
    assert_eq!(world.to_count(days_later(4)).await, all);
    for day in &all[1..] {
        world.keep(*day, 1).await.unwrap();
    }
    let unsettled = [0, 3, 4].map(days_later);
    assert_eq!(
        world.to_count(days_later(4)).await,
        unsettled,
        "one is open, two are young"
    );
    world.take(&open, Transition::Pay).await;
    world.keep(TODAY, 2).await.unwrap();
    assert_eq!(world.to_count(days_later(4)).await, unsettled[1..]);
    let versions = day_balances::of(&world.connection().await, TODAY).await;
    let versions: Vec<i32> = versions
        .unwrap()
        .iter()
        .map(|one| one.balance.version)
        .collect();
    assert_eq!(versions, [1, 2]);
    let newest = day_balances::list(&world.connection().await, 2)
        .await
        .unwrap();
    let days: Vec<Date> = newest.iter().map(|one| one.balance.day).collect();
    assert_eq!(days, [days_later(4), days_later(3)]);
    assert_eq!(
        world.to_count(days_later(60)).await.len(),
        32,
        "a month at most"
    );
}
