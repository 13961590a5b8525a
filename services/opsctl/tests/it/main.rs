//! The real `opsctl` binary on a real database.
//!
//! What people read is a snapshot (`tests/it/snapshots`): a change of it is a change to review.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod after_restore;
mod applications;
mod audit;
mod calendar;
mod cases;
mod certification;
mod console;
mod dead_letters;
mod exit_codes;
mod help;
mod keygen;
mod keys;
mod lanes;
mod migrate;
mod mobiles;
mod overview;
mod partners;
mod passwords;
mod questions;
mod reconcile;
mod replays;
mod retention;
mod search;
mod signatures;
mod tool;
mod users;
mod withdrawals;
mod world;
