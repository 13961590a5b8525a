//! Nobody gets in: what is not signed by Huifu changes nothing and leaves nothing.

use contract::withdrawal::State;

use crate::world::{HUIFU_KEY, Sent, World, form, key};

async fn changes_nothing(world: &World, sent: &Sent, body: &str, status: u16) {
    let (answered, text) = world.post(body).await;
    assert_eq!(answered, status, "{text}");
    assert!(!text.contains("RECV_ORD_ID"), "{text}");
    assert_eq!(world.state(&sent.id).await, (State::Dispatching, false));
    assert!(world.events(&sent.id).await.is_empty());
    assert!(
        world.cases().await.is_empty(),
        "a stranger cannot fill the list"
    );
    assert_eq!(world.notices().await, 0);
}

#[tokio::test]
async fn unsigned_altered_and_foreign_callbacks_are_refused() {
    let world = World::start().await;
    let sent = world.sent().await;
    let text = serde_json::to_string(&sent.paid()).unwrap();
    let sign = HUIFU_KEY.sign(text.as_bytes());
    let altered = text.replace("100.00", "100.01");
    // The same JSON, printed otherwise: verified is the text as received.
    let spaced = text.replace("\":\"", "\": \"");
    let foreign = key(2).sign(text.as_bytes());
    for body in [
        form(&text, None),
        form(&text, Some("")),
        form(&text, Some("no Base64!")),
        form(&text, Some(&foreign)),
        form(&altered, Some(&sign)),
        form(&spaced, Some(&sign)),
    ] {
        changes_nothing(&world, &sent, &body, 401).await;
    }
    // The good one still counts afterwards.
    assert_eq!(
        world.post(&form(&text, Some(&sign))).await,
        sent.acknowledgement()
    );
}

#[tokio::test]
async fn what_is_not_a_callback_is_refused() {
    let world = World::start().await;
    let sent = world.sent().await;
    let text = serde_json::to_string(&sent.paid()).unwrap();
    let sign = HUIFU_KEY.sign(text.as_bytes());
    let twice = format!("{}&resp_data=x", form(&text, Some(&sign)));
    let long = format!("resp_data={}", "x".repeat(20_000));
    for body in ["", "resp_data", "{\"json\":1}", &twice, &long] {
        let status = if body == "resp_data" { 401 } else { 400 };
        changes_nothing(&world, &sent, body, status).await;
    }
    let huge = format!("resp_data={}", "x".repeat(100_000));
    changes_nothing(&world, &sent, &huge, 413).await;
}

#[tokio::test]
async fn signed_and_unreadable_is_a_case_and_no_receipt() {
    let world = World::start().await;
    for _ in 0..2 {
        for text in ["[]", "{\"req_date\":\"20261122\"}", "not JSON"] {
            let sign = HUIFU_KEY.sign(text.as_bytes());
            let (status, body) = world.post(&form(text, Some(&sign))).await;
            assert_eq!(status, 422, "{body}");
        }
    }
    let kinds = world.case_kinds().await;
    assert_eq!(kinds, ["callback_unreadable"; 3], "each told once");
}
