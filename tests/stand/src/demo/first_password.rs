//! The user has no transaction password yet, and sets one with a code that comes by SMS.

use anyhow::{Context as _, Result, ensure};
use sandbox::user::{Page, UserAgent};
use serde_json::Value;
use url::Url;

use super::screen::Screen;
use super::stage::Stage;
use crate::process::prober;
use crate::tenant;

/// From the link on the withdrawal's page back to that page.
pub(super) async fn set(
    screen: &mut Screen,
    stage: &Stage,
    user: &mut UserAgent,
    link: &Url,
) -> Result<Page> {
    let asking = user.get(link).await?;
    let typing = press(user, &asking, "send", &[]).await?;
    let message = newest(stage).await?;
    let (mobile, code) = (text(&message, "mobile")?, text(&message, "code")?);
    let tail = &mobile[mobile.len() - 4..];
    ensure!(
        typing.text().contains(tail) && !typing.text().contains(&mobile),
        "the page shows more of the mobile than four digits, or less: {}",
        typing.text()
    );
    screen.step(&format!(
        "The user has no password yet: a code goes by SMS to the mobile ending in {tail}"
    ));
    let typed = [
        ("code", code.as_str()),
        ("new_password", tenant::PASSWORD),
        ("repeat", tenant::PASSWORD),
    ];
    let page = press(user, &typing, "set", &typed).await?;
    screen.step("The user types the code and a new password, and is back on our page");
    Ok(page)
}

/// What has come to anybody's telephone last.
async fn newest(stage: &Stage) -> Result<Value> {
    let answer = prober()?.get(&stage.messages_url).send().await?;
    let messages = answer.error_for_status()?.bytes().await?;
    let messages: Vec<Value> = serde_json::from_slice(&messages)?;
    messages.into_iter().next_back().context("no SMS came")
}

async fn press(
    user: &mut UserAgent,
    page: &Page,
    action: &str,
    typed: &[(&str, &str)],
) -> Result<Page> {
    let form = page.form_for(action);
    let form = form.with_context(|| format!("no button to {action} on: {}", page.text()))?;
    let mut form = form.clone().with("action", action);
    for (name, value) in typed {
        form = form.with(name, value);
    }
    let location = user.submit(form).await?;
    Ok(user.get(&location).await?)
}

fn text(message: &Value, member: &str) -> Result<String> {
    let text = message[member].as_str();
    Ok(text
        .with_context(|| format!("an SMS without {member}"))?
        .to_owned())
}
