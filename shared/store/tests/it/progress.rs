//! Every transition in every state, as the contract's machine says and nothing else.

use contract::withdrawal::{Next, State, Transition};
use store::progress::Advanced;

use crate::world::World;

#[tokio::test]
async fn the_database_takes_exactly_the_edges_of_the_machine() {
    let world = World::new().await;
    let mut number = 0;
    for state in State::ALL {
        for transition in Transition::ALL {
            number += 1;
            let id = world.walked_to(number, state).await;
            let advanced = world.take(&id, transition).await;
            let expected = match state.next(transition) {
                Next::Moves(to) => Advanced::Moved { from: state, to },
                Next::Agrees => Advanced::Agreed(state),
                Next::Refused => Advanced::Refused(state),
                Next::Contradicts => Advanced::Contradicted(state),
            };
            assert_eq!(advanced, expected, "{transition:?} in {state:?}");
            let connection = world.connection().await;
            let stored = store::withdrawals::find(&connection, &id)
                .await
                .unwrap()
                .unwrap();
            let after = match advanced {
                Advanced::Moved { to, .. } => to,
                _ => state,
            };
            assert_eq!(stored.state, after, "{transition:?} in {state:?}");
            assert_eq!(stored.held, state.next(transition) == Next::Contradicts);
        }
    }
}

#[tokio::test]
async fn each_end_that_partners_are_told_of_writes_one_notice_and_one_message() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Returned).await;
    world.take(&id, Transition::Return).await;
    world.take(&id, Transition::Pay).await;
    let connection = world.connection().await;
    let notices = store::notices::of(&connection, &id).await.unwrap();
    let told: Vec<_> = notices
        .iter()
        .map(|n| (n.sequence, n.outcome.as_str()))
        .collect();
    assert_eq!(told, [(1, "paid"), (2, "returned")]);
    let due: i64 = world
        .raw()
        .await
        .query_one(
            "select count(*) from outbox where routing_key = 'notice.due'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!(due, 2);
}

#[tokio::test]
async fn a_contradiction_is_one_case_however_often_it_is_told_and_nothing_is_sent_any_more() {
    let world = World::new().await;
    let paid = world.walked_to(1, State::Paid).await;
    world.take(&paid, Transition::Fail).await;
    world.take(&paid, Transition::Fail).await;
    // Huifu says it paid what we believe never left: it must not be sent again.
    let accepted = world.walked_to(2, State::Accepted).await;
    assert_eq!(
        world.take(&accepted, Transition::Pay).await,
        Advanced::Contradicted(State::Accepted)
    );
    assert_eq!(
        world.take(&accepted, Transition::OpenAttempt).await,
        Advanced::Held(State::Accepted)
    );
    let cases = store::cases::list_open(&world.connection().await, 10)
        .await
        .unwrap();
    assert_eq!(cases.len(), 2);
}

#[tokio::test]
async fn of_two_that_want_the_same_edge_at_once_one_moves_and_the_other_agrees() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Submitted).await;
    let (first, second) = tokio::join!(
        world.take(&id, Transition::Pay),
        world.take(&id, Transition::Pay)
    );
    let moved = Advanced::Moved {
        from: State::Submitted,
        to: State::Paid,
    };
    let agreed = Advanced::Agreed(State::Paid);
    assert!(
        (first, second) == (moved, agreed) || (first, second) == (agreed, moved),
        "{first:?} {second:?}"
    );
}

#[tokio::test]
async fn the_timeline_tells_each_move_in_order() {
    let world = World::new().await;
    let id = world.walked_to(1, State::Paid).await;
    let timeline = store::timeline::of(&world.connection().await, &id)
        .await
        .unwrap();
    let events: Vec<_> = timeline.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!(events, ["open", "confirm", "open_attempt", "submit", "pay"]);
}
