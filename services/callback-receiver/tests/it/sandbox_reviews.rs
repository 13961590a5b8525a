//! Reviews as the Huifu sandbox sends them.

use std::collections::BTreeMap;
use std::time::Duration;

use contract::application::{ApplicationKind, State, Step, SubjectKind};
use contract::huifu::envelope::{Caller, seal};
use contract::huifu::operations::{ApplicationForm, Sender};
use contract::huifu::{CONTENT_TYPE, ReqDate};
use contract::ids::MaterialId;
use runtime::clock;
use sandbox::huifu::{
    Fault, HuifuConfig, HuifuHandle, HuifuSandbox, Operation, ReviewPlan, ReviewState, Selector,
    TryOutcome,
};
use stand::eventually;

use crate::applicant::Applied;
use crate::world::{HUIFU_ID, HUIFU_KEY, World, client, key};

const SOON: Duration = Duration::from_secs(20);

async fn start_huifu() -> HuifuHandle {
    let mut config = HuifuConfig::for_tests(key(0).verifying_key(), HUIFU_KEY.clone());
    HUIFU_ID.clone_into(&mut config.sys_id);
    config.callback_retries = 1;
    config.any_picture = true;
    config.magic_amounts = true;
    HuifuSandbox::start(config).await.unwrap()
}

/// Posts the opening of a merchant to the sandbox, which looks at it and calls our receiver back.
/// The last character of the name says how that ends.
async fn apply(world: &World, huifu: &HuifuHandle, applied: &Applied, name: &str) {
    let picture = runtime::ids::new_material_id();
    let subject = SubjectKind::IndividualMerchant;
    let form = stand::forms::opening(subject.as_str(), name, &|_| picture.to_string());
    let form = ApplicationForm::stored(ApplicationKind::Opening, subject, &form).unwrap();
    let sender = Sender {
        req_seq_id: applied.attempt.clone(),
        req_date: ReqDate::at(clock::now()),
        upper_huifu_id: HUIFU_ID.parse().unwrap(),
        huifu_id: None,
        async_return_url: world.review_url(),
    };
    let files: BTreeMap<MaterialId, String> = [(picture, "FILE1".to_owned())].into();
    let request = form.request(Step::Base, &sender, &files).unwrap();
    let caller = Caller {
        sys_id: HUIFU_ID.to_owned(),
        product_id: "YYZY".to_owned(),
    };
    let merchant = stand::keys::rsa_2048(0).private_pkcs8_pem.parse().unwrap();
    let answer = client()
        .post(format!("{}{}", huifu.base_url, request.path))
        .header("content-type", CONTENT_TYPE)
        .body(seal(&request, &caller, &merchant))
        .send()
        .await
        .unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, 200);
    assert!(text.contains("apply_no"), "{text}");
}

/// Looks at the next merchant, passes it, and tells of it with this fault.
fn lie(huifu: &HuifuHandle, fault: &Fault) {
    let plan = ReviewPlan::Passes;
    let faults = [Fault::Review { plan }, fault.clone()];
    huifu.set_fault(
        Selector::operation(Operation::MerchantIndv),
        &faults,
        Some(1),
    );
}

async fn callbacks(huifu: &HuifuHandle, applied: &Applied, count: usize) -> Vec<bool> {
    eventually(SOON, "the callbacks", async || {
        let onboarding = huifu.onboarding(applied.attempt.as_str())?;
        let tries: Vec<bool> = onboarding
            .callbacks
            .iter()
            .map(|one| one.outcome == TryOutcome::Acked)
            .collect();
        (tries.len() >= count).then_some(tries)
    })
    .await
}

#[tokio::test]
async fn a_merchant_that_passed_is_known_by_its_numbers() {
    let (world, huifu) = tokio::join!(World::start(), start_huifu());
    let applied = world.merchant_sent().await;
    apply(&world, &huifu, &applied, "审").await;
    assert_eq!(callbacks(&huifu, &applied, 1).await, [true]);
    assert_eq!(world.stands(&applied).await, (State::InReview, false));
    let (ours, theirs) = (
        world.application(&applied).await,
        huifu.onboarding(applied.attempt.as_str()).unwrap(),
    );
    assert_eq!(ours.huifu_id.map(String::from), theirs.huifu_id);
    assert_eq!(ours.apply_no, theirs.apply_no);
    assert_eq!(ours.token_no.map(String::from), theirs.token_no);
    assert!(theirs.token_no.is_some() && theirs.review == Some(ReviewState::Passed));
    assert!(world.is_asked_now(&applied).await);
}

#[tokio::test]
async fn a_merchant_that_was_refused_is_told_of() {
    for (name, end) in [("拒", State::Refused), ("失", State::Failed)] {
        let (world, huifu) = tokio::join!(World::start(), start_huifu());
        let applied = world.merchant_sent().await;
        apply(&world, &huifu, &applied, name).await;
        assert_eq!(callbacks(&huifu, &applied, 1).await, [true]);
        assert_eq!(world.stands(&applied).await, (end, false), "{name}");
        assert_eq!(world.outbox().await, ["application-notice.due.v1"]);
    }
}

#[tokio::test]
async fn a_late_decision_and_repeats_end_the_same() {
    let (world, huifu) = tokio::join!(World::start(), start_huifu());
    let applied = world.merchant_sent().await;
    apply(&world, &huifu, &applied, "迟").await;
    assert_eq!(world.stands(&applied).await, (State::Sending, false));
    let serial = applied.attempt.as_str();
    assert!(
        huifu
            .decide(serial, ReviewState::Refused, "证件已过期")
            .await
    );
    callbacks(&huifu, &applied, 1).await;
    assert!(huifu.resend_review(serial).await);
    assert_eq!(callbacks(&huifu, &applied, 2).await, [true, true]);
    let found = world.application(&applied).await;
    assert_eq!(found.state, State::Refused);
    assert_eq!(found.reason_code.as_deref(), Some("certificate_expired"));
    assert_eq!(world.outbox().await.len(), 1);
}

#[tokio::test]
async fn orders_and_repeats_end_the_same() {
    for (fault, count) in [
        (Fault::DuplicateCallbacks { n: 3 }, 3),
        (Fault::CallbackBeforeAnswer, 1),
    ] {
        let (world, huifu) = tokio::join!(World::start(), start_huifu());
        let applied = world.merchant_sent().await;
        lie(&huifu, &fault);
        apply(&world, &huifu, &applied, "审").await;
        let tries = callbacks(&huifu, &applied, count).await;
        assert!(tries.iter().all(|acked| *acked), "{fault:?}: {tries:?}");
        assert_eq!(world.stands(&applied).await, (State::InReview, false));
        assert!(world.cases().await.is_empty(), "{fault:?}");
    }
}

#[tokio::test]
async fn lies_are_not_acknowledged_and_change_nothing() {
    for (fault, cases) in [
        (Fault::UnsignedCallback, 0),
        (Fault::AlteredCallback, 0),
        (Fault::ForeignOrderInCallback, 1),
    ] {
        let (world, huifu) = tokio::join!(World::start(), start_huifu());
        let applied = world.merchant_sent().await;
        lie(&huifu, &fault);
        apply(&world, &huifu, &applied, "审").await;
        // Each is tried twice.
        let tries = callbacks(&huifu, &applied, 2).await;
        assert!(tries.iter().all(|acked| !acked), "{fault:?}: {tries:?}");
        assert_eq!(
            world.stands(&applied).await,
            (State::Sending, false),
            "{fault:?}"
        );
        assert_eq!(world.cases().await.len(), cases, "{fault:?}");
    }
}

#[tokio::test]
async fn a_review_that_contradicts_an_earlier_one_is_a_case() {
    let (world, huifu) = tokio::join!(World::start(), start_huifu());
    let applied = world.merchant_sent().await;
    lie(&huifu, &Fault::ContradictingFinal);
    apply(&world, &huifu, &applied, "审").await;
    eventually(SOON, "the case", async || {
        world.case_kinds().await == ["contradiction"]
    })
    .await;
    assert_eq!(world.stands(&applied).await, (State::InReview, true));
    assert!(world.outbox().await.is_empty());
}
