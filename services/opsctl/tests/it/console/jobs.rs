//! Replay jobs and partners in the console: who may do what, and what it leads to.

use contract::withdrawal::Transition::{OpenAttempt, Pay, Submit};
use reqwest::StatusCode;
use serde_json::json;

use super::server::{APPROVER, Console, OPERATOR, READER};
use super::world;
use crate::world::World;

/// One letter that can be replayed, and jobs of one letter or more need a second person.
const SECOND_PERSON: [(&str, &str); 1] = [("REPLAY_APPROVAL_ABOVE_COUNT", "0")];

async fn one_letter() -> World {
    let world = World::with_user().await;
    let id = world.walked(1, &[OpenAttempt, Submit, Pay]).await;
    world.dead_lettered(&id).await;
    world
}

const WISH: [(&str, &str); 4] = [
    ("ids", "1"),
    ("canary", "5"),
    ("reason", "they are back"),
    ("ticket", "OPS-3"),
];

#[tokio::test]
async fn a_job_is_asked_for_on_a_page_and_needs_a_second_person() {
    let world = one_letter().await;
    let console = Console::open_with(&world, &SECOND_PERSON).await;
    let operator = console.browser(OPERATOR).await;
    let approver = console.browser(APPROVER).await;
    let asked = operator
        .page("/dead-letters/decide?which=chosen&ids=1&verb=replay")
        .await;
    assert!(
        asked.contains("1 dead letters would be replayed"),
        "{asked}"
    );
    assert!(asked.contains("Replay 1</button>"), "{asked}");
    assert!(asked.contains("second person"), "{asked}");
    let job = operator.done("/replays", &WISH).await;
    assert!(job.contains("awaiting approval"), "{job}");
    assert!(
        !job.contains("Approve…") && job.contains("Cancel…"),
        "{job}"
    );
    let listed = operator.page("/replays").await;
    assert!(listed.contains("<a href=\"/replays/1\">1</a>"), "{listed}");

    let approve = [("reason", "looked"), ("ticket", "OPS-3")];
    let refused = operator.submit("/replays/1/approve", &approve).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(approver.page("/replays/1").await.contains("Approve…"));
    let asked = approver.page("/replays/1/approve").await;
    assert!(asked.contains("Approve it"), "{asked}");
    let begun = approver.done("/replays/1/approve", &approve).await;
    assert!(begun.contains("Replay 1 was approved."), "{begun}");
    let (_, entries) = console.get(READER, "/api/v1/audit?act=replay").await;
    let told = entries.as_array().unwrap().iter().rev().map(|entry| {
        let word = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        (word("act"), word("actor"), word("role"))
    });
    let told: Vec<_> = told.take(2).collect();
    let expected = [
        ("replay.create", OPERATOR, "operator"),
        ("replay.approve", APPROVER, "approver"),
    ];
    let expected = expected.map(|(act, who, role)| (act.into(), who.into(), role.into()));
    assert_eq!(told, expected);
}

#[tokio::test]
async fn whoever_made_a_job_does_not_approve_it_in_any_role() {
    let world = one_letter().await;
    let console = Console::open_with(&world, &SECOND_PERSON).await;
    let wish = json!({ "ids": [1], "yes": true, "reason": "back", "ticket": "OPS-3" });
    let why = json!({ "yes": true, "reason": "mine", "ticket": "OPS-3" });
    let (status, _) = console.post(READER, "/api/v1/replays", &wish).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, job) = console.post(APPROVER, "/api/v1/replays", &wish).await;
    assert_eq!(
        (status, &job["state"]),
        (StatusCode::OK, &json!("awaiting_approval"))
    );
    let path = "/api/v1/replays/1/approve";
    for (who, status) in [
        (READER, StatusCode::FORBIDDEN),
        (OPERATOR, StatusCode::FORBIDDEN),
        (APPROVER, StatusCode::CONFLICT),
    ] {
        let (answered, problem) = console.post(who, path, &why).await;
        assert_eq!(answered, status, "{who}: {problem}");
    }
    let own = console.browser(APPROVER).await;
    assert!(!own.page("/replays/1").await.contains("Approve…"));
    let done = own
        .done("/replays/1/cancel", &[("reason", "a"), ("ticket", "b")])
        .await;
    assert!(done.contains("Replay 1 was cancelled."), "{done}");
    assert!(!done.contains("…</button>"), "over: {done}");
    for path in ["/api/v1/replays/99", "/api/v1/replays/x"] {
        assert_eq!(console.get(READER, path).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_job_that_runs_is_followed_on_its_page() {
    let world = one_letter().await;
    let console = Console::open(&world).await;
    let operator = console.browser(OPERATOR).await;
    // Nobody publishes here, so it goes on waiting for what becomes of its canary.
    let job = operator.done("/replays", &WISH).await;
    assert!(job.contains("data-live=\"/replays/1\""), "{job}");
    assert!(job.contains("<progress max=\"100\""), "{job}");
    assert!(job.contains("Pause…") && !job.contains("Resume…"), "{job}");
    let why = [("reason", "wait"), ("ticket", "OPS-3")];
    let paused = operator.done("/replays/1/pause", &why).await;
    assert!(
        paused.contains("Resume…") && !paused.contains("data-live"),
        "{paused}"
    );
    let reader = console.browser(READER).await;
    assert!(!reader.page("/replays/1").await.contains("…</button>"));
}

#[tokio::test]
async fn a_partner_is_shown_with_its_lanes_and_held_by_operators() {
    let world = world().await;
    let console = Console::open(&world).await;
    for (path, line) in [
        ("/api/v1/partners", "partner list"),
        ("/api/v1/partners/shop", "partner show shop"),
        ("/api/v1/partners/lanes", "partner lanes"),
        ("/api/v1/partners/shop/lanes", "partner lanes shop"),
    ] {
        let printed = world.tool().typed(&format!("{line} --json"));
        let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(
            console.get(READER, path).await,
            (StatusCode::OK, printed),
            "{path}"
        );
    }
    let operator = console.browser(OPERATOR).await;
    assert!(
        operator
            .page("/partners")
            .await
            .contains("<a href=\"/partners/shop\">shop</a>")
    );
    let asked = operator.page("/partners/shop/hold").await;
    assert!(asked.contains("Partner shop would be held"), "{asked}");
    let why = [("reason", "they asked"), ("ticket", "OPS-4")];
    let held = operator.done("/partners/shop/hold", &why).await;
    assert!(held.contains("Partner shop is held"), "{held}");
    assert!(held.contains("they asked"), "the lane: {held}");
    let body = json!({ "yes": true, "reason": "fixed", "ticket": "OPS-4" });
    let path = "/api/v1/partners/shop/release";
    assert_eq!(
        console.post(READER, path, &body).await.0,
        StatusCode::FORBIDDEN
    );
    let (status, told) = console.post(OPERATOR, path, &body).await;
    assert_eq!((status, &told["changed"]), (StatusCode::OK, &json!(true)));
    let nobody = console.get(READER, "/api/v1/partners/nobody").await;
    assert_eq!(nobody.0, StatusCode::NOT_FOUND);
    let audit = operator.page("/audit?act=partner").await;
    assert!(
        audit.contains("<a href=\"/partners/shop\">partner shop</a>"),
        "{audit}"
    );
}
