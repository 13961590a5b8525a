//! Reviews: what Huifu's people say is asked for, by whatever numbers are known.

use std::time::Duration;

use contract::application::Step::Business;
use contract::application::{State, SubjectKind};
use contract::ids::ApplicationId;
use jiff::SignedDuration;
use runtime::clock;
use sandbox::huifu::{Fault, Operation, ReviewState, Selector};
use stand::eventually;
use store::applications::attempts;
use store::attempts::AttemptOutcome::Submitted;
use store::users;

use crate::applicants::{Applicants, SOON};
use crate::onboard_pass::forms_mobile;

/// Asks until the application stands there.
async fn comes_to(applicants: &Applicants, id: &ApplicationId, state: State) {
    eventually(SOON, "the end of the review", async || {
        applicants.ask().await;
        applicants.application(id).await.state == state
    })
    .await;
}

async fn serial(applicants: &Applicants, id: &ApplicationId) -> String {
    let attempts = applicants.attempts(id).await;
    attempts.last().unwrap().req_seq_id.to_string()
}

#[tokio::test]
async fn a_review_that_passes_is_found_with_the_card_it_bound() {
    for subject in SubjectKind::ALL {
        let applicants = Applicants::start().await;
        let id = applicants.open(subject, "审").await;
        let application = applicants.application(&id).await;
        assert_eq!(application.state, State::InReview, "{subject:?}");
        assert!(application.apply_no.is_some() && application.token_no.is_none());

        comes_to(&applicants, &id, State::Passed).await;
        let application = applicants.application(&id).await;
        let user = &application.htouhui_user_id;
        let tail = stand::forms::tail(subject.as_str());
        assert_eq!(applicants.tails(user).await, [tail], "{subject:?}");
        let mobile = applicants.mobile(user).await;
        assert_eq!(
            mobile.as_deref(),
            Some(forms_mobile(subject)),
            "{subject:?}"
        );
        assert!(application.token_no.is_some(), "{subject:?}");
        let looks = applicants.looks(&id).await;
        assert_eq!(looks.executions as usize, looks.attempts.len());
        assert_eq!(looks.cases, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_review_that_refuses_or_fails_opens_nobody() {
    for (suffix, state, reason) in [
        ("拒", State::Refused, "material_refused"),
        ("失", State::Failed, "provider_failed"),
    ] {
        for subject in SubjectKind::ALL {
            let applicants = Applicants::start().await;
            let id = applicants.open(subject, suffix).await;
            comes_to(&applicants, &id, state).await;
            let application = applicants.application(&id).await;
            let code = application.reason_code.as_deref();
            assert_eq!(code, Some(reason), "{subject:?}");
            let connection = applicants.store().connection().await.unwrap();
            let user = users::find(&connection, &application.htouhui_user_id).await;
            assert!(user.unwrap().is_none(), "{subject:?}");
            let rows = applicants.world.outbox().await;
            assert_eq!(rows.len(), 1, "{rows:?}");
            assert_eq!(rows[0].message_type, "application-notice.due.v1");
        }
    }
}

#[tokio::test]
async fn a_review_that_takes_its_time_is_asked_about_without_a_case_until_it_ends() {
    let applicants = Applicants::start().await;
    let id = applicants.open(SubjectKind::EnterpriseUser, "迟").await;
    for _ in 0..5 {
        assert_eq!(applicants.ask().await, 1);
    }
    let looks = applicants.looks(&id).await;
    assert_eq!((looks.state, looks.cases.len()), (State::InReview, 0));
    assert_eq!(looks.attempts[1], (Business, Some(Submitted)));
    let attempts = applicants.attempts(&id).await;
    let asked = &attempts[1];
    let pause = asked.next_query_at.unwrap().duration_since(clock::now());
    // 2 s doubled five times, of which the jitter leaves at least half.
    assert!(pause.unsigned_abs() > Duration::from_secs(30), "{pause}");

    let serial = serial(&applicants, &id).await;
    let passed = ReviewState::Passed;
    assert!(applicants.huifu().decide(&serial, passed, "").await);
    comes_to(&applicants, &id, State::Passed).await;
    assert_eq!(applicants.ask().await, 0, "an end is not asked about");
}

#[tokio::test]
async fn a_reviewers_words_are_kept_without_names_and_numbers() {
    let applicants = Applicants::start().await;
    let id = applicants.open(SubjectKind::IndividualMerchant, "迟").await;
    let serial = serial(&applicants, &id).await;
    let said = format!(
        "{}迟的身份证110101199003072332不清晰,请补充照片",
        stand::forms::PERSON
    );
    let refused = ReviewState::Refused;
    assert!(applicants.huifu().decide(&serial, refused, &said).await);
    comes_to(&applicants, &id, State::Refused).await;
    let application = applicants.application(&id).await;
    assert_eq!(application.reason_code.as_deref(), Some("material_refused"));
    let words = application.reason_detail.unwrap();
    assert_eq!(words, "***的身份证***不清晰,请补充照片");
}

#[tokio::test]
async fn a_callback_during_a_question_makes_the_next_one_due_at_once() {
    let applicants = Applicants::start().await;
    let id = applicants.open(SubjectKind::EnterpriseUser, "迟").await;
    let slow = Selector::operation(Operation::UserApplyQuery);
    let faults = [Fault::TimeoutWithoutPaying];
    applicants.huifu().set_fault(slow, &faults, Some(1));
    let attempt = applicants.attempts(&id).await.pop().unwrap();
    let callback = async {
        eventually(SOON, "the question to be asked", async || {
            let asked = applicants.attempts(&id).await.pop().unwrap();
            asked.query_count > attempt.query_count
        })
        .await;
        let now = clock::now();
        let mut connection = applicants.store().connection().await.unwrap();
        let tx = connection.begin("test: callback").await.unwrap();
        attempts::ask_again_at(&tx, now, &attempt.req_seq_id, Some(now))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        now
    };
    let (asked, called_back_at) = tokio::join!(applicants.ask(), callback);
    assert_eq!(asked, 1);
    let attempt = applicants.attempts(&id).await.pop().unwrap();
    let next = attempt.next_query_at.unwrap();
    let soon = called_back_at + SignedDuration::from_secs(1);
    assert!(next < soon, "{next} was put off");
}
