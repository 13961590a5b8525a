//! A callback comes before the answer: both want the same, and the second agrees.

use std::time::Duration;

use contract::withdrawal::{State, Transition};
use sandbox::huifu::Fault;
use stand::eventually;
use store::attempts::AttemptOutcome::{Submitted, Unknown};
use store::progress::Advanced;

use crate::world::{Seen, World};

#[tokio::test]
async fn an_answer_that_never_comes_does_not_undo_what_a_callback_said() {
    for (transition, state) in [
        (Transition::Submit, State::Submitted),
        (Transition::Pay, State::Paid),
        (Transition::Fail, State::Failed),
    ] {
        let world = World::start().await;
        world.huifu.fail_next(1, Fault::TimeoutAfterPaying);
        let message = world.accept(10_000).await;
        let id = &message.body.withdrawal_id;
        let callback = async {
            eventually(Duration::from_secs(10), "the payment", async || {
                !world.huifu.book().payments.is_empty()
            })
            .await;
            world.advance(id, transition).await
        };
        let (handled, advanced) = tokio::join!(world.handle(&message), callback);
        handled.unwrap();
        assert!(matches!(advanced, Advanced::Moved { .. }), "{advanced:?}");
        assert_eq!(world.see(id).await, Seen::is(state, Some(Unknown), 1));
    }
}

#[tokio::test]
async fn an_answer_after_the_end_only_closes_the_attempt() {
    let world = World::start().await;
    let message = world.accept(10_000).await;
    world.handle(&message).await.unwrap();
    let id = &message.body.withdrawal_id;
    assert!(matches!(
        world.advance(id, Transition::Pay).await,
        Advanced::Moved { .. }
    ));
    assert_eq!(
        world.see(id).await,
        Seen::is(State::Paid, Some(Submitted), 1)
    );
    assert_eq!(world.ask().await, 0, "an end is not asked about");
}
