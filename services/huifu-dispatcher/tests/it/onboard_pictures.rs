//! Pictures go up before the step that names them, and may go up twice.

use contract::application::Step::Base;
use contract::application::{State, SubjectKind};
use sandbox::huifu::{Fault, Operation, Selector};
use store::attempts::AttemptOutcome::{NotSent, Submitted};

use crate::applicants::{Applicants, Looks};

async fn with_fault(fault: Fault) -> Applicants {
    let applicants = Applicants::start().await;
    let selector = Selector::operation(Operation::Picture);
    applicants.huifu().set_fault(selector, &[fault], Some(1));
    applicants
}

#[tokio::test]
async fn a_picture_that_huifu_will_not_take_ends_the_application() {
    let resp_desc = "图片模糊".to_owned();
    let resp_code = "10000000".to_owned();
    let fault = Fault::RefuseWith {
        resp_code,
        resp_desc,
    };
    let applicants = with_fault(fault).await;
    let message = applicants.apply(SubjectKind::IndividualMerchant, "").await;
    applicants.handle(&message).await.unwrap();
    applicants.handle(&message).await.unwrap();
    let id = &message.body.application_id;
    let refused = Looks::like(State::Refused, &[(Base, NotSent)], 0);
    assert_eq!(applicants.looks(id).await, refused);
    let application = applicants.application(id).await;
    assert_eq!(application.reason_code.as_deref(), Some("material_refused"));
    assert_eq!(application.reason_detail.as_deref(), Some("图片模糊"));
    let rows = applicants.world.outbox().await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0].message_type, "application-notice.due.v1");
    assert_eq!(applicants.ask().await, 0);
}

#[tokio::test]
async fn a_picture_that_did_not_arrive_or_was_not_answered_goes_up_again_later() {
    let http_status = 502;
    for fault in [
        Fault::CutBeforeReading,
        Fault::CutAnswer,
        Fault::WrongSignature,
        Fault::TimeoutWithoutPaying,
        Fault::ServerError {
            http_status,
            paid: false,
        },
        Fault::Refuse {
            resp_code: "98888888".to_owned(),
        },
    ] {
        let applicants = with_fault(fault.clone()).await;
        let message = applicants.apply(SubjectKind::IndividualMerchant, "").await;
        applicants.handle(&message).await.unwrap();
        let id = &message.body.application_id;
        let waits = Looks::like(State::Received, &[], 0);
        assert_eq!(applicants.looks(id).await, waits, "{fault:?}");
        let again = applicants.messages_for(id).await.pop().unwrap();
        assert_eq!(again.causation_id, Some(message.message_id));
        applicants.take_steps(again).await;
        let passed = Looks::like(State::Passed, &[(Base, Submitted)], 1);
        assert_eq!(applicants.looks(id).await, passed, "{fault:?}");
    }
}

#[tokio::test]
async fn an_answer_without_a_signature_is_taken_for_a_picture() {
    let applicants = with_fault(Fault::NoSignature).await;
    let id = applicants.open(SubjectKind::IndividualMerchant, "").await;
    assert_eq!(applicants.application(&id).await.state, State::Passed);
}

#[tokio::test]
async fn a_picture_that_is_there_does_not_go_up_again() {
    let applicants = Applicants::start().await;
    let message = applicants.apply(SubjectKind::IndividualMerchant, "").await;
    // The third of three is not taken in; the first two are there and named.
    let selector = Selector::operation(Operation::Picture);
    applicants.huifu().set_fault(selector.clone(), &[], Some(2));
    let faults = [Fault::CutBeforeReading];
    applicants.huifu().set_fault(selector, &faults, Some(1));
    applicants.handle(&message).await.unwrap();
    assert_eq!(applicants.huifu().pictures().len(), 2);
    let id = &message.body.application_id;
    let again = applicants.messages_for(id).await.pop().unwrap();
    applicants.take_steps(again).await;
    assert_eq!(applicants.application(id).await.state, State::Passed);
    assert_eq!(applicants.huifu().pictures().len(), 3);
}
