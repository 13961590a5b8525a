//! Receives Huifu's callbacks and records how each withdrawal and each review of an application
//! ended.
//!
//! `receive.rs` is the HTTP side: signature first, then everything else. `callback.rs` and
//! `review.rs` decide and write, in one transaction (`evidence.rs`). `reply.rs` says what Huifu
//! hears for each end of that. The acknowledgement is the last thing that happens, after the
//! commit.

pub mod app;
mod callback;
mod evidence;
mod foreign;
mod receive;
mod reply;
mod review;
pub mod settings;

pub use receive::{Receiver, router};
