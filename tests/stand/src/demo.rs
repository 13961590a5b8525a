//! `stand demo`: an account that is opened and three withdrawals from it, on real parts, told as
//! they happen, and judged.
//!
//! Each story waits for what must happen and fails when it does not; Huifu's book, our own rows and
//! the shop's notices decide. Nothing that was started here is left, however it ends.

mod dead_lettered;
mod failed;
mod first_password;
mod huifu;
mod opened;
mod paid;
mod person;
mod screen;
mod shop;
mod stage;
mod verdict;

use std::time::Duration;

use anyhow::Result;

use crate::binaries;
use crate::borrowed::Borrowed;
use crate::folder::{Lock, remove, stand_dir};
use crate::interrupt::Interrupt;
use crate::packages::install_missing;
use crate::shared::engines;

use screen::Screen;
use stage::Stage;

/// Most steps take milliseconds; a machine busy with something else takes longer.
const SOON: Duration = Duration::from_secs(30);

/// Shows the stories. `build` says whether our binaries are built first.
///
/// # Errors
/// When something did not happen as it must, or somebody interrupted.
pub async fn demo(build: bool) -> Result<()> {
    let _lock = Lock::take("demo").await?;
    let mut screen = Screen::new();
    screen.title("Tixian: an account and three withdrawals, on real parts");
    if build {
        binaries::build().await?;
    }
    let mut interrupt = Interrupt::listen()?;
    install_missing(|step| screen.note(step))?;
    let borrowed = Borrowed::look()?;
    screen.title("Setting up");
    if borrowed.some_must_start() {
        screen.step("PostgreSQL and RabbitMQ are being started, private to this checkout");
    }
    // To its end even when interrupted: an engine half started is known to nobody.
    let started = engines().await;
    let shown = tokio::select! {
        biased;
        () = interrupt.came() => Err(anyhow::anyhow!("interrupted")),
        shown = async { started?; stories(&mut screen).await } => shown,
    };
    let stopped = borrowed.give_back().await;
    for line in stopped.iter().flatten() {
        screen.note(line);
    }
    let shown = shown.and(stopped.map(drop));
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
    let ended = stage.strike().await;
    shown.and(ended)
}

async fn tell(screen: &mut Screen, stage: &Stage) -> Result<()> {
    opened::tell(screen, stage).await?;
    paid::tell(screen, stage).await?;
    failed::tell(screen, stage).await?;
    dead_lettered::tell(screen, stage).await?;
    screen.title("At the end");
    for line in verdict::of_everything(stage).await? {
        screen.step(&line);
    }
    Ok(())
}
