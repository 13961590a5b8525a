//! `load`: measures the system beside a bare pipeline, and fails when its ledger is not exact.
#![expect(clippy::print_stdout, reason = "a program for people at a terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser;
use load::bench::{self, Bounds};

/// Load with an exact ledger, beside a bare pipeline doing the same work
///
/// Starts the four services and the sandboxes from the folder it lies in, on engines of `stand`,
/// and stops them again. Take the figures of a release build alone.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where the report goes
    #[arg(long, default_value = "target/bench/report.json", value_name = "FILE")]
    report: PathBuf,
    /// A few withdrawals only, to see whether the bench itself works
    #[arg(long)]
    smoke: bool,
    /// Turns of product and bare pipeline
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Withdrawals under way in each turn
    #[arg(long, value_name = "N")]
    outstanding: Option<usize>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("load: the ledger is not exact");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: Arguments) -> Result<bool> {
    let mut bounds = if arguments.smoke {
        Bounds::smoke()
    } else {
        Bounds::full()
    };
    bounds.rounds = arguments.rounds.unwrap_or(bounds.rounds);
    bounds.outstanding = arguments.outstanding.unwrap_or(bounds.outstanding);
    let report = bench::run(bounds, |step| println!("… {step}")).await?;
    println!("\n{}", report.table());
    let path = &arguments.report;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, serde_json::to_vec_pretty(&report)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    println!("written to {}", path.display());
    Ok(report.balance.is_exact())
}
