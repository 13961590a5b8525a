//! Nobody gets in: what is not signed by Huifu changes nothing and leaves nothing.

use contract::application::State;

use crate::applicant::{Applied, review_form};
use crate::world::{HUIFU_KEY, World, form_with, key};

async fn changes_nothing(world: &World, applied: &Applied, body: &str, status: u16) {
    let (answered, text) = world.post_review(body).await;
    assert_eq!(answered, status, "{text}");
    assert!(!text.contains("RECV_ORD_ID"), "{text}");
    assert_eq!(world.stands(applied).await, (State::Sending, false));
    assert!(world.heard(applied).await.is_empty());
    assert!(
        world.cases().await.is_empty(),
        "a stranger cannot fill the list"
    );
    assert!(world.outbox().await.is_empty());
}

#[tokio::test]
async fn unsigned_altered_and_foreign_reviews_are_refused() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    let text = applied.refused().to_string();
    let sign = HUIFU_KEY.sign(text.as_bytes());
    let altered = text.replace("\"N\"", "\"Y\"");
    // The same JSON, printed otherwise: verified is the text as received.
    let spaced = text.replace("\":\"", "\": \"");
    let foreign = key(2).sign(text.as_bytes());
    for (text, sign) in [
        (&text, None),
        (&text, Some("")),
        (&text, Some("no Base64!")),
        (&text, Some(foreign.as_str())),
        (&altered, Some(sign.as_str())),
        (&spaced, Some(sign.as_str())),
    ] {
        let body = form_with("data", text, sign);
        changes_nothing(&world, &applied, &body, 401).await;
    }
    // The good one still counts afterwards.
    let good = form_with("data", &text, Some(&sign));
    assert_eq!(world.post_review(&good).await, applied.acknowledgement());
}

#[tokio::test]
async fn what_is_not_a_review_is_refused() {
    let world = World::start().await;
    let applied = world.merchant_sent().await;
    let text = applied.passed().to_string();
    let sign = HUIFU_KEY.sign(text.as_bytes());
    let twice = format!("{}&data=x", review_form(&text));
    // Each kind of callback has its own address and its own field.
    let other_field = form_with("resp_data", &text, Some(&sign));
    let long = format!("data={}", "x".repeat(70_000));
    for (body, status) in [
        ("", 400),
        ("data", 401),
        (&twice, 400),
        (&other_field, 400),
        (&long, 413),
    ] {
        changes_nothing(&world, &applied, body, status).await;
    }
    let (status, _) = world.post(&review_form(&text)).await;
    assert_eq!(status, 400, "nor is a review taken where money is told of");
}

#[tokio::test]
async fn signed_and_unreadable_is_a_case_and_no_receipt() {
    let world = World::start().await;
    for _ in 0..2 {
        for text in ["[]", "{\"req_date\":\"20261122\"}", "not JSON"] {
            let (status, body) = world.post_review(&review_form(text)).await;
            assert_eq!(status, 422, "{body}");
        }
    }
    let kinds = world.case_kinds().await;
    assert_eq!(kinds, ["review_unreadable"; 3], "each told once");
}
