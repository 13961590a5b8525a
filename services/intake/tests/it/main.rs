//! Intake against a real PostgreSQL, a partner that signs, and a user without a browser.

mod again;
mod cancel;
mod confirm;
mod forgery;
mod jwks;
mod password;
mod query;
mod refused;
mod shown;
mod world;
