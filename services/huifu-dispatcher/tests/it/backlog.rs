//! What is open is counted by its list, with the age of its oldest.

use contract::withdrawal::State;
use huifu_dispatcher::backlog::{Open, look};
use jiff::SignedDuration;
use runtime::clock;
use sandbox::huifu::{Fault, Selector};

use crate::world::World;

#[tokio::test]
async fn what_is_open_is_counted_and_what_has_its_end_is_not() {
    let world = World::start().await;
    let later = clock::now() + SignedDuration::from_secs(600);
    let nothing = look(&world.store, later).await.unwrap();
    assert_eq!(
        (nothing.cases, nothing.held),
        (Open::default(), Open::default())
    );
    assert!(
        nothing
            .withdrawals
            .iter()
            .all(|(_, open)| *open == Open::default())
    );

    let lost = [Fault::TimeoutAfterPaying, Fault::ProcessingForever];
    world.huifu.set_fault(Selector::any(), &lost, Some(1));
    let id = world.send(10_000).await;
    let open = look(&world.store, later).await.unwrap();
    let states: Vec<_> = open
        .withdrawals
        .iter()
        .filter(|(_, open)| open.count > 0.0)
        .collect();
    let [(State::Unconfirmed, unconfirmed)] = states[..] else {
        panic!("{states:?}");
    };
    assert!((unconfirmed.count - 1.0).abs() < f64::EPSILON);
    assert!(
        (590.0..=601.0).contains(&unconfirmed.seconds),
        "{unconfirmed:?}"
    );

    world.ask().await;
    let serial = world.attempts(&id).await[0].req_seq_id.clone();
    assert!(world.huifu.settle(serial.as_str()).await);
    world.ask().await;
    let ended = look(&world.store, later).await.unwrap();
    assert!(
        ended
            .withdrawals
            .iter()
            .all(|(_, open)| *open == Open::default())
    );
    assert!(
        (ended.notices.count - 1.0).abs() < f64::EPSILON,
        "{ended:?}"
    );
}
