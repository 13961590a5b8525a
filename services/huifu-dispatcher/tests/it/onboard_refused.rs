//! Refusals: each with the reason that partners are told, and nothing left to ask.

use contract::application::ApplicationKind::Card;
use contract::application::Step::{Base, Business};
use contract::application::{State, SubjectKind};
use sandbox::huifu::{CashType, Fault, Operation, Price, Selector};
use stand::forms;
use store::attempts::AttemptOutcome::{NotSent, Refused, Submitted};

use crate::applicants::{Applicants, Looks};

#[tokio::test]
async fn a_fee_below_the_floor_is_refused_with_the_floor_in_huifus_words() {
    let applicants = Applicants::start().await;
    let floor = Price {
        fixed: sandbox::Fen(300),
        rate_bp: 0,
    };
    applicants.huifu().set_floor(CashType::T1, Some(floor));
    let id = applicants.open(SubjectKind::IndividualUser, "").await;
    let steps = [(Base, Submitted), (Business, Refused)];
    let refused = Looks::like(State::Refused, &steps, 1);
    assert_eq!(applicants.looks(&id).await, refused);
    let application = applicants.application(&id).await;
    assert_eq!(application.reason_code.as_deref(), Some("fee_below_floor"));
    let words = application.reason_detail.unwrap();
    assert!(words.contains("T1") && words.contains("3.00"), "{words}");
    assert_eq!(applicants.ask().await, 0);
}

#[tokio::test]
async fn what_the_bank_and_the_registry_do_not_know_is_refused_at_its_step() {
    for (operation, fault, reason) in [
        (
            Operation::UserIndv,
            Fault::IdentityMismatch,
            "identity_mismatch",
        ),
        (
            Operation::UserBusiOpen,
            Fault::CardMismatch,
            "card_mismatch",
        ),
    ] {
        let applicants = Applicants::start().await;
        let selector = Selector::operation(operation);
        applicants.huifu().set_fault(selector, &[fault], Some(1));
        let id = applicants.open(SubjectKind::IndividualUser, "").await;
        let application = applicants.application(&id).await;
        assert_eq!(application.state, State::Refused);
        assert_eq!(application.reason_code.as_deref(), Some(reason));
    }
}

#[tokio::test]
async fn names_in_huifus_words_are_not_kept() {
    let applicants = Applicants::start().await;
    let fault = Fault::RefuseWith {
        resp_code: "90000000".to_owned(),
        resp_desc: format!("姓名{}与证件号110101199003072332不符", forms::PERSON),
    };
    let selector = Selector::operation(Operation::UserIndv);
    applicants.huifu().set_fault(selector, &[fault], Some(1));
    let id = applicants.open(SubjectKind::IndividualUser, "").await;
    let words = applicants.application(&id).await.reason_detail.unwrap();
    assert_eq!(words, "姓名***与证件号***不符");
}

#[tokio::test]
async fn a_further_card_of_the_legal_person_in_another_name_is_refused_unsent() {
    for subject in [SubjectKind::EnterpriseMerchant, SubjectKind::EnterpriseUser] {
        let applicants = Applicants::start().await;
        let opening = applicants.open(subject, "").await;
        let user = applicants.application(&opening).await.htouhui_user_id;
        let mut form = forms::second_card(subject.as_str(), "");
        form["card_info"]["card_name"] = forms::PERSON.into();
        let message = applicants.change(Card, &user, &form).await;
        let id = applicants.take_steps(message).await;
        let refused = Looks::like(State::Refused, &[(Business, NotSent)], 0);
        assert_eq!(applicants.looks(&id).await, refused, "{subject:?}");
        let application = applicants.application(&id).await;
        let reason = application.reason_code.as_deref();
        assert_eq!(reason, Some("legal_name_mismatch"), "{subject:?}");
        let words = application.reason_detail.unwrap();
        assert!(words.starts_with("card_info.card_name: "), "{words}");
        assert_eq!(applicants.tails(&user).await.len(), 1, "{subject:?}");
    }
}
