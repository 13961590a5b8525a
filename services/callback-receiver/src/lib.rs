//! Receives Huifu's callbacks and records how each withdrawal ended.
//!
//! `receive.rs` is the HTTP side: signature first, then everything else. `callback.rs` decides and
//! writes, in one transaction. `reply.rs` says what Huifu hears for each end of that. The
//! acknowledgement is the last thing that happens, after the commit.

pub mod app;
mod callback;
mod receive;
mod reply;
pub mod settings;

pub use receive::{Receiver, router};
