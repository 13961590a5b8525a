//! Intake against a real PostgreSQL, a partner that signs, and a user without a browser.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod after_the_page;
mod again;
mod api;
mod balance;
mod bounds;
mod busy;
mod cancel;
mod changes;
mod confirm;
mod days;
mod events;
mod first_password;
mod forgery;
mod forgotten_password;
mod jwks;
mod language;
mod materials;
mod openapi;
mod openings;
mod password;
mod query;
mod quotes;
mod refused;
mod result;
mod shown;
mod signature_checks;
mod sms_limits;
mod status;
mod world;
