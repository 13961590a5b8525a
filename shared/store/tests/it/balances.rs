//! Balances: the later question counts, whichever answer came first.

use contract::balance::Balance;
use contract::fee::{BasisPoints, FeeBearer, FeeRule};
use contract::money::Fen;
use contract::withdrawal::CashType;
use jiff::Timestamp;
use store::balances::{self, Known};
use store::users;

use crate::world::{World, user_id};

fn known(asked_at: Timestamp, available: i64, dm_quota: Option<i64>) -> Known {
    Known {
        balance: Balance {
            available: Fen::new(available).unwrap(),
            yesterday: Fen::new(1).unwrap(),
            dm_quota: dm_quota.map(|fen| Fen::new(fen).unwrap()),
        },
        asked_at,
    }
}

impl World {
    async fn record(&self, known: &Known) -> bool {
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: record balance").await.unwrap();
        let user = user_id();
        let kept = balances::record(&tx, self.now, &user, known).await.unwrap();
        tx.commit().await.unwrap();
        kept
    }

    async fn open_dm(&self) {
        let free = FeeRule {
            fix: Fen::ZERO,
            rate: BasisPoints::new(0).unwrap(),
            bearer: FeeBearer::Inner,
        };
        let mut connection = self.connection().await;
        let tx = connection.begin("tests: open DM").await.unwrap();
        let (user, dm) = (user_id(), CashType::Dm);
        users::cash_rules::set(&tx, self.now, &user, dm, &free.into())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn balance(&self) -> Option<Known> {
        let connection = self.connection().await;
        balances::find(&connection, &user_id()).await.unwrap()
    }
}

#[tokio::test]
async fn an_answer_to_an_older_question_changes_nothing() {
    let world = World::new().await;
    assert_eq!(world.balance().await, None);
    let later = known(world.later(5), 700, None);
    assert!(world.record(&known(world.now, 500, Some(300))).await);
    assert!(world.record(&later).await);
    assert!(!world.record(&known(world.later(4), 600, Some(300))).await);
    assert_eq!(
        world.balance().await,
        Some(later),
        "its quota is forgotten too"
    );
}

#[tokio::test]
async fn what_must_be_asked_about_a_user_is_read_in_one_go() {
    let world = World::new().await;
    let connection = world.connection().await;
    let to_ask = balances::to_ask(&connection, &user_id()).await.unwrap();
    let to_ask = to_ask.unwrap();
    assert_eq!(to_ask.huifu_id.as_str(), "6666000021291985");
    assert_eq!((to_ask.takes_dm, to_ask.asked_at), (false, None));
    world.open_dm().await;
    world.record(&known(world.now, 500, None)).await;
    let to_ask = balances::to_ask(&connection, &user_id()).await.unwrap();
    let to_ask = to_ask.unwrap();
    assert_eq!((to_ask.takes_dm, to_ask.asked_at), (true, Some(world.now)));
    let nobody = "99999".parse().unwrap();
    let unknown = balances::to_ask(&connection, &nobody).await.unwrap();
    assert!(unknown.is_none());
}
