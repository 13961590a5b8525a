//! One dead partner slows no other.

use contract::withdrawal::Transition;
use sandbox::partner::Mode;
use store::notices;

use crate::world::World;

#[tokio::test]
async fn a_partner_that_hangs_holds_up_nobody_else() {
    let world = World::new().await;
    let (dead, alive) = (world.partner("dead").await, world.partner("alive").await);
    dead.shop.set_mode(Mode::Hang);
    // Nothing sent to the dead partner comes to an end while this test runs.
    let service = world
        .start(&[("NOTICE_TIMEOUT_MS", "120000"), ("SHUTDOWN_GRACE_MS", "0")])
        .await;
    let mut stuck = Vec::new();
    for _ in 0..60 {
        stuck.push(world.ended(&dead, Transition::Pay).await);
    }
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(world.ended(&alive, Transition::Pay).await);
    }
    for due in &told {
        assert_eq!(world.attempts(due, 1).await[0].outcome, "delivered");
    }
    let connection = world.connection().await;
    for due in &stuck {
        assert!(
            notices::attempts_of(&connection, &due.notice)
                .await
                .unwrap()
                .is_empty()
        );
        let step = world.summary(due).await.attempt_count;
        assert_eq!(step, 0, "being put back counts as no attempt");
    }
    drop(service);
}
