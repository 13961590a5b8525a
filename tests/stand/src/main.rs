//! `stand`: the engines for tests, demo and development, from the command line.
#![expect(clippy::print_stdout, reason = "a program for people at a terminal")]

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Private PostgreSQL and RabbitMQ for tests, demo and development
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Install what is missing and start PostgreSQL and RabbitMQ
    Setup,
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
        Action::Setup => setup().await,
        Action::Status => {
            stand::status()?.iter().for_each(|line| println!("{line}"));
            Ok(())
        }
        Action::Sweep { minutes } => {
            let swept = stand::sweep(Duration::from_secs(minutes * 60)).await?;
            println!(
                "removed {} databases, {} virtual hosts, {} servers of single tests",
                swept.databases, swept.vhosts, swept.servers
            );
            Ok(())
        }
        Action::Down { remove } => {
            stand::down(remove)
                .await?
                .iter()
                .for_each(|line| println!("{line}"));
            Ok(())
        }
    }
}

async fn setup() -> Result<()> {
    stand::install_missing(|step| println!("{step}"))?;
    tokio::try_join!(stand::postgres(), stand::rabbitmq())?;
    stand::sweep(stand::STALE).await?;
    stand::status()?.iter().for_each(|line| println!("{line}"));
    Ok(())
}
