//! Every transition in every state of every step, as the contract's machine says and nothing else.

use contract::application::{ApplicationKind, Next, State, Step, SubjectKind, Transition, steps};
use serde_json::json;
use store::applications::progress::{Advanced, Event, Learned};
use store::applications::timeline;
use store::{cases, notices};

use crate::world::{World, id};

const OPENING: ApplicationKind = ApplicationKind::Opening;
const USER: SubjectKind = SubjectKind::IndividualUser;
const MERCHANT: SubjectKind = SubjectKind::EnterpriseMerchant;

/// What the machine says of the step that is due, the `last` one or not.
fn meant(state: State, transition: Transition, last: bool) -> Next {
    let other_step = match transition {
        Transition::StepDone => last,
        Transition::Pass => !last,
        _ => false,
    };
    if other_step {
        Next::Refused
    } else {
        state.next(transition)
    }
}

#[tokio::test]
async fn the_database_takes_exactly_the_edges_of_the_machine() {
    let world = World::new().await;
    let mut number = 0;
    for (subject, at) in [(MERCHANT, 0), (USER, 0), (USER, 1)] {
        let steps = steps(OPENING, subject);
        let last = at + 1 == steps.len();
        for state in State::ALL {
            if state == State::Passed && !last {
                continue;
            }
            for transition in Transition::ALL {
                number += 1;
                let id = world
                    .applied_and_walked(number, OPENING, subject, at, state)
                    .await;
                let told = lines(&world, &id).await;
                let advanced = world.take_edge(&id, steps[at], transition).await;
                let what = format!("{transition:?} in {state:?} of {subject:?}, step {at}");
                let (expected, after, more) = match meant(state, transition, last) {
                    Next::Moves(to) => (Advanced::Moved { from: state, to }, to, 1),
                    Next::Agrees => (Advanced::Agreed(state), state, 0),
                    Next::Refused => (Advanced::Refused(state), state, 0),
                    Next::Contradicts => (Advanced::Contradicted(state), state, 1),
                };
                assert_eq!(advanced, expected, "{what}");
                let stored = world.application(&id).await;
                assert_eq!(stored.state, after, "{what}");
                assert_eq!(
                    stored.held,
                    matches!(advanced, Advanced::Contradicted(_)),
                    "{what}"
                );
                assert_eq!(stored.terminal_at.is_some(), after.is_terminal(), "{what}");
                assert_eq!(lines(&world, &id).await, told + more, "{what}");
            }
        }
    }
}

async fn lines(world: &World, id: &contract::ids::ApplicationId) -> usize {
    let connection = world.connection().await;
    timeline::of(&connection, id).await.unwrap().len()
}

#[tokio::test]
async fn news_of_a_step_that_is_done_is_late_or_a_contradiction_but_never_an_edge() {
    let world = World::new().await;
    let mut number = 0;
    for state in State::ALL {
        for transition in Transition::ALL {
            number += 1;
            let id = world
                .applied_and_walked(number, OPENING, USER, 1, state)
                .await;
            let advanced = world.take_edge(&id, Step::Base, transition).await;
            let expected = match transition {
                Transition::OpenAttempt => Advanced::Refused(state),
                Transition::StepDone
                | Transition::Submit
                | Transition::Review
                | Transition::Pass
                | Transition::LoseTrack => Advanced::Agreed(state),
                Transition::NotSent | Transition::Refuse | Transition::Fail => {
                    Advanced::Contradicted(state)
                }
            };
            assert_eq!(advanced, expected, "{transition:?} in {state:?}");
            assert_eq!(world.application(&id).await.state, state);
        }
    }
}

#[tokio::test]
async fn of_a_step_that_lies_ahead_nothing_is_believed() {
    let world = World::new().await;
    let id = world
        .applied_and_walked(1, OPENING, USER, 0, State::Sending)
        .await;
    for transition in Transition::ALL {
        let advanced = world.take_edge(&id, Step::Business, transition).await;
        assert_eq!(
            advanced,
            Advanced::Refused(State::Sending),
            "{transition:?}"
        );
    }
}

#[tokio::test]
async fn a_done_step_makes_the_next_one_due_and_takes_its_review_along() {
    let world = World::new().await;
    let id = world
        .applied_and_walked(1, OPENING, USER, 0, State::Sending)
        .await;
    let huifu_id = self::id("6666000099990001");
    let learned = Learned {
        huifu_id: Some(&huifu_id),
        apply_no: Some("201"),
        token_no: None,
    };
    world
        .tell(&id, Step::Base, Event::Review, learned)
        .await
        .unwrap();
    let stored = world.application(&id).await;
    assert_eq!(stored.huifu_id, Some(huifu_id.clone()));
    assert_eq!(stored.apply_no.as_deref(), Some("201"));

    assert_eq!(world.waiting("application.received").await, [""; 0]);
    world.take_edge(&id, Step::Base, Transition::StepDone).await;
    let stored = world.application(&id).await;
    assert_eq!(
        (stored.state, stored.step),
        (State::Received, Step::Business)
    );
    assert_eq!((stored.huifu_id, stored.apply_no), (Some(huifu_id), None));
    assert_eq!(world.waiting("application.received").await, [id.as_str()]);
    // The same news by the other way.
    world.take_edge(&id, Step::Base, Transition::StepDone).await;
    assert_eq!(world.waiting("application.received").await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_comes_after_the_callback_fills_in_what_that_did_not_say() {
    let world = World::new().await;
    let id = world
        .applied_and_walked(1, OPENING, MERCHANT, 0, State::InReview)
        .await;
    let (huifu_id, other) = (self::id("6666000099990001"), self::id("6666000099990002"));
    for (known, apply_no) in [
        (&huifu_id, None),
        (&other, Some("201")),
        (&other, Some("202")),
    ] {
        let learned = Learned {
            huifu_id: Some(known),
            apply_no,
            token_no: None,
        };
        let advanced = world
            .tell(&id, Step::Base, Event::Submit, learned)
            .await
            .unwrap();
        assert_eq!(advanced, Advanced::Agreed(State::InReview));
    }
    let stored = world.application(&id).await;
    assert_eq!(stored.huifu_id, Some(huifu_id), "what is known stays");
    assert_eq!(stored.apply_no.as_deref(), Some("201"));
}

#[tokio::test]
async fn each_end_is_told_once() {
    let world = World::new().await;
    for (number, state, outcome) in [
        (1, State::Passed, "passed"),
        (2, State::Refused, "refused"),
        (3, State::Failed, "failed"),
    ] {
        let id = world
            .applied_and_walked(number, OPENING, MERCHANT, 0, state)
            .await;
        for transition in [Transition::Pass, Transition::Refuse, Transition::Fail] {
            world.take_edge(&id, Step::Base, transition).await;
        }
        let connection = world.connection().await;
        let told = notices::of_application(&connection, &id).await.unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|n| (n.sequence, n.outcome.as_str()))
            .collect();
        assert_eq!(told, [(1, outcome)]);
    }
    let ids: Vec<_> = (1..=3).map(crate::applicant::application_id).collect();
    let due = world.waiting("application-notice.due").await;
    assert_eq!(due, ids.iter().map(|id| id.as_str()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_contradiction_is_one_case_however_often_it_is_told_and_nothing_is_sent_any_more() {
    let world = World::new().await;
    let id = world
        .applied_and_walked(1, OPENING, USER, 1, State::Received)
        .await;
    for _ in 0..2 {
        let advanced = world.take_edge(&id, Step::Base, Transition::Refuse).await;
        assert_eq!(advanced, Advanced::Contradicted(State::Received));
    }
    let connection = world.connection().await;
    let open = cases::list_open(&connection, 10).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].application_id.as_deref(), Some(id.as_str()));
    assert_eq!(open[0].withdrawal_id, None);
    let said = json!({
        "state": "received", "step": "base", "asked": "refuse", "because": { "code": "00000000" },
    });
    assert_eq!(open[0].detail, said);
    assert_eq!(
        world
            .take_edge(&id, Step::Business, Transition::OpenAttempt)
            .await,
        Advanced::Held(State::Received)
    );
}

#[tokio::test]
async fn of_two_that_want_the_same_edge_at_once_one_moves_and_the_other_agrees() {
    let world = World::new().await;
    let id = world
        .applied_and_walked(1, OPENING, MERCHANT, 0, State::InReview)
        .await;
    let (first, second) = tokio::join!(
        world.take_edge(&id, Step::Base, Transition::Pass),
        world.take_edge(&id, Step::Base, Transition::Pass)
    );
    let moved = Advanced::Moved {
        from: State::InReview,
        to: State::Passed,
    };
    let agreed = Advanced::Agreed(State::Passed);
    assert!(
        (first, second) == (moved, agreed) || (first, second) == (agreed, moved),
        "{first:?} {second:?}"
    );
}

#[tokio::test]
async fn the_timeline_tells_each_move_in_order_and_cannot_be_changed() {
    let world = World::new().await;
    let id = world
        .applied_and_walked(1, OPENING, USER, 1, State::Passed)
        .await;
    let connection = world.connection().await;
    let told = timeline::of(&connection, &id).await.unwrap();
    let events: Vec<_> = told.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!(
        events,
        [
            "receive",
            "open_attempt",
            "step_done",
            "open_attempt",
            "review",
            "pass"
        ]
    );
    assert_eq!(told[0].to_state, Some(State::Received));
    assert_eq!(told[5].from_state, Some(State::InReview));
    assert_eq!(told[5].to_state, Some(State::Passed));
    for statement in [
        "update application_timeline set event = 'x'",
        "delete from application_timeline",
    ] {
        let refused = world.raw().await.execute(statement, &[]).await.unwrap_err();
        assert!(
            refused
                .as_db_error()
                .unwrap()
                .message()
                .contains("append-only")
        );
    }
}

#[tokio::test]
async fn an_application_that_is_not_there_is_said_to_be_unknown() {
    let world = World::new().await;
    let id = crate::applicant::application_id(404);
    let advanced = world.take_edge(&id, Step::Base, Transition::Submit).await;
    assert_eq!(advanced, Advanced::Unknown);
}
