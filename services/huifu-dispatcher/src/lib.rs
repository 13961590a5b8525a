//! Sends accepted withdrawals and received applications to Huifu at most once, and asks about those
//! whose outcome is unknown.
//!
//! Two verbs, for both. `dispatch.rs` and `onboard.rs` send: an attempt is committed before the
//! first byte leaves, and only one that provably never left is followed by another. `reconcile.rs`
//! and `onboard/ask.rs` ask, and never send. What an answer means is decided in `contract::huifu`,
//! what it does to a withdrawal or an application in `store`.

pub mod app;
pub mod backlog;
pub mod balance;
pub mod dispatch;
pub mod huifu;
pub mod onboard;
mod persist;
pub mod reconcile;
mod rounds;
pub mod settings;
pub mod statement;
