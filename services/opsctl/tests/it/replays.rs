//! Replay jobs as an operator sees them: nothing by accident, two people where much is at stake,
//! and an end that the exit code tells.

use std::time::Duration;

use contract::ids::WithdrawalId;
use contract::withdrawal::Transition::{OpenAttempt, Pay, Submit};
use serde_json::Value;
use store::notices::NoticeState;

use crate::tool::Ended;
use crate::world::World;

const WISH: [&str; 4] = ["dead-letter", "replay", "--partner", "shop"];

const MEANT: [&str; 5] = [
    "--yes",
    "--reason",
    "the partner is back",
    "--ticket",
    "OPS-7",
];

async fn one_letter() -> (World, WithdrawalId) {
    let world = World::with_user().await;
    let id = world.walked(1, &[OpenAttempt, Submit, Pay]).await;
    world.dead_lettered(&id).await;
    (world, id)
}

fn run(world: &World, arguments: &[&[&str]]) -> Ended {
    world.tool().run(&arguments.concat())
}

fn json(world: &World, arguments: &[&[&str]]) -> Value {
    let ended = run(world, &[arguments, &[&["--json"]]].concat());
    serde_json::from_str(&ended.stdout).unwrap()
}

/// Runs job 1 while partner-notifier has its notice tried, with this outcome.
async fn run_while_tried(world: &World, id: &WithdrawalId, state: NoticeState) -> Ended {
    let tool = world.tool();
    let running = tokio::task::spawn_blocking(move || tool.run(&["replay", "run", "1"]));
    let what = "the message to be in the outbox";
    stand::eventually(Duration::from_secs(30), what, async || {
        world.settled(id).await
    })
    .await;
    world.told(id, 90, state, 200).await;
    running.await.unwrap()
}

#[tokio::test]
async fn a_dry_run_shows_the_set_and_makes_nothing() {
    let (world, _) = one_letter().await;
    insta::assert_snapshot!("replay_dry_run", run(&world, &[&WISH]).stdout);
    let list = run(&world, &[&["replay", "list"]]);
    assert_eq!(
        (list.code, list.stdout.as_str()),
        (0, "No such replay jobs.\n")
    );
    for missing in [
        &["--yes", "--reason", "it is back"][..],
        &["--yes", "--ticket", "OPS-7"],
    ] {
        let ended = run(&world, &[&WISH, missing]);
        assert_eq!(ended.code, 64, "{ended:?}");
    }
    assert_eq!(run(&world, &[&["dead-letter", "replay"]]).code, 64);
    assert_eq!(run(&world, &[&["replay", "show", "1"]]).code, 1);
}

#[tokio::test]
async fn a_job_runs_until_all_of_it_was_tried_and_its_acts_are_in_the_audit() {
    let (world, id) = one_letter().await;
    let made = json(&world, &[&WISH, &MEANT, &["--detach"]]);
    assert_eq!((&made["id"], &made["count"]), (&1.into(), &1.into()));
    assert_eq!(
        (&made["state"], &made["queued"]),
        (&"running".into(), &1.into())
    );
    let again = json(&world, &[&WISH]);
    assert_eq!(again["left_out"]["elsewhere"], 1);

    let ended = run_while_tried(&world, &id, NoticeState::Delivered).await;
    assert_eq!(ended.code, 0, "{ended:?}");
    let shown = json(&world, &[&["replay", "show", "1"]]);
    let (job, set) = (&shown["job"], &shown["set"]);
    assert_eq!(
        (&job["state"], &job["percent"]),
        (&"finished".into(), &100.into())
    );
    assert_eq!(
        (&set["count"], &set["sample"][0]["id"]),
        (&1.into(), &1.into())
    );
    let ended = run(&world, &[&["replay", "pause", "1"], &MEANT]);
    assert_eq!(ended.code, 1, "it is over: {ended:?}");

    let acts = json(&world, &[&["audit", "list", "--act", "replay"]]);
    let acts: Vec<_> = acts
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["act"])
        .collect();
    assert_eq!(acts, ["replay.finish", "replay.create"]);
    assert_eq!(run(&world, &[&["audit", "verify"]]).code, 0);
}

#[tokio::test]
async fn a_canary_that_fails_is_1_and_a_person_lets_it_go_on_or_ends_it() {
    let (world, id) = one_letter().await;
    json(&world, &[&WISH, &MEANT, &["--detach"]]);
    let ended = run_while_tried(&world, &id, NoticeState::Pending).await;
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stdout.contains("stopped because"), "{ended:?}");
    let dry = run(&world, &[&["replay", "resume", "1"]]);
    assert!(dry.stdout.contains("Nothing was changed."), "{dry:?}");
    let ended = run(&world, &[&["replay", "resume", "1"], &MEANT]);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, "Replay 1 was resumed. It is running.\n")
    );
    let ended = run(&world, &[&["replay", "pause", "1"], &MEANT]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let ended = run(&world, &[&["replay", "cancel", "1"], &MEANT]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let job = &json(&world, &[&["replay", "list"]])[0];
    assert_eq!(
        (&job["state"], &job["skipped"]),
        (&"cancelled".into(), &1.into())
    );
}

#[tokio::test]
async fn above_a_set_size_or_sum_somebody_else_must_approve() {
    let (world, _) = one_letter().await;
    let strict = |arguments: &[&[&str]]| {
        let tool = world.tool().with("REPLAY_APPROVAL_ABOVE_YUAN", "99.99");
        tool.run(&arguments.concat())
    };
    let ended = strict(&[&WISH, &MEANT]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.stdout.contains("opsctl replay approve 1"),
        "{ended:?}"
    );
    let ended = run(&world, &[&["replay", "run", "1"]]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let ended = run(&world, &[&["replay", "approve", "1"], &MEANT]);
    assert_eq!(ended.code, 1, "the same person: {ended:?}");
    let ended = run(&world, &[&["replay", "approve", "1", "--by", "wu"], &MEANT]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let wrong = world.tool().with("REPLAY_APPROVAL_ABOVE_YUAN", "much");
    assert_eq!(wrong.run(&WISH).code, 64);
}
