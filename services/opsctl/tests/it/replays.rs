//! Replay jobs as an operator sees them: nothing by accident, two people where much is at stake,
//! and an end that the exit code tells.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use contract::ids::WithdrawalId;
use contract::withdrawal::Transition::{OpenAttempt, Pay, Submit};
use serde_json::Value;
use store::notices::NoticeState;

use crate::tool::{Ended, Tool};
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

/// A file of tokens, and whose each is.
struct Tokens {
    file: tempfile::NamedTempFile,
    each: BTreeMap<&'static str, String>,
}

impl Tokens {
    fn of(world: &World, people: &[(&'static str, &str)]) -> Self {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let each = people.iter().map(|(name, role)| {
            let made = ["console", "token", "--name", name, "--role", role];
            let made = json(world, &[&made]);
            writeln!(file, "{}", made["line"].as_str().unwrap()).unwrap();
            (*name, made["token"].as_str().unwrap().to_owned())
        });
        let each = each.collect();
        Self { file, each }
    }

    /// The tool in the hands of this person, where a set of one letter is many.
    fn tool(&self, world: &World, name: &str) -> Tool {
        let tool = world.tool().with("REPLAY_APPROVAL_ABOVE_YUAN", "99.99");
        let file = self.file.path().to_str().unwrap();
        let tool = tool.with("CONSOLE_TOKENS_FILE", file);
        tool.with("OPSCTL_TOKEN", &self.each[name])
    }
}

#[tokio::test]
async fn above_a_set_size_or_sum_two_people_must_be_known_and_not_only_named() {
    let (world, _) = one_letter().await;
    let people = [
        ("lin", "operator"),
        ("wu", "approver"),
        ("qi", "approver"),
        ("rea", "reader"),
    ];
    let tokens = Tokens::of(&world, &people);
    let run_as = |name: &str, arguments: &[&[&str]]| {
        let ended = tokens.tool(&world, name).run(&arguments.concat());
        (ended.code, ended.stdout + &ended.stderr)
    };
    let strict = world.tool().with("REPLAY_APPROVAL_ABOVE_YUAN", "99.99");
    let ended = strict.run(&[&WISH[..], &MEANT, &["--by", "wu"]].concat());
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.stderr.contains("the first must be known"),
        "{ended:?}"
    );
    assert_eq!(run(&world, &[&["replay", "show", "1"]]).code, 1, "not made");

    let (code, said) = run_as("wu", &[&WISH, &MEANT]);
    assert_eq!(code, 0, "{said}");
    let number = json(&world, &[&["replay", "list"]])[0]["id"].to_string();
    assert!(
        said.contains(&format!("opsctl replay approve {number}")),
        "{said}"
    );
    assert_eq!(run(&world, &[&["replay", "run", &number]]).code, 1);

    let approve = ["replay", "approve", &number];
    let shown = run_as("qi", &[&approve]);
    assert!(
        shown.0 == 0 && shown.1.contains("Nothing was changed."),
        "{shown:?}"
    );
    let named = run(&world, &[&approve, &MEANT, &["--by", "qi"]]);
    assert_eq!(named.code, 64, "a name proves nothing: {named:?}");
    for (name, more, code, why) in [
        ("rea", &[][..], 64, "takes the role of operator"),
        ("lin", &[], 64, "takes the role of approver"),
        ("lin", &["--by", "qi"], 64, "the token is lin's"),
        ("wu", &[], 1, "Somebody else than the one who made it"),
        ("qi", &[], 0, "was approved. It is running."),
    ] {
        let (ended, said) = run_as(name, &[&approve, &MEANT, more]);
        assert!(
            ended == code && said.contains(why),
            "{name}: {ended} {said}"
        );
        assert!(!said.contains("tixian_console_"), "{said}");
    }
    let acts = json(&world, &[&["audit", "list", "--act", "replay"]]);
    let told = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        [text("act"), text("actor"), text("role")].join(" ")
    };
    let told: Vec<_> = acts.as_array().unwrap().iter().map(told).collect();
    assert_eq!(
        told,
        ["replay.approve qi approver", "replay.create wu approver"]
    );
    let wrong = world.tool().with("REPLAY_APPROVAL_ABOVE_YUAN", "much");
    assert_eq!(wrong.run(&WISH).code, 64);
}
