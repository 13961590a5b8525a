//! callback-receiver over HTTP, on a real PostgreSQL.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod applicant;
mod contradictions;
mod foreign;
mod orders;
mod review_contradictions;
mod review_foreign;
mod review_orders;
mod review_signatures;
mod sandbox_calls;
mod sandbox_reviews;
mod signatures;
mod unavailable;
mod world;
