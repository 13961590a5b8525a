//! Withdrawals that are looked for, those that do not move, and what waits in the outbox.

use contract::ids::WithdrawalId;
use contract::withdrawal::Transition::{LoseTrack, OpenAttempt, Pay, Submit};
use serde_json::Value;

use crate::tool::Tool;
use crate::world::World;

fn json(tool: &Tool, line: &str) -> Value {
    serde_json::from_str(&tool.typed(&format!("{line} --json"))).unwrap()
}

fn ids(page: &Value) -> Vec<&str> {
    let found = page["withdrawals"].as_array().unwrap().iter();
    found.map(|one| one["order_id"].as_str().unwrap()).collect()
}

/// Three of them: paid, lost sight of, and accepted.
async fn three() -> (World, [WithdrawalId; 3]) {
    let world = World::with_user().await;
    let paid = world.walked(1, &[OpenAttempt, Submit, Pay]).await;
    world.sent_to_huifu(&paid).await;
    let lost = world.walked(2, &[OpenAttempt, LoseTrack]).await;
    let accepted = world.walked(3, &[]).await;
    (world, [paid, lost, accepted])
}

#[tokio::test]
async fn every_number_that_names_a_withdrawal_finds_it_and_no_other() {
    let (world, [paid, ..]) = three().await;
    let tool = world.tool();
    let shown = tool.typed(&format!("withdrawal show {paid} --json"));
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let numbers = [
        &shown["order_id"],
        &shown["out_order_no"],
        &shown["attempts"][0]["req_seq_id"],
        &shown["notices"][0]["notice_id"],
    ];
    for number in numbers {
        let number = number.as_str().unwrap();
        let found = json(&tool, &format!("withdrawal find {number}"));
        assert_eq!(ids(&found), [paid.as_str()], "{number}");
    }
    for line in [
        "withdrawal find order-9",
        "withdrawal find order-1 --partner other",
        "withdrawal find order",
    ] {
        assert_eq!(tool.typed(line), "No such withdrawals.\n", "{line}");
    }
}

#[tokio::test]
async fn they_are_found_by_partner_user_state_time_and_amount() {
    let (world, [paid, lost, accepted]) = three().await;
    let tool = world.tool();
    let all = "withdrawal find --since 2026-11-22T04:00:00Z";
    insta::assert_snapshot!("withdrawal_find", tool.typed(all));
    let newest_first = [accepted.as_str(), lost.as_str(), paid.as_str()];
    for (rest, expected) in [
        ("", &newest_first[..]),
        ("--partner shop", &newest_first[..]),
        ("--partner other", &[]),
        ("--user u-1", &newest_first[..]),
        ("--user 10000000001", &newest_first[..]),
        ("--user u-2", &[]),
        ("--state paid", &newest_first[2..]),
        ("--state unconfirmed", &newest_first[1..2]),
        ("--amount-from 100.00 --amount-to 100.00", &newest_first[..]),
        ("--amount-from 100.01", &[]),
        ("--amount-to 99.99", &[]),
        ("--until 2026-11-22T04:00:00Z", &[]),
        ("--until 2026-11-22T04:00:01Z", &newest_first[..]),
    ] {
        let line = format!("{all} {rest}");
        assert_eq!(ids(&json(&tool, line.trim())), expected, "{rest}");
    }
    assert_eq!(tool.refused("withdrawal find --state lost").0, 64);
    assert_eq!(tool.refused("withdrawal find --limit 0").0, 64);
}

#[tokio::test]
async fn a_long_list_has_pages_without_gap_or_repetition() {
    let (world, [paid, lost, accepted]) = three().await;
    let tool = world.tool();
    let all = "withdrawal find --since 2026-11-22T04:00:00Z";
    let first = json(&tool, &format!("{all} --limit 2"));
    assert_eq!(ids(&first), [accepted.as_str(), lost.as_str()]);
    assert_eq!(first["next"], lost.as_str());
    let people = tool.typed(&format!("{all} --limit 2"));
    assert!(
        people.ends_with(&format!("There are more: --before {lost}\n")),
        "{people}"
    );
    let second = json(&tool, &format!("{all} --limit 2 --before {lost}"));
    assert_eq!(ids(&second), [paid.as_str()]);
    assert_eq!(second["next"], Value::Null);
    let unknown = format!("{all} --before W01KASGXE00000000000000000A");
    assert_eq!(tool.refused(&unknown).0, 1);
}

#[tokio::test]
async fn what_does_not_move_is_listed_with_what_helps() {
    let (world, [_, lost, accepted]) = three().await;
    let tool = world.tool();
    let stuck = json(&tool, "withdrawal stuck --older-than 0s");
    let helps: Vec<_> = stuck
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["order_id"].as_str().unwrap(),
                one["helps"].as_str().unwrap(),
            )
        })
        .collect();
    let ask = format!("opsctl withdrawal ask {lost}");
    assert_eq!(
        helps,
        [
            (accepted.as_str(), "opsctl outbox"),
            (lost.as_str(), ask.as_str())
        ]
    );
    let unconfirmed = json(
        &tool,
        "withdrawal stuck --older-than 0s --state unconfirmed",
    );
    assert_eq!(unconfirmed.as_array().unwrap().len(), 1);
    let others = tool.typed("withdrawal stuck --older-than 0s --partner other");
    assert_eq!(others, "Every open withdrawal has moved lately.\n");
}

#[tokio::test]
async fn the_outbox_tells_what_waits_and_shows_one_message_until_it_is_carried_out() {
    let (world, [paid, ..]) = three().await;
    let tool = world.tool();
    let waits = json(&tool, "outbox");
    let waits: Vec<_> = waits
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["routing_key"].as_str().unwrap(),
                one["due"].as_i64().unwrap(),
            )
        })
        .collect();
    // Each walked one was taken over by its consumer, but for the notice of the one that ended.
    assert_eq!(waits, [("notice.due", 1)]);
    let notice = "00000000-0000-0000-0000-000000000001";
    let shown = json(&tool, &format!("outbox show {notice}"));
    assert_eq!(shown["correlation_id"], paid.as_str());
    assert_eq!(shown["published_at"], Value::Null);
    insta::assert_snapshot!("outbox_show", tool.typed(&format!("outbox show {notice}")));
    let nowhere = "outbox show 00000000-0000-0000-0000-0000000000ff";
    let (code, said) = tool.refused(nowhere);
    assert_eq!(code, 1);
    assert!(
        said.contains("it was carried out, or never there"),
        "{said}"
    );
    assert_eq!(tool.refused("outbox show 17").0, 64);
}

#[tokio::test]
async fn an_empty_outbox_says_so() {
    let tool = World::empty().await;
    let said = tool.tool().typed("outbox");
    assert_eq!(said, "Nothing waits: every message has been carried out.\n");
}
