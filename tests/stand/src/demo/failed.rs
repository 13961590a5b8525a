//! The third story: Huifu takes the withdrawal, then the bank refuses it and the money goes back.

use anyhow::{Result, ensure};

use super::screen::Screen;
use super::stage::Stage;
use super::verdict::{Expected, check};
use super::{paid, person};

/// The Huifu sandbox books a withdrawal of exactly so much and lets it fail in the end. Anybody can
/// try it with `make up` and a browser.
pub(super) const AMOUNT: &str = "444.01";

pub(super) async fn tell(screen: &mut Screen, stage: &Stage) -> Result<()> {
    screen.title("3. A withdrawal that fails at the bank");
    let asked = person::withdraw(screen, stage, AMOUNT).await?;
    let letter = paid::at_huifu(screen, stage, AMOUNT).await?;
    ensure!(letter == "F", "Huifu's final word is {letter}, not F");
    let notice = stage.shop.accepted(&asked.order_id).await?;
    screen.step(&format!(
        "The shop is told: status {} (failed); our signature holds",
        notice.status
    ));
    let expected = Expected {
        state: "failed",
        status: "0",
        refused_notices: 0,
    };
    check(stage, AMOUNT, &asked, &expected).await?;
    screen.step("Huifu's book: the amount and the fee went back to the user's account");
    paid::show(screen, stage, &asked.order_id).await
}
