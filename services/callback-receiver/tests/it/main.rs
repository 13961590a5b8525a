//! callback-receiver over HTTP, on a real PostgreSQL.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod contradictions;
mod foreign;
mod orders;
mod sandbox_calls;
mod signatures;
mod unavailable;
mod world;
