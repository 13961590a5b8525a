//! What an operator sees of withdrawals.

use contract::withdrawal::Transition::{Fail, LoseTrack, OpenAttempt, Pay, Submit};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::notices::NoticeState;

use crate::world::World;

#[tokio::test]
async fn a_paid_withdrawal_shows_its_whole_story() {
    let world = World::with_user().await;
    let id = world.walked(1, &[OpenAttempt, Submit]).await;
    world.sent_to_huifu(&id).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: pay").await.unwrap();
    world.take(&tx, &id, Pay, 4).await;
    tx.commit().await.unwrap();
    drop(connection);
    world.told(&id, 5, NoticeState::Pending, 500).await;
    world.told(&id, 20, NoticeState::Delivered, 200).await;

    let shown = world.tool().answer(&["withdrawal", "show", id.as_str()]);
    assert!(
        !shown.contains("secret"),
        "the query of notify_url is the partner's"
    );
    insta::assert_snapshot!("withdrawal_show", shown);
    let json = world
        .tool()
        .answer(&["--json", "withdrawal", "show", id.as_str()]);
    assert!(!json.contains("secret"));
    insta::assert_snapshot!("withdrawal_show_json", json);
}

#[tokio::test]
async fn a_failed_withdrawal_shows_why() {
    let world = World::with_user().await;
    let id = world.walked(2, &[OpenAttempt, Submit, Fail]).await;
    insta::assert_snapshot!(
        "withdrawal_show_failed",
        world.tool().answer(&["withdrawal", "show", id.as_str()])
    );
}

#[tokio::test]
async fn an_unknown_withdrawal_is_a_failure() {
    let world = World::empty().await;
    let ended = world
        .tool()
        .run(&["withdrawal", "show", "W01KASGXE00000000000000000A"]);
    assert_eq!(ended.code, 1);
    assert_eq!(
        ended.stderr,
        "opsctl: there is no withdrawal W01KASGXE00000000000000000A\n"
    );
}

#[tokio::test]
async fn open_withdrawals_that_do_not_move_are_listed_and_ended_ones_are_not() {
    let world = World::with_user().await;
    let lost = world.walked(1, &[OpenAttempt, LoseTrack]).await;
    world.walked(2, &[OpenAttempt, Submit, Pay]).await;
    let json: Value = serde_json::from_str(&world.tool().answer(&[
        "withdrawal",
        "stuck",
        "--older-than",
        "0s",
        "--json",
    ]))
    .unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1, "{json}");
    assert_eq!(
        (&json[0]["order_id"], &json[0]["state"]),
        (&Value::from(lost.as_str()), &Value::from("unconfirmed"))
    );
    let people = world
        .tool()
        .answer(&["withdrawal", "stuck", "--older-than", "0s"]);
    assert!(
        people.contains(lost.as_str()) && people.contains("2026-11-22 12:00:03"),
        "{people}"
    );
    let later = world
        .tool()
        .answer(&["withdrawal", "stuck", "--older-than", "1000000h"]);
    assert_eq!(later, "Every open withdrawal has moved lately.\n");
}

/// What the services write in one second, as long as it gets.
#[tokio::test]
async fn a_busy_second_is_told_in_short_lines_with_milliseconds() {
    let world = World::with_user().await;
    let id = world.walked(1, &[OpenAttempt, Submit]).await;
    world.sent_to_huifu(&id).await;
    let sent = "A01MCC5RM000000000000000007";
    let events = [
        (
            "callback",
            json!({
                "req_seq_id": sent, "msg_type": "settlement_enchashment", "trans_status": "S",
                "acct_status": "S", "channel_status": "S", "sub_resp_code": "00000000",
                "hf_seq_id": "hf-1", "cash_amt": "98.95", "fee_amt": "1.05",
            }),
        ),
        (
            "contradiction",
            json!({
                "state": "paid", "asked": "fail",
                "because": {
                    "req_seq_id": sent, "query": 3, "amount_fen": 9895,
                    "answer": {
                        "verdict": "failed", "resp_code": "00000000", "trans_status": "F",
                        "re_exchange": null, "cash_amt": "98.95", "fee_amt": "1.05",
                        "hf_seq_id": "hf-1",
                    },
                },
            }),
        ),
        (
            "notice_failed",
            json!({
                "notice_id": "N01MCC5RM000000000000000001", "sequence": 1, "attempt": 2,
                "class": "no_answer", "next_at": "2026-11-22T05:00:04.123456789Z",
            }),
        ),
        (
            "dead_letter_replayed",
            json!({ "dead_letter": 12, "by": "lin", "reason": "the partner is back" }),
        ),
    ];
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: pay").await.unwrap();
    world.take(&tx, &id, Pay, 4).await;
    for (millis, (event, detail)) in (4_001..).zip(events) {
        let at = world.now + SignedDuration::from_millis(millis);
        store::timeline::note(&tx, at, &id, event, &detail)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let shown = world.tool().answer(&["withdrawal", "show", id.as_str()]);
    let timeline = &shown[shown.find("Timeline").unwrap()..];
    insta::assert_snapshot!("withdrawal_show_busy", timeline);
    let json = world
        .tool()
        .answer(&["--json", "withdrawal", "show", id.as_str()]);
    assert!(
        json.contains("settlement_enchashment") && json.contains("tests: pay"),
        "machines are told everything"
    );
}
