//! What an operator sees of withdrawals and cases.

use contract::withdrawal::Transition::{Fail, LoseTrack, OpenAttempt, Pay, Submit};
use serde_json::Value;
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

#[tokio::test]
async fn a_contradiction_is_listed_as_a_case_and_holds_the_withdrawal() {
    let world = World::with_user().await;
    let id = world.walked(3, &[OpenAttempt, Submit, Pay]).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: contradict").await.unwrap();
    world.take(&tx, &id, Fail, 9).await;
    tx.commit().await.unwrap();
    insta::assert_snapshot!("case_list", world.tool().answer(&["case", "list"]));
    assert!(
        world
            .tool()
            .answer(&["withdrawal", "show", id.as_str()])
            .contains("(held until a person has looked)")
    );
}
