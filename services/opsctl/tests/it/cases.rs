//! Cases: looked at and closed; never by accident and never without a name.

use contract::ids::WithdrawalId;
use contract::withdrawal::Transition::{Fail, OpenAttempt, Pay, Submit};
use serde_json::Value;
use store::cases::{self, NewCase};

use crate::world::World;

/// 1: a contradiction about a paid withdrawal, which is held. 2: something about no order of ours.
async fn two_cases() -> (World, WithdrawalId) {
    let world = World::with_user().await;
    let id = world.walked(3, &[OpenAttempt, Submit, Pay]).await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: contradict").await.unwrap();
    world.take(&tx, &id, Fail, 9).await;
    let foreign = NewCase {
        withdrawal: None,
        application: None,
        kind: "callback_unknown_order",
        detail: &Value::Null,
        fingerprint: "foreign",
    };
    cases::open(&tx, world.now, &foreign).await.unwrap();
    tx.commit().await.unwrap();
    drop(connection);
    (world, id)
}

/// Whether it is still held, and the events that closing left.
async fn left(world: &World, id: &WithdrawalId) -> (bool, Vec<String>) {
    let connection = world.connection().await;
    let withdrawal = store::withdrawals::find(&connection, id).await.unwrap();
    let timeline = store::timeline::of(&connection, id).await.unwrap();
    let closing = timeline
        .into_iter()
        .filter(|entry| entry.recorded_by == "opsctl: close case");
    (
        withdrawal.unwrap().held,
        closing.map(|entry| entry.event).collect(),
    )
}

#[tokio::test]
async fn they_are_listed_and_shown() {
    let (world, id) = two_cases().await;
    let tool = world.tool();
    let listed = tool.typed("case list");
    // The last column grows with every minute.
    let lines: Vec<&str> = listed
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(line, age)| {
            assert!(age == "AGE" || age.ends_with('m'), "{age}");
            line.trim_end()
        })
        .collect();
    insta::assert_snapshot!("case_list", lines.join("\n"));
    insta::assert_snapshot!("case_show", tool.typed("case show 1"));
    insta::assert_snapshot!("case_show_json", tool.typed("case show 1 --json"));
    assert_eq!(tool.typed("case list --state closed"), "No such cases.\n");
    assert_eq!(
        tool.refused("case show 99"),
        (1, "opsctl: there is no case 99\n".to_owned())
    );
    let shown = tool.answer(&["withdrawal", "show", id.as_str()]);
    assert!(shown.contains("(held until a person has looked)"));
}

#[tokio::test]
async fn without_yes_nothing_happens_but_what_would_happen_is_told() {
    let (world, id) = two_cases().await;
    let told = world.tool().typed("case close 1 --release");
    insta::assert_snapshot!("case_close_dry_run", told);
    assert_eq!(left(&world, &id).await, (true, vec![]));
    assert_eq!(
        cases::list_open(&world.connection().await, 10)
            .await
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_case_is_closed_once_and_its_withdrawal_released_with_who_and_why() {
    let (world, id) = two_cases().await;
    let close = ["case", "close", "1", "--release", "--yes", "--reason"];
    let close = [&close[..], &["Huifu says paid"]].concat();
    insta::assert_snapshot!("case_close", world.tool().answer(&close));
    let events = vec!["case_closed".to_owned(), "released".to_owned()];
    assert_eq!(left(&world, &id).await, (false, events));
    let case = cases::find(&world.connection().await, 1).await.unwrap();
    let case = case.unwrap();
    assert_eq!(
        (case.decided_by.as_deref(), case.decision.as_deref()),
        (Some("sre"), Some("Huifu says paid"))
    );
    let again = world.tool().run(&close);
    assert_eq!(
        (again.code, again.stderr.as_str()),
        (
            1,
            "opsctl: case 1 was closed before and holds nothing; nothing was changed\n"
        )
    );
}

#[tokio::test]
async fn closing_alone_holds_on_and_another_open_case_keeps_the_hold() {
    let (world, id) = two_cases().await;
    let mut connection = world.connection().await;
    let tx = connection.begin("tests: tell").await.unwrap();
    let other = NewCase {
        withdrawal: Some(&id),
        application: None,
        kind: "query_mismatch",
        detail: &Value::Null,
        fingerprint: "other",
    };
    cases::open(&tx, world.now, &other).await.unwrap();
    tx.commit().await.unwrap();
    let tool = world.tool();
    for (line, said) in [
        (
            "case close 1 --release",
            "other cases hold the same, close them as well: 3",
        ),
        (
            "case close 1 2 --release",
            "case 2 is about nothing of ours: close it without --release",
        ),
        ("case close 99", "there is no case 99; nothing was changed"),
    ] {
        for line in [line.to_owned(), format!("{line} --yes --reason looked")] {
            assert_eq!(
                tool.refused(&line),
                (1, format!("opsctl: {said}\n")),
                "{line}"
            );
        }
    }
    assert_eq!(left(&world, &id).await, (true, vec![]));
    tool.typed("case close 1 3 2 --yes --reason looked --by lin");
    let events = vec!["case_closed".to_owned(); 2];
    assert_eq!(left(&world, &id).await, (true, events));
    let json = tool.typed("case close 1 --release --yes --reason looked --json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["released"][0], id.as_str());
    assert!(!left(&world, &id).await.0);
}

#[tokio::test]
async fn nobody_closes_without_a_name_and_a_reason() {
    let (world, id) = two_cases().await;
    let tool = world.tool().with("USER", "");
    for line in [
        "case close 1 --yes",
        "case close 1 --yes --reason looked",
        "case close --yes --reason looked",
    ] {
        assert_eq!(tool.refused(line).0, 64, "{line}");
    }
    assert_eq!(left(&world, &id).await, (true, vec![]));
}
