//! Sends accepted withdrawals to Huifu at most once, and asks about those whose outcome is unknown.
//!
//! Two verbs. `dispatch.rs` sends: an attempt is committed before the first byte leaves, and only
//! one that provably never left is followed by another. `reconcile.rs` asks, and never sends. What
//! an answer means is decided in `contract::huifu`, what it does to a withdrawal in `store`.

pub mod app;
pub mod dispatch;
pub mod huifu;
pub mod reconcile;
pub mod settings;
