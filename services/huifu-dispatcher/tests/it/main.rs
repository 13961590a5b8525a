//! huifu-dispatcher on a real PostgreSQL, against the Huifu sandbox.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod dispatch;
mod faults;
mod not_sent;
mod overtaken;
mod reconcile;
mod return_checks;
mod service;
mod world;
