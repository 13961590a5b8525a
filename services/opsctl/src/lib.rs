//! The operator's tool: migrations, partners, users, withdrawals, dead letters, signatures.
//!
//! Every command answers one `Report`, which is shown as a table to people and as JSON to
//! machines, so what the two see cannot differ. What throws work away or sends it again needs a
//! `Permit`, and only `--yes` together with `--reason` makes one.
//!
//! Exit codes: 0 done, 1 failed (or a signature that does not hold), 3 partly done, 64 wrong usage.

pub mod app;
mod beijing;
mod certification;
mod cli;
mod command;
pub mod console;
mod database;
mod dead_letters;
mod detail;
mod exit;
mod identity;
mod input;
mod lanes;
mod notices;
mod output;
mod overview;
mod permit;
mod replays;
mod retention;
mod withdrawals;
