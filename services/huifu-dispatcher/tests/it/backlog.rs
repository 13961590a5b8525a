//! What is open is counted by its list, with the age of its oldest.

use contract::withdrawal::State;
use huifu_dispatcher::backlog::look;
use jiff::SignedDuration;
use runtime::clock;
use sandbox::huifu::{Fault, Selector};

use crate::world::World;

#[tokio::test]
async fn what_is_open_is_counted_and_what_has_its_end_is_not() {
    let world = World::start().await;
    let later = clock::now() + SignedDuration::from_secs(600);
    let nothing = look(&world.store, later).await.unwrap();
    assert!(nothing.cases.is_empty() && nothing.letters.is_empty() && nothing.jobs.is_empty());
    assert!(nothing.withdrawals.is_empty() && nothing.outbox.is_empty());

    let lost = [Fault::TimeoutAfterPaying, Fault::ProcessingForever];
    world.huifu.set_fault(Selector::any(), &lost, Some(1));
    let id = world.send(10_000).await;
    let open = look(&world.store, later).await.unwrap();
    let [unconfirmed] = &open.withdrawals[..] else {
        panic!("{open:?}");
    };
    assert_eq!(
        (unconfirmed.state, unconfirmed.held, unconfirmed.count),
        (State::Unconfirmed, false, 1)
    );
    let unmoved = later.duration_since(unconfirmed.unmoved_since).as_secs();
    assert!((590..=601).contains(&unmoved), "{unmoved}");

    world.ask().await;
    let serial = world.attempts(&id).await[0].req_seq_id.clone();
    assert!(world.huifu.settle(serial.as_str()).await);
    world.ask().await;
    let ended = look(&world.store, later).await.unwrap();
    assert!(ended.withdrawals.is_empty(), "{ended:?}");
    assert_eq!(ended.notices.len(), 1);
    let due: Vec<_> = ended
        .outbox
        .iter()
        .map(|one| (&*one.routing_key, one.due))
        .collect();
    assert_eq!(due, [("notice.due", 1)]);
}
