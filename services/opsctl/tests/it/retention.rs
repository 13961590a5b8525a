//! How long logs are kept: shown, set, and carried out with a row of the audit for each act.

use contract::ids::WithdrawalId;
use contract::withdrawal::Transition::{OpenAttempt, Pay, Submit};
use serde_json::Value;
use store::audit::{self, Question};
use store::retention::{self, Log};

use crate::tool::Tool;
use crate::world::World;

const DO_IT: &str = " --yes --reason monthly";

/// An open withdrawal with an old row, one old month in each log, and the last month missing in
/// one.
async fn neglected() -> (World, WithdrawalId) {
    let world = World::with_user().await;
    let id = world.walked(1, &[OpenAttempt, Submit]).await;
    let mut connection = world.connection().await;
    for log in Log::IN_MONTHS {
        let tx = connection.begin("tests: neglect").await.unwrap();
        let old = "2016-01-01".parse().unwrap();
        retention::add_month(&tx, log, old).await.unwrap();
        tx.commit().await.unwrap();
    }
    let last = retention::parts(&connection, Log::Timeline).await.unwrap();
    let last = last.iter().filter_map(|part| part.month).max().unwrap();
    let neglect = include_str!("sql/neglect_timeline.sql");
    let month = format!("timeline_y{}", last.strftime("%Ym%m"));
    world.tamper(&neglect.replace("LAST_MONTH", &month)).await;
    drop(connection);
    (world, id)
}

fn deeds(tool: &Tool, more: &str) -> Vec<(String, String, i64, i64)> {
    let json = tool.typed(&format!("retention run --json{more}"));
    let json: Value = serde_json::from_str(&json).unwrap();
    let deeds = json["deeds"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    deeds
        .map(|deed| {
            assert_eq!(deed["failure"], Value::Null);
            let (go, stay) = (deed["go"].as_i64(), deed["stay"].as_i64());
            let (act, log) = (text(&deed["act"]), text(&deed["log"]));
            (act, log, go.unwrap(), stay.unwrap())
        })
        .collect()
}

fn deed(act: &str, log: &str, go: i64, stay: i64) -> (String, String, i64, i64) {
    (act.to_owned(), log.to_owned(), go, stay)
}

async fn acts(world: &World) -> Vec<(String, String)> {
    let connection = world.connection().await;
    let rows = audit::list(&connection, &Question::default(), 100).await;
    let rows = rows.unwrap().into_iter().rev();
    rows.map(|row| (row.act, row.subject)).collect()
}

#[tokio::test]
async fn what_is_due_is_told_then_done_once_with_a_row_for_each_act() {
    let (world, _) = neglected().await;
    let tool = world.tool();
    let due = [
        deed("retention.add_month", "timeline", 0, 0),
        deed("retention.drop_month", "application_timeline", 0, 0),
        deed("retention.forget", "inbox", 1, 0),
        deed("retention.drop_month", "notice_attempts", 0, 0),
        deed("retention.drop_month", "timeline", 0, 1),
    ];
    assert_eq!(deeds(&tool, ""), due);
    let people = tool.typed("retention run");
    assert!(
        people.ends_with("Nothing was changed. Add --yes and --reason TEXT to do it.\n"),
        "{people}"
    );
    assert_eq!(acts(&world).await, []);
    assert_eq!(deeds(&tool, DO_IT), due);

    let acts = acts(&world).await;
    let told: Vec<&str> = acts.iter().map(|(act, _)| act.as_str()).collect();
    assert_eq!(told, due.each_ref().map(|(act, ..)| act.as_str()));
    let dropped = (
        "retention.drop_month".to_owned(),
        "timeline 2016-01".to_owned(),
    );
    assert!(acts.contains(&dropped), "{acts:?}");
    assert_eq!(
        tool.typed(&format!("retention run{DO_IT}")),
        "Nothing is due.\n"
    );
    let whole = tool.typed("audit verify --json");
    assert!(whole.contains(r#""whole": true"#), "{whole}");
}

#[tokio::test]
async fn what_somebody_is_in_the_way_of_is_left_for_the_next_run() {
    let (world, id) = neglected().await;
    let tool = world.tool();
    let run = ["retention", "run", "--yes", "--reason", "monthly"];
    let mut busy = world.connection().await;
    let tx = busy.begin("tests: be in the way").await.unwrap();
    world.take(&tx, &id, Pay, 9).await;
    let ended = tool.run(&[&run[..], &["--json"]].concat());
    tx.commit().await.unwrap();
    assert_eq!(ended.code, 3, "{ended:?}");
    let told: Value = serde_json::from_str(&ended.stdout).unwrap();
    let told = told["deeds"].as_array().unwrap();
    let failed = told.iter().filter(|deed| deed["failure"] != Value::Null);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let failed: Vec<_> = failed
        .map(|deed| (text(&deed["act"]), text(&deed["log"])))
        .collect();
    // What it wrote to, and what a month that is added is cut from.
    let left = [
        ("retention.add_month", "timeline"),
        ("retention.drop_month", "notice_attempts"),
        ("retention.drop_month", "timeline"),
    ];
    let left = left.map(|(act, log)| (act.to_owned(), log.to_owned()));
    assert_eq!(failed, left);
    assert_eq!(acts(&world).await.len(), told.len() - left.len());

    let next = deeds(&tool, DO_IT).into_iter();
    let next: Vec<_> = next.map(|(act, log, ..)| (act, log)).collect();
    assert_eq!(next, left);
}

#[tokio::test]
async fn each_log_is_shown_and_the_policy_is_set_with_who_and_why() {
    let world = World::empty().await;
    let tool = world.tool();
    let shown: Value = serde_json::from_str(&tool.typed("retention show --json")).unwrap();
    let logs = shown.as_array().unwrap();
    let timeline = logs.iter().find(|log| log["log"] == "timeline").unwrap();
    // This month and the twelve that the migration made.
    assert_eq!(
        (&timeline["keeps_months"], &timeline["months"]),
        (&120.into(), &13.into())
    );
    assert_eq!(logs.len(), Log::ALL.len());

    let set = "retention set notice_attempts 36";
    insta::assert_snapshot!("retention_set_dry_run", tool.typed(set));
    assert_eq!(acts(&world).await, []);
    insta::assert_snapshot!("retention_set", tool.typed(&format!("{set}{DO_IT}")));
    let act = ("retention.set".to_owned(), "notice_attempts".to_owned());
    assert_eq!(acts(&world).await, [act]);
    for wrong in ["retention set audit 36", "retention set timeline 5"] {
        assert_eq!(tool.refused(wrong).0, 64, "{wrong}");
    }
}
