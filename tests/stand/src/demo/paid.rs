//! The second story: the money arrives.

use anyhow::Result;
use sandbox::huifu::{Payment, TryOutcome};

use super::person;
use super::screen::Screen;
use super::stage::Stage;
use super::verdict::{Expected, check};

pub(super) const AMOUNT: &str = "100.00";

pub(super) async fn tell(screen: &mut Screen, stage: &Stage) -> Result<()> {
    screen.title("2. A withdrawal that is paid");
    let asked = person::withdraw(screen, stage, AMOUNT).await?;
    at_huifu(screen, stage, AMOUNT).await?;
    let notice = stage.shop.accepted(&asked.order_id).await?;
    screen.step(&format!(
        "The shop is told: status {} (succeeded), arrived {}; our signature holds",
        notice.status, notice.arrival
    ));
    let expected = Expected {
        state: "paid",
        status: "1",
        refused_notices: 0,
    };
    check(stage, AMOUNT, &asked, &expected).await?;
    show(screen, stage, &asked.order_id).await
}

/// Huifu's part, up to the acknowledged final callback; answers the letter of that.
pub(super) async fn at_huifu(screen: &mut Screen, stage: &Stage, amount: &str) -> Result<String> {
    let huifu = &stage.huifu;
    let taken = |payment: &Payment| Some((payment.hf_seq_id.clone(), payment.executions));
    let (hf_seq_id, executions) = huifu.wait(amount, "Huifu to take it", taken).await?;
    screen.step(&format!(
        "Huifu takes it as {hf_seq_id}; times the account was debited: {executions}"
    ));
    let acked = |msg_type: &'static str| {
        move |payment: &Payment| {
            let mut tries = payment.callbacks.iter();
            tries
                .find(|one| one.msg_type == msg_type && one.outcome == TryOutcome::Acked)
                .map(|one| one.trans_status.clone())
        }
    };
    huifu
        .wait(amount, "02 to be acknowledged", acked("02"))
        .await?;
    screen.step("Huifu calls back 02 (booked), and we acknowledge it");
    let letter = huifu
        .wait(amount, "01 to be acknowledged", acked("01"))
        .await?;
    screen.step(&format!(
        "Huifu calls back 01 (final): {letter}, and we acknowledge it"
    ));
    Ok(letter)
}

/// The whole story as an operator reads it.
pub(super) async fn show(screen: &mut Screen, stage: &Stage, order_id: &str) -> Result<()> {
    command(screen, stage, &["withdrawal", "show", order_id]).await
}

/// Runs `opsctl` and shows both the command and what it printed.
pub(super) async fn command(screen: &mut Screen, stage: &Stage, arguments: &[&str]) -> Result<()> {
    let printed = stage.opsctl.run(arguments).await?;
    let quoted = arguments.iter().map(|argument| match argument {
        text if text.contains(' ') => format!("\"{text}\""),
        text => (*text).to_owned(),
    });
    let line = quoted.collect::<Vec<_>>().join(" ");
    screen.command(&format!("opsctl {line}"), &printed);
    Ok(())
}
