//! Nothing left: the only attempt at a step that is followed by another.

use std::net::TcpListener;
use std::time::Duration;

use contract::application::Step::{Base, Business};
use contract::application::{State, SubjectKind};
use runtime::amqp::Handler as _;
use runtime::clock;
use sandbox::huifu::{Fault, Operation, Selector};
use store::attempts::AttemptOutcome::{NotSent, Submitted, Unknown};

use crate::applicants::{Applicants, Looks};

/// Where nobody listens.
fn nowhere() -> String {
    format!("http://127.0.0.1:{}", stand::free_port())
}

#[tokio::test]
async fn a_refused_connection_closes_the_attempt_and_sends_again_later() {
    let applicants = Applicants::start_with(|settings| {
        settings.huifu.base_url = nowhere().parse().unwrap();
        settings.onboard.resend.pause = Duration::from_secs(60);
    })
    .await;
    let message = applicants.apply(SubjectKind::IndividualUser, "").await;
    applicants.handle(&message).await.unwrap();
    let id = &message.body.application_id;
    let looks = applicants.looks(id).await;
    let unsent = Looks::like(State::Received, &[(Base, NotSent)], 0);
    assert_eq!(looks, unsent);
    assert_eq!(
        applicants.ask().await,
        0,
        "what never left is not asked about"
    );

    // The old message does nothing any more; the new one is due later, and later each time.
    applicants.handle(&message).await.unwrap();
    assert_eq!(applicants.attempts(id).await.len(), 1);
    let again = applicants.messages_for(id).await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].causation_id, Some(message.message_id));
    applicants.handle(&again[0]).await.unwrap();
    assert_eq!(applicants.attempts(id).await.len(), 2);
    let connection = applicants.store().connection().await.unwrap();
    let due = store::outbox::next_due(&connection).await.unwrap().unwrap();
    let pause = due.duration_since(clock::now()).unsigned_abs();
    // Doubled to 120 s, of which the jitter leaves at least half.
    assert!(pause > Duration::from_secs(59), "{pause:?}");
}

#[tokio::test]
async fn once_huifu_is_back_each_step_is_sent_once() {
    let applicants = Applicants::start().await;
    let cut_off = applicants.another(|settings| {
        settings.huifu.base_url = nowhere().parse().unwrap();
    });
    let message = applicants.apply(SubjectKind::IndividualUser, "").await;
    let id = message.body.application_id.clone();
    cut_off.handle(message).await.unwrap();
    let again = applicants.messages_for(&id).await.pop().unwrap();
    applicants.handle(&again).await.unwrap();
    // The second step meets the same.
    let second = applicants.messages_for(&id).await.pop().unwrap();
    cut_off.handle(second).await.unwrap();
    let again = applicants.messages_for(&id).await.pop().unwrap();
    applicants.take_steps(again).await;
    let steps = [
        (Base, NotSent),
        (Base, Submitted),
        (Business, NotSent),
        (Business, Submitted),
    ];
    let passed = Looks::like(State::Passed, &steps, 2);
    assert_eq!(applicants.looks(&id).await, passed);
}

#[tokio::test]
async fn silence_after_the_connection_is_no_proof() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let applicants = Applicants::start_with(|settings| {
        settings.huifu.base_url = format!("http://{address}").parse().unwrap();
    })
    .await;
    let message = applicants.apply(SubjectKind::EnterpriseUser, "").await;
    applicants.handle(&message).await.unwrap();
    let id = &message.body.application_id;
    let looks = applicants.looks(id).await;
    let unknown = Looks::like(State::Unknown, &[(Base, Unknown)], 0);
    assert_eq!(looks, unknown.with_case("cannot_be_asked_about"));
    assert!(applicants.messages_for(id).await.is_empty());
}

#[tokio::test]
async fn too_often_makes_everybody_wait_and_is_not_sent_again() {
    let applicants = Applicants::start().await;
    let resp_code = "20000001".to_owned();
    let selector = Selector::operation(Operation::UserIndv);
    let faults = [Fault::Refuse { resp_code }];
    applicants.huifu().set_fault(selector, &faults, Some(1));
    let message = applicants.apply(SubjectKind::IndividualUser, "").await;
    applicants.handle(&message).await.unwrap();
    let id = &message.body.application_id;
    assert_eq!(applicants.application(id).await.state, State::Unknown);
    assert!(applicants.messages_for(id).await.is_empty());
}
