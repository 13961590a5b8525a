//! From nothing to money on the card, for each kind of subject, by nothing but the public doors:
//! the partner's API, the page, Huifu's interfaces.

use contract::withdrawal::State;
use e2e::{Applicant, Scene, as_applicant};
use sandbox::partner::Api;
use serde_json::json;

const SUBJECTS: [&str; 4] = [
    "enterprise_merchant",
    "individual_merchant",
    "enterprise_user",
    "individual_user",
];

async fn withdraws(scene: &Scene, applicant: &Applicant, money: &str) {
    let fields = as_applicant(applicant, money);
    let id = scene.withdraw_with(&fields).await.unwrap();
    scene.reaches(&id, State::Paid).await;
    scene.hears(&id, 1).await;
}

#[tokio::test]
async fn each_kind_of_subject_goes_from_an_application_to_money_on_the_card() {
    let scene = Scene::open().await.unwrap();
    for subject in SUBJECTS {
        let applicant = scene.opened(subject, "", subject).await.unwrap();
        scene.hears_of(&applicant.application_id, "1").await;
        withdraws(&scene, &applicant, "88.00").await;
    }
    scene.close().await.unwrap();
}

#[tokio::test]
async fn each_kind_of_subject_passes_a_review_that_takes_its_time() {
    let scene = Scene::open().await.unwrap();
    for subject in SUBJECTS {
        let applicant = scene.opened(subject, "审", subject).await.unwrap();
        scene.hears_of(&applicant.application_id, "1").await;
        withdraws(&scene, &applicant, "89.00").await;
    }
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_review_that_says_no_is_told_with_its_reason_and_opens_nothing() {
    let scene = Scene::open().await.unwrap();
    for subject in SUBJECTS {
        let number = format!("no-{subject}");
        let applicant = scene.apply(subject, "拒", &number).await.unwrap();
        scene.comes_to(&applicant.application_id, "refused").await;
        scene.hears_of(&applicant.application_id, "0").await;
        let body = json!({ "application_id": applicant.application_id });
        let told = scene.asks(Api::Applications, &body).await.unwrap();
        assert!(told["reason_code"].is_string(), "{told}");
        assert!(told["reason"].is_string(), "{told}");
        let quote = json!({ "htouhui_user_id": applicant.htouhui_user_id });
        let answer = scene.partner.call(Api::Quotes, &quote).await.unwrap();
        assert_ne!(answer.status, 200, "{}", answer.body);
    }
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_second_card_is_bound_and_chosen_at_withdrawal_time() {
    let scene = Scene::open().await.unwrap();
    for subject in SUBJECTS {
        let applicant = scene.opened(subject, "", subject).await.unwrap();
        let card = scene
            .binds(&applicant, &format!("card-{subject}"))
            .await
            .unwrap();
        scene.comes_to(&card, "passed").await;
        scene.hears_of(&card, "1").await;
        let paid_to = scene
            .withdraw_to(&applicant, "90.00", stand::forms::SECOND_TAIL)
            .await
            .unwrap();
        scene.reaches(&paid_to.withdrawal, State::Paid).await;
        scene.hears(&paid_to.withdrawal, 1).await;
        let book = scene.huifu.book();
        let payment = book
            .payments
            .iter()
            .find(|payment| payment.token_no == paid_to.token_no)
            .unwrap();
        assert_eq!(payment.cash_amt.to_string(), "90.00");
    }
    scene.close().await.unwrap();
}

#[tokio::test]
async fn changed_cash_rules_are_what_the_next_withdrawal_costs() {
    let scene = Scene::open().await.unwrap();
    for subject in SUBJECTS {
        let applicant = scene.opened(subject, "", subject).await.unwrap();
        let number = format!("rules-{subject}");
        let changed = scene.changes_cash_rules(&applicant, &number).await.unwrap();
        scene.comes_to(&changed, "passed").await;
        let quote = json!({ "htouhui_user_id": applicant.htouhui_user_id, "money": "100.00" });
        let told = scene.asks(Api::Quotes, &quote).await.unwrap();
        let offers = told["cash_types"].as_array().unwrap();
        let offer = |wanted: &str| offers.iter().find(|offer| offer["cash_type"] == wanted);
        assert_eq!(offer("D0").unwrap()["fee"], "2.10", "{told}");
        assert!(offer("T1").is_none(), "{told}");
    }
    scene.close().await.unwrap();
}
