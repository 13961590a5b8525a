//! One file per bad day; every test ends with the audit of `Scene::close`.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod crashes;
mod happy_path;
mod huifu_faults;
mod partner_down;
mod repeats;
