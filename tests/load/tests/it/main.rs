//! The bench itself, with a handful of withdrawals.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod smoke;
