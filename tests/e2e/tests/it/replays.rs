//! More dead letters than a person replays one by one: a job that needs two people, whose canary
//! fails, that goes on when the cause is gone, and whose runner is killed in the middle.

use std::collections::BTreeSet;
use std::time::Duration;

use e2e::{Engines, Scene};
use sandbox::partner::Mode;
use serde_json::Value;
use stand::console::Tokens;
use stand::opsctl::{Ended, Opsctl};
use stand::system::Service;
use store::replays::{ItemState, Job};

/// More than one person may replay on their own.
const LETTERS: i64 = 1200;

const PATIENCE: Duration = Duration::from_secs(60);

const MEANT: [&str; 5] = [
    "--yes",
    "--reason",
    "the partner is back",
    "--ticket",
    "OPS-7",
];

async fn given_up(scene: &Scene) {
    let sql = scene.sql().await.unwrap();
    let set =
        "select set_config('e2e.letters', $1, false), set_config('e2e.notify_url', $2, false)";
    let notify_url = format!("{}/notify", scene.partner.base_url);
    sql.execute(set, &[&LETTERS.to_string(), &notify_url])
        .await
        .unwrap();
    sql.batch_execute(include_str!("sql/given_up.sql"))
        .await
        .unwrap();
}

async fn run(opsctl: &Opsctl, arguments: &[&str]) -> Ended {
    opsctl.ended(arguments, "").await.unwrap()
}

async fn meant(opsctl: &Opsctl, arguments: &[&str], by: &str) -> Ended {
    run(opsctl, &[arguments, &MEANT, &["--by", by]].concat()).await
}

async fn job(scene: &Scene) -> Job {
    let connection = scene.store.connection().await.unwrap();
    store::replays::find(&connection, 1).await.unwrap().unwrap()
}

/// The letters of which this became.
async fn letters(scene: &Scene, state: ItemState) -> BTreeSet<i64> {
    let connection = scene.store.connection().await.unwrap();
    let items = store::replays::items(&connection, 1, state, 0, 2 * LETTERS).await;
    items.unwrap().into_iter().map(|item| item.letter).collect()
}

/// Waits until everything that was sent has been tried. The lane tells nothing of that: when all of
/// it was under way before the fifth failure shut the lane, nothing waits there to try it with, and
/// it stays shut until the next notice is due.
async fn everything_was_tried(scene: &Scene) {
    let what = "what the canary has left on its way to be tried";
    stand::eventually(PATIENCE, what, async || {
        letters(scene, ItemState::Waiting).await.is_empty()
    })
    .await;
}

/// Runs the job and kills whoever runs it as soon as some of it has arrived, and not all.
async fn killed_in_the_middle(scene: &Scene) {
    let mut runner = tokio::process::Command::new(stand::process::binary("opsctl").unwrap())
        .args(["replay", "run", "1"])
        .env("DATABASE_URL", &scene.fleet.plan.database_url)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    stand::eventually(PATIENCE, "a part of the set to arrive", async || {
        job(scene).await.counts.delivered > 100
    })
    .await;
    runner.kill().await.unwrap();
    let counts = job(scene).await.counts;
    assert!(counts.queued > 0, "it was over before it was killed");
}

#[tokio::test]
async fn a_job_of_two_people_stops_at_its_canary_goes_on_and_outlives_its_runner() {
    let engines = Engines::shared().await.unwrap();
    let scene = Scene::open_with(engines, |plan| {
        // What fails is not tried again by itself within this test.
        plan.tell(Service::PartnerNotifier, "NOTICE_SCHEDULE_MS", "600000");
    })
    .await
    .unwrap();
    given_up(&scene).await;
    scene.partner.set_mode(Mode::Down);
    let opsctl = Opsctl::on(&scene.fleet.plan.database_url);
    let approvers = [("lin", "approver"), ("wu", "approver")];
    let approvers = Tokens::of(&opsctl, &approvers).await.unwrap();
    let of = |name: &str| approvers.in_hand_of(name, &opsctl).unwrap();

    let wish = [
        "dead-letter",
        "replay",
        "--partner",
        "demo-shop",
        "--canary",
        "20",
    ];
    let foretold = opsctl.json(&wish).await.unwrap();
    assert_eq!(foretold["count"], LETTERS);
    assert_eq!(foretold["approval_needed"], true);
    let ended = meant(&of("lin"), &[&wish[..], &["--pace", "400"]].concat(), "lin").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("awaiting approval"), "{ended:?}");
    let previewed = letters(&scene, ItemState::Queued).await;
    assert_eq!(i64::try_from(previewed.len()).unwrap(), LETTERS);
    let ended = meant(&of("lin"), &["replay", "approve", "1"], "lin").await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let ended = meant(&of("wu"), &["replay", "approve", "1"], "wu").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");

    // The partner is still away.
    let ended = run(&opsctl, &["replay", "run", "1"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let why = job(&scene).await.stopped_because.unwrap();
    assert!(
        why.ends_with("of the 20 letters of the canary failed; 10 % may"),
        "{why}"
    );
    assert!(job(&scene).await.counts.queued >= LETTERS - 20);

    // What the canary has left on its way comes to its end before the job goes on.
    scene.partner.set_mode(Mode::Ok);
    everything_was_tried(&scene).await;
    let ended = meant(&opsctl, &["replay", "resume", "1"], "lin").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    killed_in_the_middle(&scene).await;
    let ended = run(&opsctl, &["replay", "run", "1"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");

    assert_eq!(letters(&scene, ItemState::Delivered).await, previewed);
    let heard = scene.partner.notices();
    let taken: BTreeSet<_> = heard
        .iter()
        .filter(|notice| notice.accepted)
        .map(|notice| notice.notice_id.clone())
        .collect();
    assert_eq!(i64::try_from(taken.len()).unwrap(), LETTERS);
    let acts = opsctl.json(&["audit", "list", "--act", "replay"]).await;
    let acts = acts.unwrap();
    let told: Vec<_> = acts.as_array().unwrap().iter().rev().map(told).collect();
    let expected = [
        ("replay.create", "lin"),
        ("replay.approve", "wu"),
        ("replay.stop", "opsctl"),
        ("replay.resume", "lin"),
        ("replay.finish", "opsctl"),
    ];
    assert_eq!(told, expected.map(|(act, by)| (act.into(), by.into())));
    let whole = run(&opsctl, &["audit", "verify"]).await;
    assert_eq!(whole.code, Some(0), "{whole:?}");
    scene.close().await.unwrap();
}

fn told(row: &Value) -> (Value, Value) {
    (row["act"].clone(), row["actor"].clone())
}
