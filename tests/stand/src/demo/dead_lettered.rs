//! The fourth story: the money arrives, the shop is down until its notice is a dead letter, and an
//! operator replays it once the shop is back.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::SOON;
use super::paid::{self, command, show};
use super::person;
use super::screen::Screen;
use super::stage::{NOTICE_SCHEDULE_MS, Stage};
use super::verdict::{Expected, check};
use crate::eventually::try_eventually;
use crate::tenant;

pub(super) const AMOUNT: &str = "66.60";

/// Tries before the notice is given up: one, and one after each pause.
pub(super) fn tries() -> usize {
    NOTICE_SCHEDULE_MS.split(',').count() + 1
}

pub(super) async fn tell(screen: &mut Screen, stage: &Stage) -> Result<()> {
    screen.title("4. A withdrawal whose shop is down when it is paid");
    stage.shop.go_down().await?;
    screen.step("The shop goes down: it hangs up on every notice");
    let asked = person::withdraw(screen, stage, AMOUNT).await?;
    paid::at_huifu(screen, stage, AMOUNT).await?;
    dies(stage, &asked.order_id).await?;
    let refused = stage.shop.notices(&asked.order_id).await?;
    ensure!(
        refused.len() == tries() && refused.iter().all(|one| !one.accepted),
        "the shop that was down saw {refused:?}"
    );
    screen.step(&format!(
        "The notice was tried {} times ({}) and is a dead letter",
        tries(),
        refused[0].reply
    ));
    command(screen, stage, &["dead-letter", "list"]).await?;

    stage.shop.come_back().await?;
    screen
        .step("The shop is back; an operator asks the console what a replay would do, and has it");
    replay(screen, stage).await?;
    let notice = stage.shop.accepted(&asked.order_id).await?;
    ensure!(
        notice.notice_id == refused[0].notice_id,
        "the replayed notice has another notice_id than the one that was given up"
    );
    screen.step(&format!(
        "The shop is told: status {} (succeeded), the same notice_id; our signature holds",
        notice.status
    ));
    let expected = Expected {
        state: "paid",
        status: "1",
        refused_notices: tries(),
    };
    check(stage, AMOUNT, &asked, &expected).await?;
    show(screen, stage, &asked.order_id).await
}

/// Has everything replayed that the shop did not take, by the API that the console's pages use:
/// first as a question, then with who, why and where it is written down.
async fn replay(screen: &mut Screen, stage: &Stage) -> Result<()> {
    const PATH: &str = "/api/v1/replays";
    let mut wish = json!({ "partner": tenant::PARTNER_ID, "canary": 1 });
    let preview = stage.console.post("operator", PATH, &wish).await?;
    called(screen, &format!("POST {PATH} {wish}"), &preview);
    ensure!(preview["count"] == 1, "the set would be {preview}");
    for (name, value) in [
        ("yes", json!(true)),
        ("reason", json!("the shop is back")),
        ("ticket", json!("DEMO-1")),
    ] {
        wish[name] = value;
    }
    let job = stage.console.post("operator", PATH, &wish).await?;
    called(screen, &format!("POST {PATH} {wish}"), &job);
    let path = format!("{PATH}/{}", job["id"]);
    let job = try_eventually(SOON, "the replay to be over", async || {
        let mut shown = stage.console.get("operator", &path).await?;
        let job = shown["job"].take();
        ensure!(job["state"] == "finished", "it is {}", job["state"]);
        Ok(job)
    })
    .await?;
    called(screen, &format!("GET {path}"), &job);
    let done = (&job["delivered"], &job["failed"], &job["created_by"]);
    ensure!(
        done == (&json!(1), &json!(0), &json!("operator")),
        "the replay ended as {job}"
    );
    command(screen, stage, &["audit", "verify"]).await
}

/// What was asked of the console, and of its answer what a person looks at.
fn called(screen: &mut Screen, call: &str, answer: &Value) {
    let shown = ["id", "state", "count", "amount", "delivered", "failed"];
    let shown = shown.iter().filter(|name| !answer[**name].is_null());
    let lines = shown.map(|name| format!("{name:10}{}", answer[*name]));
    let lines = lines.collect::<Vec<_>>().join("\n");
    screen.command(call, &lines);
}

/// Waits until a notice of this order is a dead letter.
async fn dies(stage: &Stage, order_id: &str) -> Result<()> {
    try_eventually(SOON, "the notice to be a dead letter", async || {
        let open = stage.opsctl.json(&["dead-letter", "list"]).await?;
        let letters = open.as_array().cloned().unwrap_or_default();
        let found = letters.iter().any(|one| one["about"] == order_id);
        found.then_some(()).context("no dead letter of this order")
    })
    .await
}
