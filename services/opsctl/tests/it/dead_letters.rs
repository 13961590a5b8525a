//! Dead letters: looked at, replayed, discarded; never by accident and never without a name.

use contract::withdrawal::Transition::{OpenAttempt, Pay, Submit};
use serde_json::Value;
use store::dead_letters::{self, DeadLetterState, Filter};

use crate::world::World;

/// 1: a notice that was given up. 2: something that was no message of ours.
async fn two_letters() -> World {
    let world = World::with_user().await;
    let id = world.walked(1, &[OpenAttempt, Submit, Pay]).await;
    world.dead_lettered(&id).await;
    world.unreadable().await;
    world
}

async fn states(world: &World) -> Vec<DeadLetterState> {
    let connection = world.connection().await;
    let letters = dead_letters::page(&connection, &Filter::default(), 0, 10)
        .await
        .unwrap();
    letters.into_iter().map(|letter| letter.state).collect()
}

#[tokio::test]
async fn they_are_listed_and_shown() {
    let world = two_letters().await;
    let tool = world.tool();
    insta::assert_snapshot!("dead_letter_list", tool.answer(&["dead-letter", "list"]));
    insta::assert_snapshot!(
        "dead_letter_list_json",
        tool.answer(&["dead-letter", "list", "--json"])
    );
    insta::assert_snapshot!(
        "dead_letter_show",
        tool.answer(&["dead-letter", "show", "1"])
    );
    insta::assert_snapshot!(
        "dead_letter_show_unreadable",
        tool.answer(&["dead-letter", "show", "2"])
    );
    let other = tool.answer(&["dead-letter", "list", "--partner", "other"]);
    assert_eq!(other, "No such dead letters.\n");
    assert_eq!(tool.run(&["dead-letter", "show", "99"]).code, 1);
}

#[tokio::test]
async fn without_yes_nothing_happens_but_what_would_happen_is_told() {
    let world = two_letters().await;
    let ended = world.tool().run(&["dead-letter", "replay", "1", "2", "99"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    insta::assert_snapshot!("dead_letter_replay_dry_run", ended.stdout);
    assert_eq!(states(&world).await, [DeadLetterState::Open; 2]);
}

#[tokio::test]
async fn a_replay_is_done_once_and_leaves_who_and_why() {
    let world = two_letters().await;
    let replay = [
        "dead-letter",
        "replay",
        "1",
        "--yes",
        "--reason",
        "the partner is back",
        "--ticket",
        "OPS-7",
    ];
    insta::assert_snapshot!("dead_letter_replay", world.tool().answer(&replay));
    let connection = world.connection().await;
    let letter = dead_letters::find(&connection, 1).await.unwrap().unwrap();
    assert_eq!(letter.state, DeadLetterState::Replayed);
    assert_eq!(letter.decided_by.as_deref(), Some("sre"));
    assert_eq!(letter.decision.as_deref(), Some("the partner is back"));
    assert!(
        store::outbox::next_due(&connection)
            .await
            .unwrap()
            .is_some(),
        "it is in the outbox"
    );

    let withdrawal = letter.correlation_id.unwrap();
    let shown = world.tool().answer(&["withdrawal", "show", &withdrawal]);
    let told = "by=sre reason=\"the partner is back\" dead_letter=1";
    assert!(
        shown.contains("dead_letter_replayed") && shown.contains(told),
        "{shown}"
    );

    let again = world.tool().run(&replay);
    assert_eq!(again.code, 1, "{again:?}");
    insta::assert_snapshot!("dead_letter_replay_again", again.stdout);
}

#[tokio::test]
async fn several_are_decided_each_for_itself_and_partly_done_is_3() {
    let world = two_letters().await;
    let act = [
        "--yes", "--reason", "noise", "--by", "lin", "--ticket", "OPS-7", "--json",
    ];
    let ended = world
        .tool()
        .run(&[&["dead-letter", "replay", "2", "1"][..], &act].concat());
    assert_eq!(ended.code, 3, "{ended:?}");
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(
        (&json["results"][0]["ok"], &json["results"][1]["ok"]),
        (&Value::from(false), &Value::from(true))
    );
    let ended = world
        .tool()
        .run(&[&["dead-letter", "discard", "2"][..], &act].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        states(&world).await,
        [DeadLetterState::Replayed, DeadLetterState::Discarded]
    );
}

#[tokio::test]
async fn nobody_decides_without_a_name_and_a_reason() {
    let world = two_letters().await;
    for arguments in [
        &["dead-letter", "discard", "1", "--yes"][..],
        &["dead-letter", "discard", "1", "--yes", "--reason", " "],
        &[
            "dead-letter",
            "archive",
            "1",
            "--yes",
            "--reason",
            "noise",
            "--by",
            "lin",
        ],
        &[
            "dead-letter",
            "replay",
            "1",
            "--yes",
            "--reason",
            "noise",
            "--by",
            "lin",
        ],
        &["dead-letter", "discard"],
        &[
            "dead-letter",
            "discard",
            "1",
            "--yes",
            "--reason",
            "noise",
            "--by",
            "",
        ],
    ] {
        let tool = world.tool().with("USER", "");
        let ended = tool.run(arguments);
        assert_eq!(ended.code, 64, "{ended:?}");
    }
    assert_eq!(states(&world).await, [DeadLetterState::Open; 2]);
}

/// Two letters that are open, and two acts that the audit tells of.
#[tokio::test]
async fn letters_are_grouped_archived_by_a_filter_and_restored() {
    let world = two_letters().await;
    let tool = world.tool();
    insta::assert_snapshot!(
        "dead_letter_groups",
        tool.answer(&["dead-letter", "groups"])
    );
    let archive = ["dead-letter", "archive", "--partner", "shop"];
    insta::assert_snapshot!("dead_letter_archive_dry_run", tool.answer(&archive));
    assert_eq!(states(&world).await, [DeadLetterState::Open; 2]);

    let meant = [
        "--yes",
        "--reason",
        "paid by hand",
        "--by",
        "lin",
        "--ticket",
        "OPS-7",
    ];
    let ended = tool.run(&[&archive[..], &meant].concat());
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, "1 dead letters were archived.\n")
    );
    assert_eq!(
        states(&world).await,
        [DeadLetterState::Archived, DeadLetterState::Open]
    );
    let restore = ["dead-letter", "restore", "1", "2"];
    let foretold = tool.run(&restore);
    assert_eq!(foretold.code, 3, "{foretold:?}");
    insta::assert_snapshot!("dead_letter_restore_dry_run", foretold.stdout);
    let ended = tool.run(&[&restore[..], &meant].concat());
    assert_eq!(ended.code, 3, "{ended:?}");
    assert_eq!(states(&world).await, [DeadLetterState::Open; 2]);

    let told = tool.answer(&["audit", "list", "--act", "dead_letter", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let acts: Vec<_> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["act"].as_str().unwrap(),
                row["actor"].as_str().unwrap(),
                row["ticket"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        acts,
        [
            ("dead_letter.restore", "lin", "OPS-7"),
            ("dead_letter.archive", "lin", "OPS-7")
        ]
    );
    let whole = tool.run(&["audit", "verify"]);
    assert_eq!(whole.code, 0, "{whole:?}");
    assert!(
        whole.stdout.starts_with("The audit is whole: 2 rows.\n"),
        "{whole:?}"
    );

    world.tamper(include_str!("sql/forge_audit.sql")).await;
    let broken = tool.run(&["audit", "verify"]);
    assert_eq!(
        (broken.code, broken.stdout.as_str()),
        (1, "Row 1 was changed.\n")
    );
    let anchor = tool.run(&["audit", "verify", "--anchor", "2:short"]);
    assert_eq!(anchor.code, 64, "{anchor:?}");
}
