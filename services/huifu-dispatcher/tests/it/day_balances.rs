//! The balance of a day: counted after its statement, signed, and counted again when it changes.

use contract::day_balance::Tally;
use contract::money::Fen;
use contract::signing::keys::PublicKey;
use contract::withdrawal::Transition;
use jiff::SignedDuration;
use store::day_balances::{self, Signed};

use crate::books::Books;

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Books {
    async fn balances(&self) -> Vec<Signed> {
        let connection = self.world.store.connection().await.unwrap();
        day_balances::of(&connection, self.day).await.unwrap()
    }
}

fn tally(count: i64, fen: i64) -> Tally {
    Tally {
        count,
        amount: Fen::new(fen).unwrap(),
    }
}

#[tokio::test]
async fn a_day_is_counted_signed_and_counted_again_while_it_changes() {
    let books = Books::open().await;
    let (returned, _) = books.paid(10_000).await;
    let (failed, serial) = books.sent(20_000).await;
    assert!(books.world.huifu.fail(&serial).await);
    books.take(&failed, Transition::Fail).await;
    let (open, serial) = books.sent(30_000).await;
    books.next_noon().await;

    let first = books.balances().await.pop().unwrap();
    let counted = first.balance.counted;
    assert_eq!(counted.accepted, tally(3, 60_000));
    assert_eq!(
        (counted.paid, counted.failed),
        (tally(1, 10_000), tally(1, 20_000))
    );
    assert_eq!(
        (counted.returned, counted.open),
        (tally(0, 0), tally(1, 30_000))
    );
    assert!(counted.holds());
    assert_eq!(first.text, first.balance.text(&first.key_id));
    let key: PublicKey = stand::keys::rsa_2048(2).public_spki_pem.parse().unwrap();
    let verified = first.balance.verify(&first.key_id, &key, &first.signature);
    assert_eq!(verified, Ok(()));

    books.next_noon().await;
    assert_eq!(books.balances().await.len(), 1, "nothing has changed");
    assert!(books.world.huifu.settle(&serial).await);
    books.take(&open, Transition::Pay).await;
    books.at(books.noon + DAY * 2).await;
    books.take(&returned, Transition::Return).await;
    books.at(books.noon + DAY * 3).await;
    let all = books.balances().await;
    assert_eq!(all.len(), 3);
    assert_eq!(all[0], first, "what was signed stays");
    let (second, third) = (all[1].balance.counted, all[2].balance.counted);
    assert_eq!((second.paid, second.open), (tally(2, 40_000), tally(0, 0)));
    assert_eq!(
        (third.paid, third.returned),
        (tally(1, 30_000), tally(1, 10_000))
    );
    assert!(second.holds() && third.holds());
    assert_eq!(books.case_kinds().await, [""; 0]);
}

#[tokio::test]
async fn a_row_that_was_changed_behind_our_back_is_a_case() {
    let books = Books::open().await;
    books.paid(10_000).await;
    books.paid(10_000).await;
    let forge = include_str!("sql/move_an_acceptance.sql");
    books.world.database.tamper(forge).await.unwrap();
    books.next_noon().await;
    let balance = books.balances().await.pop().unwrap().balance;
    assert!(!balance.counted.holds());
    let cases = books.cases().await;
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].kind, "day_balance_unequal");
    assert_eq!(cases[0].detail["accepted_count"], 2);
    assert_eq!(cases[0].detail["paid_count"], 1);
}

#[tokio::test]
async fn a_day_is_counted_although_its_statement_never_came() {
    let books = Books::open().await;
    books.paid(10_000).await;
    books.world.huifu.hold_statement(books.day, true);
    books.next_noon().await;
    assert_eq!(books.balances().await.len(), 1);
}
