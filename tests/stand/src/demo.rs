//! `stand demo`: three withdrawals on real parts, told as they happen, and judged.
//!
//! Each story waits for what must happen and fails when it does not; Huifu's book, our own rows and
//! the shop's notices decide. Nothing that was started here is left, however it ends.

mod dead_lettered;
mod failed;
mod huifu;
mod paid;
mod person;
mod screen;
mod shop;
mod stage;
mod verdict;

use std::time::Duration;

use anyhow::{Result, bail};

use crate::binaries;
use crate::borrowed::Borrowed;
use crate::folder::{Lock, remove, stand_dir};
use crate::interrupt::Interrupt;
use crate::packages::install_missing;
use crate::{postgres, rabbitmq};

use screen::Screen;
use stage::Stage;

/// Most steps take milliseconds; a machine busy with something else takes longer.
const SOON: Duration = Duration::from_secs(30);

/// Shows the three stories. `build` says whether our binaries are built first.
///
/// # Errors
/// When something did not happen as it must, or somebody interrupted.
pub async fn demo(build: bool) -> Result<()> {
    let _lock = Lock::take("demo").await?;
    let mut screen = Screen::new();
    screen.title("Tixian: three withdrawals on real parts");
    if build {
        binaries::build().await?;
    }
    let mut interrupt = Interrupt::listen()?;
    install_missing(|step| screen.note(step))?;
    let borrowed = Borrowed::look()?;
    screen.title("Setting up");
    // To its end even when interrupted: an engine half started is known to nobody.
    let engines = tokio::try_join!(postgres::postgres(), rabbitmq::rabbitmq());
    let shown = tokio::select! {
        biased;
        () = interrupt.came() => Err(anyhow::anyhow!("interrupted")),
        shown = async { engines?; stories(&mut screen).await } => shown,
    };
    for line in borrowed.give_back().await? {
        screen.note(&line);
    }
    screen.end(shown.is_ok());
    shown
}

async fn stories(screen: &mut Screen) -> Result<()> {
    let logs = stand_dir()?.join("log/demo");
    remove(&logs)?;
    let mut stage = Stage::set(screen, &logs).await?;
    let shown = tell(screen, &stage).await;
    if shown.is_err() {
        screen.note(&format!("what each part said is in {}", logs.display()));
    }
    stage.strike().await?;
    shown
}

async fn tell(screen: &mut Screen, stage: &Stage) -> Result<()> {
    paid::tell(screen, stage).await?;
    failed::tell(screen, stage).await?;
    dead_lettered::tell(screen, stage).await?;
    let wrong = verdict::of_everything(stage).await?;
    if !wrong.is_empty() {
        bail!("not as it must be: {}", wrong.join("; "));
    }
    Ok(())
}
