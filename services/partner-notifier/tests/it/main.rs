//! partner-notifier on a real database and broker, against partners that answer in every way.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod applicant;
mod applications;
mod delivery;
mod failures;
mod given_up;
mod guard;
mod isolation;
mod lanes;
mod process;
mod standard_webhooks;
mod world;
