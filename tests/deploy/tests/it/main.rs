//! Proofs about `deploy/`; see the crate's own documentation.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod broker;
mod compose;
mod connections;
mod dashboard;
mod image;
mod live;
mod network;
mod operators;
mod restricted;
mod rules;
mod schemas;
mod secrets;
mod settings;
mod world;
