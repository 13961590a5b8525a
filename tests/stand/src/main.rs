//! `stand`: the engines, and the whole system on them, from the command line.
#![expect(clippy::print_stdout, reason = "a program for people at a terminal")]

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, Parser, Subcommand};
use stand::Interrupt;

/// Private PostgreSQL and RabbitMQ, and the whole system on them, for tests, demo and development
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Install what is missing and start PostgreSQL and RabbitMQ
    Setup {
        /// Install the browser of the tests too
        #[arg(long)]
        browser: bool,
    },
    /// Start the whole system for a browser and print its addresses
    Up(Build),
    /// Show three withdrawals on the whole system, and judge them
    Demo(Build),
    /// Build the release before this one, for the tests that roll out from it and back to it
    Previous,
    /// Tell what runs
    Status,
    /// Remove databases and virtual hosts that killed tests have left
    Sweep {
        /// Only what is at least this old
        #[arg(long, default_value_t = stand::STALE.as_secs() / 60)]
        minutes: u64,
    },
    /// Stop everything that was started
    Down {
        /// Remove the data too
        #[arg(long)]
        remove: bool,
    },
}

#[derive(Args)]
struct Build {
    /// Take the binaries as they are
    #[arg(long)]
    no_build: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match act(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stand: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn act(action: Action) -> Result<()> {
    match action {
        Action::Setup { browser } => setup(browser).await,
        Action::Up(build) => up(build).await,
        Action::Demo(build) => stand::demo(!build.no_build).await,
        Action::Previous => {
            println!(
                "the release before: {}",
                stand::previous_release().await?.display()
            );
            Ok(())
        }
        Action::Status => status(),
        Action::Sweep { minutes } => {
            let swept = stand::sweep(Duration::from_secs(minutes * 60)).await?;
            println!(
                "removed {} databases, {} virtual hosts, {} servers of single tests",
                swept.databases, swept.vhosts, swept.servers
            );
            Ok(())
        }
        Action::Down { remove } => {
            say(&stand::down_system(remove).await?);
            say(&stand::down(remove).await?);
            Ok(())
        }
    }
}

async fn setup(browser: bool) -> Result<()> {
    stand::install_missing(|step| println!("{step}"))?;
    if browser {
        stand::chromium(|step| println!("{step}"))?;
    }
    whole(async {
        stand::engines().await?;
        stand::sweep(stand::STALE).await.map(drop)
    })
    .await?;
    say(&stand::status()?);
    Ok(())
}

async fn up(build: Build) -> Result<()> {
    if !build.no_build {
        stand::build().await?;
    }
    stand::install_missing(|step| println!("{step}"))?;
    whole(stand::up(|line| println!("{line}"))).await
}

fn status() -> Result<()> {
    say(&stand::status()?);
    println!("{}", stand::system_status()?);
    Ok(())
}

/// Work that must not end half way: what it starts would run on, known to nobody. Ctrl-C is heard
/// once it is done; `stand down` then finds everything.
async fn whole(work: impl Future<Output = Result<()>>) -> Result<()> {
    let mut interrupt = Interrupt::listen()?;
    work.await?;
    tokio::select! {
        biased;
        () = interrupt.came() => bail!("interrupted; `make down` stops what was started"),
        () = std::future::ready(()) => Ok(()),
    }
}

fn say(lines: &[String]) {
    lines.iter().for_each(|line| println!("{line}"));
}
