//! Every way in which an answer to a step can fail to say something: asked about where anything can
//! be asked, never sent again.

use contract::application::Step::{Base, Business};
use contract::application::{State, SubjectKind};
use contract::ids::{ApplicationId, HuifuId};
use runtime::{clock, ids};
use sandbox::huifu::{CashType, Fault, Operation, Selector};
use serde_json::json;
use store::applications::progress::{Advanced, Edge, Event, Learned, NewIds, advance};
use store::attempts::AttemptOutcome::{Submitted, Unknown};

use crate::applicants::{Applicants, Looks};

fn done() -> Vec<Fault> {
    let http_status = 502;
    vec![
        Fault::TimeoutAfterPaying,
        Fault::CutAnswer,
        Fault::WrongSignature,
        Fault::NoSignature,
        Fault::ServerError {
            http_status,
            paid: true,
        },
    ]
}

fn not_done() -> Vec<Fault> {
    let http_status = 914;
    let resp_code = "99999999".to_owned();
    vec![
        Fault::TimeoutWithoutPaying,
        Fault::CutBeforeReading,
        Fault::ServerError {
            http_status,
            paid: false,
        },
        Fault::Refuse { resp_code },
    ]
}

async fn started(operation: Operation, fault: &Fault) -> Applicants {
    let applicants = Applicants::start().await;
    let selector = Selector::operation(operation);
    let faults = std::slice::from_ref(fault);
    applicants.huifu().set_fault(selector, faults, Some(1));
    applicants
}

#[tokio::test]
async fn a_second_step_whose_answer_was_lost_is_found_by_what_huifu_has() {
    for fault in done() {
        let applicants = started(Operation::UserBusiOpen, &fault).await;
        let id = applicants.open(SubjectKind::IndividualUser, "").await;
        let steps = [(Base, Submitted), (Business, Unknown)];
        let unknown = Looks::like(State::Unknown, &steps, 2);
        assert_eq!(applicants.looks(&id).await, unknown, "{fault:?}");
        assert!(applicants.messages_for(&id).await.is_empty());

        assert_eq!(applicants.ask().await, 1);
        let steps = [(Base, Submitted), (Business, Submitted)];
        let passed = Looks::like(State::Passed, &steps, 2);
        assert_eq!(applicants.looks(&id).await, passed, "{fault:?}");
        let user = applicants.application(&id).await.htouhui_user_id;
        assert_eq!(applicants.tails(&user).await, ["4455"], "{fault:?}");
    }
}

#[tokio::test]
async fn what_huifu_does_not_have_stays_unknown_and_becomes_a_case() {
    for fault in not_done() {
        let applicants = started(Operation::UserBusiOpen, &fault).await;
        let id = applicants.open(SubjectKind::EnterpriseUser, "").await;
        let steps = [(Base, Submitted), (Business, Unknown)];
        let unknown = || Looks::like(State::Unknown, &steps, 1);
        assert_eq!(applicants.ask().await, 1);
        assert_eq!(applicants.looks(&id).await, unknown(), "{fault:?}");
        for _ in 0..3 {
            assert_eq!(applicants.ask().await, 1, "there is no last question");
        }
        let told_once = unknown().with_case("unknown_at_huifu");
        assert_eq!(applicants.looks(&id).await, told_once, "{fault:?}");
        assert!(applicants.messages_for(&id).await.is_empty());
    }
}

#[tokio::test]
async fn a_card_without_its_cash_types_is_no_proof() {
    let fault = Fault::TimeoutAfterPaying;
    let applicants = started(Operation::UserBusiOpen, &fault).await;
    let id = applicants.open(SubjectKind::IndividualUser, "").await;
    let huifu_id = applicants.application(&id).await.huifu_id.unwrap();
    let huifu = applicants.huifu();
    let member = huifu.member(huifu_id.as_str()).unwrap();
    let mut dearer = member.cash[&CashType::T1].clone();
    dearer.price.fixed = sandbox::Fen(500);
    huifu.set_cash_rule(huifu_id.as_str(), CashType::T1, dearer);
    assert_eq!(applicants.ask().await, 1);
    assert_eq!(applicants.application(&id).await.state, State::Unknown);
}

#[tokio::test]
async fn a_first_step_whose_answer_was_lost_is_a_persons_case_at_once() {
    for (subject, operation) in [
        (SubjectKind::EnterpriseUser, Operation::UserEnt),
        (SubjectKind::IndividualUser, Operation::UserIndv),
        (SubjectKind::EnterpriseMerchant, Operation::MerchantEnt),
        (SubjectKind::IndividualMerchant, Operation::MerchantIndv),
    ] {
        let applicants = started(operation, &Fault::WrongSignature).await;
        let message = applicants.apply(subject, "").await;
        applicants.handle(&message).await.unwrap();
        applicants.handle(&message).await.unwrap();
        let id = &message.body.application_id;
        let unknown =
            Looks::like(State::Unknown, &[(Base, Unknown)], 1).with_case("cannot_be_asked_about");
        assert_eq!(applicants.looks(id).await, unknown, "{subject:?}");
        for _ in 0..2 {
            let asked = applicants.ask().await;
            assert_eq!(asked, 1, "a callback may bring what to ask by");
        }
        assert_eq!(applicants.looks(id).await, unknown, "{subject:?}");
        assert!(applicants.messages_for(id).await.is_empty());
    }
}

/// What callback-receiver writes of a merchant's review: the numbers, no end.
async fn review_tells(applicants: &Applicants, id: &ApplicationId, huifu_id: &HuifuId) {
    let mut connection = applicants.store().connection().await.unwrap();
    let tx = connection.begin("test: review").await.unwrap();
    let detail = json!({});
    let edge = Edge {
        application: id,
        step: Base,
        event: Event::Review,
        learned: Learned {
            huifu_id: Some(huifu_id),
            ..Learned::default()
        },
        detail: &detail,
        ids: NewIds {
            notice: ids::new_notice_id(),
            message: ids::new_message_id(),
        },
        causation_id: None,
    };
    let moved = advance(&tx, clock::now(), &edge).await.unwrap();
    assert!(matches!(moved, Advanced::Moved { .. }), "{moved:?}");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_merchant_is_found_once_a_callback_has_said_its_number() {
    let fault = Fault::TimeoutAfterPaying;
    let applicants = started(Operation::MerchantEnt, &fault).await;
    let id = applicants.open(SubjectKind::EnterpriseMerchant, "").await;
    let members = applicants.huifu().members();
    // The one without a kind is the world's own account.
    let opened = members.iter().find(|member| member.kind.is_some());
    let huifu_id = opened.unwrap().huifu_id.parse().unwrap();
    review_tells(&applicants, &id, &huifu_id).await;
    assert_eq!(applicants.ask().await, 1);
    let looks = applicants.looks(&id).await;
    let passed = Looks::like(State::Passed, &[(Base, Submitted)], 1);
    assert_eq!(looks, passed.with_case("cannot_be_asked_about"));
    let user = applicants.application(&id).await.htouhui_user_id;
    assert_eq!(applicants.tails(&user).await, ["3344"]);
}

#[tokio::test]
async fn a_question_that_fails_changes_nothing_and_is_no_case() {
    let fault = Fault::TimeoutAfterPaying;
    let applicants = started(Operation::UserBusiOpen, &fault).await;
    let id = applicants.open(SubjectKind::IndividualUser, "").await;
    for fault in [Fault::WrongSignature, Fault::CutAnswer, Fault::NoSignature] {
        let queries = Selector::operation(Operation::UserQuery);
        let faults = std::slice::from_ref(&fault);
        applicants.huifu().set_fault(queries, faults, Some(1));
        assert_eq!(applicants.ask().await, 1);
        let steps = [(Base, Submitted), (Business, Unknown)];
        let unknown = Looks::like(State::Unknown, &steps, 2);
        assert_eq!(applicants.looks(&id).await, unknown, "{fault:?}");
    }
    assert_eq!(applicants.ask().await, 1);
    assert_eq!(applicants.application(&id).await.state, State::Passed);
}
