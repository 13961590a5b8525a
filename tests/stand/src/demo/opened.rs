//! The first story: somebody who has nothing at Huifu yet gets an account and two cards.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::SOON;
use super::paid::command;
use super::screen::Screen;
use super::stage::Stage;
use crate::eventually::try_eventually;
use crate::{forms, tenant};

/// The kind of user that the stories are about.
pub(super) const SUBJECT: &str = "individual_user";
/// A name that ends like this is looked at by people first, says the sandbox of Huifu.
const REVIEWED: &str = "审";

pub(super) async fn tell(screen: &mut Screen, stage: &Stage) -> Result<()> {
    screen.title("1. An account is opened, with two cards");
    let no_picture = |_: &str| String::new();
    let asked = json!({
        "application_no": "opening-1",
        "subject": SUBJECT,
        "third_party_user_id": tenant::USER_AT_PARTNER,
        "notify_url": stage.shop.notify_url(),
        "form": forms::opening(SUBJECT, REVIEWED, &no_picture),
    });
    let opening = stage.shop.call("openings", &asked).await?;
    let (user, application) = (
        text(&opening, "htouhui_user_id")?,
        text(&opening, "application_id")?,
    );
    screen.step(&format!(
        "The shop applies for a user: name, ID number and card are sealed here; application {application}"
    ));
    passed(screen, stage, &application).await?;

    let asked = json!({
        "application_no": "card-2",
        "htouhui_user_id": user,
        "notify_url": stage.shop.notify_url(),
        "form": forms::second_card(SUBJECT, REVIEWED),
    });
    let card = text(&stage.shop.call("cards", &asked).await?, "application_id")?;
    screen.step("The shop applies for a second card");
    passed(screen, stage, &card).await?;

    let shown = stage
        .opsctl
        .json(&["application", "show", &application])
        .await?;
    ready(screen, stage, &user, &text(&shown, "huifu_id")?).await?;
    command(screen, stage, &["application", "show", &application]).await
}

/// Waits for the end, and for the notice about it.
async fn passed(screen: &mut Screen, stage: &Stage, application: &str) -> Result<()> {
    let asked = json!({ "application_id": application });
    let answer = try_eventually(SOON, "Huifu to pass the application", async || {
        let answer = stage.shop.call("applications", &asked).await?;
        ensure!(answer["state"] == "passed", "{answer}");
        Ok(answer)
    })
    .await?;
    screen.step(&format!(
        "Huifu has passed it: card ending in {}",
        text(&answer, "card_tail")?
    ));
    let told = stage.shop.told_of(application).await?;
    ensure!(told.status == "1", "the shop was told {told:?}");
    screen.step("The shop is told: status 1 (passed); our signature holds");
    Ok(())
}

/// Money at Huifu, and the shop sends this user from now on. The password is for the user to set.
async fn ready(screen: &mut Screen, stage: &Stage, user: &str, huifu_id: &str) -> Result<()> {
    stage.huifu.fund(huifu_id, tenant::BALANCE).await?;
    stage.shop.use_user(tenant::USER_AT_PARTNER, user).await?;
    screen.step(&format!(
        "User {user} has two cards, and {} yuan at Huifu",
        tenant::BALANCE
    ));
    Ok(())
}

fn text(answer: &Value, member: &str) -> Result<String> {
    let text = answer[member].as_str();
    Ok(text
        .with_context(|| format!("no {member} in {answer}"))?
        .to_owned())
}
