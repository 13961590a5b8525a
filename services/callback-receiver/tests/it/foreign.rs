//! Signed by Huifu, and not ours: a case, no receipt, no change.

use contract::withdrawal::State;

use crate::world::World;

#[tokio::test]
async fn another_amount_account_or_day_changes_nothing() {
    for (name, value) in [
        ("cash_amt", "100.01"),
        ("cash_amt", "1e2"),
        ("cash_amt", ""),
        ("huifu_id", "6666000000000001"),
        ("req_date", "20200101"),
    ] {
        let world = World::start().await;
        let sent = world.sent().await;
        let mut callback = sent.paid();
        callback.insert(name, value.to_owned());
        for _ in 0..2 {
            let (status, body) = world.call(&callback).await;
            assert_eq!(status, 409, "{name}: {body}");
        }
        assert_eq!(
            world.state(&sent.id).await,
            (State::Dispatching, false),
            "{name}"
        );
        assert!(world.events(&sent.id).await.is_empty());
        let cases = world.cases().await;
        assert_eq!(cases.len(), 1, "{name}: told once");
        assert_eq!(cases[0].kind, "callback_mismatch");
        assert_eq!(cases[0].withdrawal_id.as_deref(), Some(sent.id.as_str()));
        assert_eq!(cases[0].detail["fields"][0], name);
        // The true one still counts.
        assert_eq!(world.call(&sent.paid()).await, sent.acknowledgement());
        assert_eq!(world.state(&sent.id).await, (State::Paid, false));
    }
}

#[tokio::test]
async fn an_order_that_nobody_sent_is_a_case() {
    let world = World::start().await;
    let sent = world.sent().await;
    let unknown = runtime::ids::new_req_seq_id();
    for serial in [unknown.as_str(), "X1", "2026112212345678"] {
        let (status, body) = world.call(&sent.with(&[("req_seq_id", serial)])).await;
        assert_eq!(status, 404, "{body}");
        assert!(!body.contains("RECV_ORD_ID"));
    }
    assert_eq!(world.case_kinds().await, ["callback_unknown_order"; 3]);
    assert_eq!(world.state(&sent.id).await, (State::Dispatching, false));
}

#[tokio::test]
async fn a_callback_without_an_account_is_ours_by_its_serial() {
    let world = World::start().await;
    let sent = world.sent().await;
    let mut paid = sent.paid();
    // Optional in Huifu's table (huifu-api.md §4).
    paid.remove("huifu_id");
    assert_eq!(world.call(&paid).await, sent.acknowledgement());
    assert_eq!(world.state(&sent.id).await, (State::Paid, false));
}
