//! Attempts of applications: one per step that may have arrived, and what is heard of it.

use contract::application::{ApplicationKind, State, Step, SubjectKind, Transition};
use contract::ids::ApplicationId;
use jiff::Timestamp;
use store::StoreError;
use store::applications::attempts::{self, Attempt, NewAttempt};
use store::attempts::{Asked, AttemptOutcome};
use store::dead_letters::Decision;

use crate::world::{World, req_seq_id};

const OPENING: ApplicationKind = ApplicationKind::Opening;
const USER: SubjectKind = SubjectKind::IndividualUser;
const DECISION: Decision<'static> = Decision {
    by: "lin",
    reason: "the partner asks",
};

async fn open(
    world: &World,
    id: &ApplicationId,
    step: Step,
    number: u128,
) -> Result<(), StoreError> {
    let serial = req_seq_id(number);
    let attempt = NewAttempt {
        req_seq_id: &serial,
        application: id,
        step,
        req_date: "20261122",
        next_query_at: world.later(30),
    };
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: open attempt").await?;
    attempts::open(&tx, world.now, &attempt).await?;
    tx.commit().await
}

async fn close(world: &World, number: u128, outcome: AttemptOutcome) {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: close attempt").await.unwrap();
    let (serial, code) = (req_seq_id(number), Some("00000000"));
    attempts::close(&tx, world.later(1), &serial, outcome, code)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn learn(world: &World, number: u128, outcome: AttemptOutcome) -> bool {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: learn").await.unwrap();
    let serial = req_seq_id(number);
    let learned = attempts::learn(&tx, world.later(2), &serial, outcome, None);
    let learned = learned.await.unwrap();
    tx.commit().await.unwrap();
    learned
}

async fn prove_unsent(world: &World, number: u128) -> bool {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: prove").await.unwrap();
    let proved = attempts::prove_unsent(&tx, world.later(2), &req_seq_id(number))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    proved
}

async fn find(world: &World, number: u128) -> Attempt {
    let connection = world.connection().await;
    let found = attempts::find(&connection, &req_seq_id(number))
        .await
        .unwrap();
    found.unwrap()
}

async fn ask_now(world: &World, id: &ApplicationId) -> Asked {
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: ask").await.unwrap();
    let asked = attempts::ask_now(&tx, world.later(5), id, &DECISION)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    asked
}

#[tokio::test]
async fn a_step_is_sent_again_only_when_it_provably_never_left() {
    let world = World::new().await;
    let outcomes = AttemptOutcome::ALL.map(Some).into_iter().chain([None]);
    for (number, outcome) in (1..).step_by(10).zip(outcomes) {
        let id = world.applied(number, OPENING, USER).await;
        open(&world, &id, Step::Base, number).await.unwrap();
        if let Some(outcome) = outcome {
            close(&world, number, outcome).await;
        }
        let again = open(&world, &id, Step::Base, number + 1).await;
        if outcome == Some(AttemptOutcome::NotSent) {
            again.unwrap();
        } else {
            let refused = again.unwrap_err();
            let constraint = "one_attempt_that_may_have_arrived";
            assert_eq!(refused.constraint(), Some(constraint), "{outcome:?}");
        }
        open(&world, &id, Step::Business, number + 2)
            .await
            .expect("another step");
        let connection = world.connection().await;
        let steps = attempts::of(&connection, &id).await.unwrap();
        let last = steps.last().unwrap();
        assert_eq!((last.step, &last.application_id), (Step::Business, &id));
    }
}

#[tokio::test]
async fn what_may_have_arrived_is_asked_about_and_what_was_refused_is_not() {
    let world = World::new().await;
    for (number, outcome, asked) in [
        (1, AttemptOutcome::Submitted, true),
        (2, AttemptOutcome::Unknown, true),
        (3, AttemptOutcome::Refused, false),
        (4, AttemptOutcome::NotSent, false),
    ] {
        let id = world.applied(number, OPENING, USER).await;
        open(&world, &id, Step::Base, number).await.unwrap();
        close(&world, number, outcome).await;
        let stored = find(&world, number).await;
        assert_eq!(stored.outcome, Some(outcome));
        assert_eq!(stored.resp_code.as_deref(), Some("00000000"));
        assert_eq!(stored.next_query_at.is_some(), asked, "{outcome:?}");
    }
}

#[tokio::test]
async fn what_is_due_is_claimed_by_one_and_given_back_by_time_alone() {
    let world = World::new().await;
    for number in 1..=3 {
        let id = world.applied(number, OPENING, USER).await;
        open(&world, &id, Step::Base, number).await.unwrap();
    }
    let claim = async |now: Timestamp, until: Timestamp| {
        let mut connection = world.connection().await;
        let tx = connection.begin("tests: claim").await.unwrap();
        let claimed = attempts::claim_due(&tx, now, until, 2).await.unwrap();
        tx.commit().await.unwrap();
        claimed.len()
    };
    assert_eq!(claim(world.later(29), world.later(99)).await, 0);
    let (first, second) = futures_util::future::join(
        claim(world.later(30), world.later(99)),
        claim(world.later(30), world.later(99)),
    )
    .await;
    assert_eq!(first + second, 3);
    assert_eq!(claim(world.later(98), world.later(200)).await, 0);
    assert_eq!(claim(world.later(99), world.later(200)).await, 2);
    let mut asked = 0;
    for number in 1..=3 {
        asked += find(&world, number).await.query_count;
    }
    assert_eq!(asked, 5);
}

#[tokio::test]
async fn asking_again_is_planned_only_for_what_is_asked_about() {
    let world = World::new().await;
    let id = world.applied(1, OPENING, USER).await;
    open(&world, &id, Step::Base, 1).await.unwrap();
    let plan = async |next| {
        let mut connection = world.connection().await;
        let tx = connection.begin("tests: plan").await.unwrap();
        attempts::ask_again_at(&tx, world.now, &req_seq_id(1), next)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        find(&world, 1).await.next_query_at
    };
    assert_eq!(plan(Some(world.later(60))).await, Some(world.later(60)));
    assert_eq!(plan(None).await, None);
    assert_eq!(plan(Some(world.later(90))).await, None, "it stays at rest");
}

#[tokio::test]
async fn nobody_asks_about_a_step_that_is_done_or_an_application_with_an_end() {
    let world = World::new().await;
    for (number, subject, transition) in [
        (1, USER, Transition::StepDone),
        (2, USER, Transition::Refuse),
        (3, SubjectKind::EnterpriseMerchant, Transition::Pass),
    ] {
        let id = world
            .applied_and_walked(number, OPENING, subject, 0, State::Sending)
            .await;
        open(&world, &id, Step::Base, number).await.unwrap();
        world.take_edge(&id, Step::Base, transition).await;
        assert_eq!(
            find(&world, number).await.next_query_at,
            None,
            "{transition:?}"
        );
        // The sender comes late and closes what was decided meanwhile.
        close(&world, number, AttemptOutcome::Submitted).await;
        assert_eq!(
            find(&world, number).await.next_query_at,
            None,
            "{transition:?}"
        );
    }
}

#[tokio::test]
async fn news_of_an_attempt_that_its_sender_closed_meanwhile_is_not_believed() {
    let world = World::new().await;
    use AttemptOutcome::{NotSent, Refused, Submitted, Unknown};
    for (number, closed, heard, written, left) in [
        (1, None, Submitted, true, Some(Submitted)),
        (2, None, Unknown, true, Some(Unknown)),
        (3, Some(Unknown), Submitted, true, Some(Submitted)),
        (4, Some(Submitted), Unknown, true, Some(Submitted)),
        (5, Some(NotSent), Submitted, false, Some(NotSent)),
        (6, Some(Refused), Submitted, false, Some(Refused)),
    ] {
        let id = world.applied(number, OPENING, USER).await;
        open(&world, &id, Step::Base, number).await.unwrap();
        if let Some(closed) = closed {
            close(&world, number, closed).await;
        }
        assert_eq!(
            learn(&world, number, heard).await,
            written,
            "{closed:?}, {heard:?}"
        );
        assert_eq!(find(&world, number).await.outcome, left);
    }
    assert!(!learn(&world, 404, Submitted).await);
}

#[tokio::test]
async fn that_it_never_left_is_proved_only_while_nobody_has_said_anything() {
    let world = World::new().await;
    let id = world.applied(1, OPENING, USER).await;
    open(&world, &id, Step::Base, 1).await.unwrap();
    assert!(prove_unsent(&world, 1).await);
    let stored = find(&world, 1).await;
    assert_eq!(stored.outcome, Some(AttemptOutcome::NotSent));
    assert_eq!(stored.next_query_at, None);
    open(&world, &id, Step::Base, 2).await.unwrap();
    assert!(learn(&world, 2, AttemptOutcome::Unknown).await);
    assert!(!prove_unsent(&world, 2).await);
}

#[tokio::test]
async fn an_operator_asks_out_of_turn_about_the_step_that_is_open() {
    let world = World::new().await;
    assert_eq!(
        ask_now(&world, &crate::applicant::application_id(404)).await,
        Asked::Unknown
    );
    let id = world
        .applied_and_walked(1, OPENING, USER, 0, State::Sending)
        .await;
    assert_eq!(ask_now(&world, &id).await, Asked::NeverThere);
    open(&world, &id, Step::Base, 1).await.unwrap();
    assert_eq!(ask_now(&world, &id).await, Asked::UnderWay(world.later(30)));
    world.take_edge(&id, Step::Base, Transition::StepDone).await;
    world
        .take_edge(&id, Step::Business, Transition::OpenAttempt)
        .await;
    open(&world, &id, Step::Business, 2).await.unwrap();
    close(&world, 2, AttemptOutcome::Unknown).await;
    assert_eq!(ask_now(&world, &id).await, Asked::Due(req_seq_id(2)));
    assert_eq!(find(&world, 1).await.next_query_at, None);
    assert_eq!(find(&world, 2).await.next_query_at, Some(world.later(5)));
    world.take_edge(&id, Step::Business, Transition::Pass).await;
    assert_eq!(
        ask_now(&world, &id).await,
        Asked::NeverThere,
        "it has its end"
    );
}
