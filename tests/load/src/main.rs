//! `load`: measures the system beside a bare pipeline, and fails when its ledger is not exact; or
//! measures one figure that was promised, and fails when it is not kept.
#![expect(clippy::print_stdout, reason = "a program for people at a terminal")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use load::bench::{self, Bounds};
use load::figures::{Sheet, isolation, letters, memory, statements};
use serde::Serialize;

/// Load with an exact ledger, beside a bare pipeline doing the same work
///
/// Starts the four services and the sandboxes from the folder it lies in, on engines of `stand`,
/// and stops them again. Take the figures of a release build alone.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    figure: Option<Figure>,
    /// Where the report goes
    #[arg(
        long,
        global = true,
        default_value = "target/bench/report.json",
        value_name = "FILE"
    )]
    report: PathBuf,
    /// A few withdrawals only, to see whether the bench itself works
    #[arg(long, global = true)]
    smoke: bool,
    /// Turns of product and bare pipeline
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Withdrawals under way in each turn
    #[arg(long, value_name = "N")]
    outstanding: Option<usize>,
}

/// One figure by itself, in two minutes at most.
#[derive(Subcommand, Clone, Copy)]
enum Figure {
    /// A hundred thousand dead letters: listed, grouped, frozen, replayed
    Letters,
    /// Half of the partners hang: what the others wait
    Isolation,
    /// Statements for each delivered notice
    Statements,
    /// Memory of partner-notifier beside a million notices that wait
    Memory,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (measured, wrong) = match arguments.figure {
        None => (measure(&arguments).await, "the ledger is not exact"),
        Some(figure) => (one(figure, &arguments).await, "a promise was not kept"),
    };
    match measured {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("load: {wrong}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: &Arguments) -> Result<bool> {
    let mut bounds = if arguments.smoke {
        Bounds::smoke()
    } else {
        Bounds::full()
    };
    bounds.rounds = arguments.rounds.unwrap_or(bounds.rounds);
    bounds.outstanding = arguments.outstanding.unwrap_or(bounds.outstanding);
    let report = bench::run(bounds, say).await?;
    println!("\n{}", report.table());
    write(&arguments.report, &report)?;
    Ok(report.balance.is_exact())
}

async fn one(figure: Figure, arguments: &Arguments) -> Result<bool> {
    let sheet: Sheet = match (figure, arguments.smoke) {
        (Figure::Letters, false) => letters::run(letters::Bounds::FULL, say).await?,
        (Figure::Letters, true) => letters::run(letters::Bounds::SMOKE, say).await?,
        (Figure::Isolation, false) => isolation::run(isolation::Bounds::FULL, say).await?,
        (Figure::Isolation, true) => isolation::run(isolation::Bounds::SMOKE, say).await?,
        (Figure::Statements, false) => statements::run(statements::Bounds::FULL, say).await?,
        (Figure::Statements, true) => statements::run(statements::Bounds::SMOKE, say).await?,
        (Figure::Memory, false) => memory::run(memory::Bounds::FULL, say).await?,
        (Figure::Memory, true) => memory::run(memory::Bounds::SMOKE, say).await?,
    };
    println!("\n{sheet}");
    write(&arguments.report, &sheet)?;
    Ok(sheet.is_kept())
}

fn say(step: &str) {
    println!("… {step}");
}

fn write(path: &Path, report: &impl Serialize) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, serde_json::to_vec_pretty(report)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    println!("written to {}", path.display());
    Ok(())
}
