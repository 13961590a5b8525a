//! huifu-dispatcher on a real PostgreSQL, against the Huifu sandbox.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod adopted;
mod applicants;
mod backlog;
mod balance;
mod books;
mod day_balances;
mod dispatch;
mod faults;
mod fee_trial;
mod not_sent;
mod onboard_changes;
mod onboard_crash;
mod onboard_not_sent;
mod onboard_pass;
mod onboard_pictures;
mod onboard_refused;
mod onboard_review;
mod onboard_unknown;
mod overtaken;
mod reconcile;
mod return_checks;
mod service;
mod statements;
mod world;
