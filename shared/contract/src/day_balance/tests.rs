//! The text that is signed, and what is seen when one figure is wrong.

use super::*;
use crate::signing::fixtures;
use proptest::prelude::*;

fn tally(count: i64, fen: i64) -> Tally {
    Tally {
        count,
        amount: Fen::new(fen).unwrap(),
    }
}

fn balance() -> DayBalance {
    DayBalance {
        day: Date::constant(2026, 11, 21),
        version: 2,
        counted_at: "2026-11-22T02:00:00.9Z".parse().unwrap(),
        counted: Counted {
            accepted: tally(6, 60_000),
            paid: tally(3, 30_000),
            failed: tally(1, 10_000),
            returned: tally(1, 15_000),
            open: tally(1, 5_000),
        },
    }
}

#[test]
fn the_text_is_the_same_for_ever() {
    let text = balance().text(&"tixian-1".parse().unwrap());
    let expected = "\
form=tixian-day-balance-1
day=2026-11-21
version=2
counted_at=20261122100000
key_id=tixian-1
accepted_count=6
accepted_fen=60000
paid_count=3
paid_fen=30000
failed_count=1
failed_fen=10000
returned_count=1
returned_fen=15000
open_count=1
open_fen=5000
";
    assert_eq!(text, expected);
}

#[test]
fn a_figure_that_was_changed_breaks_the_signature() {
    let (key, key_id) = (fixtures::ours(), "tixian-1".parse().unwrap());
    let signed = balance();
    let signature = signed.sign(&key_id, &key);
    let verified = |balance: DayBalance| balance.verify(&key_id, key.public(), &signature);
    assert_eq!(verified(signed), Ok(()));
    let mut changed = signed;
    changed.counted.paid.amount = Fen::new(30_001).unwrap();
    assert_eq!(verified(changed), Err(SignatureError::Mismatch));
    let mut changed = signed;
    changed.version = 3;
    assert_eq!(verified(changed), Err(SignatureError::Mismatch));
}

#[test]
fn one_fen_or_one_withdrawal_too_many_is_seen() {
    let mut counted = balance().counted;
    assert!(counted.holds());
    counted.paid.amount = Fen::new(30_001).unwrap();
    assert!(!counted.holds());
    let mut counted = balance().counted;
    counted.open.count = 2;
    assert!(!counted.holds());
}

#[test]
fn what_was_never_confirmed_is_in_no_part() {
    for state in State::ALL {
        let mut counted = Counted::default();
        counted.add(state, tally(1, 1)).unwrap();
        let accepted = counted.parts() == Ok(tally(1, 1));
        let never = matches!(state, State::Draft | State::Cancelled | State::Expired);
        assert_eq!(accepted, !never, "{state:?}");
    }
}

fn accepted() -> impl Strategy<Value = State> {
    let all = State::ALL.into_iter();
    let all = all.filter(|state| Part::of(*state) != Part::None);
    proptest::sample::select(all.collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn the_parts_of_whatever_was_accepted_make_up_the_whole(
        standing in proptest::collection::vec((accepted(), 1..1_000_000_i64), 0..50),
    ) {
        let mut counted = Counted::default();
        for (state, fen) in standing {
            let one = tally(1, fen);
            counted.accepted = counted.accepted.plus(one).unwrap();
            counted.add(state, one).unwrap();
        }
        prop_assert!(counted.holds());
    }
}
