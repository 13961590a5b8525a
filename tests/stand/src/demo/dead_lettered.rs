//! The fourth story: the money arrives, the shop is down until its notice is a dead letter, and an
//! operator replays it once the shop is back.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::SOON;
use super::paid::{self, command, show};
use super::person;
use super::screen::Screen;
use super::stage::{NOTICE_SCHEDULE_MS, Stage};
use super::verdict::{Expected, check};
use crate::eventually::try_eventually;

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
    let letter = dead_letter(stage, &asked.order_id).await?;
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
    screen.step("The shop is back; an operator looks first what a replay would do, then does it");
    let id = letter["id"].to_string();
    command(screen, stage, &["dead-letter", "replay", &id]).await?;
    let replay = [
        "dead-letter",
        "replay",
        &id,
        "--yes",
        "--reason",
        "the shop is back",
        "--ticket",
        "DEMO-1",
    ];
    command(screen, stage, &replay).await?;
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

async fn dead_letter(stage: &Stage, order_id: &str) -> Result<Value> {
    try_eventually(SOON, "the notice to be a dead letter", async || {
        let open = stage.opsctl.json(&["dead-letter", "list"]).await?;
        let letters = open.as_array().cloned().unwrap_or_default();
        let found = letters.into_iter().find(|one| one["about"] == order_id);
        found.context("no dead letter of this order")
    })
    .await
}
