//! Every path of a user through the hosted pages, in a real browser.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod away;
mod choices;
mod console;
mod first_password;
mod forgotten_password;
mod journey;
mod kept_out;
mod languages;
mod repeats;
mod turned_away;
mod unusual;
