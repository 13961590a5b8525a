//! Signed by Huifu, and not ours: a case, no receipt, no change.

use contract::application::State;
use serde_json::json;

use crate::applicant::review_form;
use crate::world::World;

#[tokio::test]
async fn another_day_account_or_review_changes_nothing() {
    for (name, value) in [
        ("req_date", "20200101"),
        ("huifu_id", "6666000000000001"),
        ("apply_no", "APPLY9999"),
    ] {
        let world = World::start().await;
        let applied = world.user_sent().await;
        // From here on Huifu's numbers are known.
        world.review(&applied.pending()).await;
        let mut callback = applied.refused();
        if name == "apply_no" {
            callback["audit_info"] = json!(format!(
                r#"{{"audit_status":"N","audit_desc":"x","apply_no":"{value}"}}"#
            ));
        } else {
            callback[name] = json!(value);
        }
        for _ in 0..2 {
            let (status, body) = world.review(&callback).await;
            assert_eq!(status, 409, "{name}: {body}");
            assert!(!body.contains("RECV_ORD_ID"));
        }
        assert_eq!(world.stands(&applied).await, (State::InReview, false));
        assert_eq!(world.heard(&applied).await, ["review"], "{name}");
        let cases = world.cases().await;
        assert_eq!(cases.len(), 1, "{name}: told once");
        assert_eq!(cases[0].kind, "review_mismatch");
        assert_eq!(
            cases[0].application_id.as_deref(),
            Some(applied.id.as_str())
        );
        assert_eq!(cases[0].detail["fields"], json!([name]));
        // The true one still counts.
        assert_eq!(
            world.review(&applied.refused()).await,
            applied.acknowledgement()
        );
        assert_eq!(world.stands(&applied).await, (State::Refused, false));
    }
}

#[tokio::test]
async fn an_application_that_nobody_sent_is_a_case() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    let withdrawal = world.sent().await;
    let unknown = runtime::ids::new_req_seq_id();
    let serials = [
        unknown.as_str(),
        "X1",
        "2026112212345678",
        // Of a withdrawal: nothing about money is decided by what comes here.
        withdrawal.attempt.as_str(),
    ];
    for serial in serials {
        let mut callback = applied.passed();
        callback["req_seq_id"] = json!(serial);
        for _ in 0..2 {
            let (status, body) = world.review(&callback).await;
            assert_eq!(status, 404, "{body}");
            assert!(!body.contains("RECV_ORD_ID"));
        }
    }
    assert_eq!(world.case_kinds().await, ["review_unknown_application"; 4]);
    assert_eq!(world.stands(&applied).await, (State::Sending, false));
    assert!(world.events(&withdrawal.id).await.is_empty());
}

#[tokio::test]
async fn an_application_is_no_order() {
    let world = World::start().await;
    let (applied, withdrawal) = (world.merchant_sent().await, world.sent().await);
    let callback = withdrawal.with(&[("req_seq_id", applied.attempt.as_str())]);
    assert_eq!(world.call(&callback).await.0, 404);
    assert_eq!(world.case_kinds().await, ["callback_unknown_order"]);
    assert_eq!(world.stands(&applied).await, (State::Sending, false));
}

#[tokio::test]
async fn a_case_tells_no_words_and_no_card() {
    let world = World::start().await;
    let applied = world.user_sent().await;
    let mut callback = applied.passed();
    callback["req_date"] = json!("20200101");
    world.post_review(&review_form(&callback.to_string())).await;
    let told = world.cases().await.remove(0).detail.to_string();
    for secret in ["绑卡成功", crate::applicant::CARD_TOKEN, "处理成功"] {
        assert!(!told.contains(secret), "{told}");
    }
}

#[tokio::test]
async fn controls_in_huifus_words_are_left_out_and_the_review_counts() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    let mut callback = applied.refused();
    callback["audit_desc"] = json!("证件\u{0}已过期\u{0}");
    callback["apply_no"] = json!("APPLY\u{0}0001");
    let told = world.review(&callback).await;
    assert_eq!(told, applied.acknowledgement());
    assert_eq!(world.stands(&applied).await, (State::Refused, false));
}

#[tokio::test]
async fn what_the_database_refuses_is_a_case_and_not_acknowledged() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    world
        .alter(include_str!("sql/nothing_is_refused.sql"))
        .await;
    for _ in 0..2 {
        let (status, body) = world.review(&applied.refused()).await;
        assert_eq!(status, 500, "{body}");
    }
    assert_eq!(world.case_kinds().await, ["review_not_written"], "once");
    let told = world.cases().await.remove(0).detail;
    assert_eq!(told["req_seq_id"], applied.attempt.as_str());
}
