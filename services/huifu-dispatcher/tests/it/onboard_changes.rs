//! What is added to somebody who has passed: a further card, other cash rules.

use contract::application::ApplicationKind::{Card, CashRules};
use contract::application::Step::Business;
use contract::application::{State, SubjectKind};
use contract::ids::HtouhuiUserId;
use sandbox::huifu::{Fault, Operation, Selector};
use stand::forms;
use store::attempts::AttemptOutcome::Submitted;

use crate::applicants::{Applicants, Looks};

async fn opened(applicants: &Applicants, subject: SubjectKind) -> HtouhuiUserId {
    let id = applicants.open(subject, "").await;
    let application = applicants.application(&id).await;
    assert_eq!(application.state, State::Passed, "{subject:?}");
    application.htouhui_user_id
}

fn modify(subject: SubjectKind) -> Operation {
    if subject.is_merchant() {
        Operation::MerchantModify
    } else {
        Operation::UserBusiModify
    }
}

#[tokio::test]
async fn a_second_card_is_bound_beside_the_first() {
    for subject in SubjectKind::ALL {
        let applicants = Applicants::start().await;
        let user = opened(&applicants, subject).await;
        let form = forms::second_card(subject.as_str(), "");
        let message = applicants.change(Card, &user, &form).await;
        let id = applicants.take_steps(message).await;
        let passed = Looks::like(State::Passed, &[(Business, Submitted)], 1);
        assert_eq!(applicants.looks(&id).await, passed, "{subject:?}");
        let tails = [forms::tail(subject.as_str()), forms::SECOND_TAIL];
        assert_eq!(applicants.tails(&user).await, tails, "{subject:?}");
    }
}

#[tokio::test]
async fn the_same_card_again_stays_one_card() {
    let applicants = Applicants::start().await;
    let user = opened(&applicants, SubjectKind::IndividualUser).await;
    let form = forms::second_card("individual_user", "");
    for _ in 0..2 {
        let message = applicants.change(Card, &user, &form).await;
        let id = applicants.take_steps(message).await;
        assert_eq!(applicants.application(&id).await.state, State::Passed);
    }
    assert_eq!(applicants.tails(&user).await.len(), 2);
}

#[tokio::test]
async fn other_cash_rules_change_what_they_name_and_close_what_they_close() {
    for subject in SubjectKind::ALL {
        let applicants = Applicants::start().await;
        let user = opened(&applicants, subject).await;
        let form = forms::other_cash_rules();
        let message = applicants.change(CashRules, &user, &form).await;
        let id = applicants.take_steps(message).await;
        let passed = Looks::like(State::Passed, &[(Business, Submitted)], 1);
        assert_eq!(applicants.looks(&id).await, passed, "{subject:?}");
        let fees = applicants.fees(&user).await;
        assert_eq!(fees, [("D0", 200), ("D1", 300), ("DM", 100)], "{subject:?}");
    }
}

#[tokio::test]
async fn changes_whose_answer_was_lost_are_found_by_what_huifu_has() {
    for subject in SubjectKind::ALL {
        for (kind, form) in [
            (Card, forms::second_card(subject.as_str(), "")),
            (CashRules, forms::other_cash_rules()),
        ] {
            let applicants = Applicants::start().await;
            let user = opened(&applicants, subject).await;
            let selector = Selector::operation(modify(subject));
            let faults = [Fault::TimeoutAfterPaying];
            applicants.huifu().set_fault(selector, &faults, Some(1));
            let message = applicants.change(kind, &user, &form).await;
            let id = applicants.take_steps(message).await;
            assert_eq!(applicants.application(&id).await.state, State::Unknown);
            assert_eq!(applicants.ask().await, 1);
            let passed = Looks::like(State::Passed, &[(Business, Submitted)], 1);
            assert_eq!(applicants.looks(&id).await, passed, "{subject:?} {kind:?}");
        }
    }
}

#[tokio::test]
async fn changes_that_huifu_never_got_stay_unknown() {
    for (kind, form) in [
        (Card, forms::second_card("individual_user", "")),
        (CashRules, forms::other_cash_rules()),
    ] {
        let applicants = Applicants::start().await;
        let user = opened(&applicants, SubjectKind::IndividualUser).await;
        let selector = Selector::operation(Operation::UserBusiModify);
        let faults = [Fault::TimeoutWithoutPaying];
        applicants.huifu().set_fault(selector, &faults, Some(1));
        let message = applicants.change(kind, &user, &form).await;
        let id = applicants.take_steps(message).await;
        for _ in 0..2 {
            assert_eq!(applicants.ask().await, 1);
        }
        let looks = applicants.looks(&id).await;
        assert_eq!((looks.state, looks.executions), (State::Unknown, 0));
        assert_eq!(looks.cases, ["unknown_at_huifu"]);
        assert_eq!(applicants.tails(&user).await.len(), 1);
    }
}
