//! One file per bad day; every test ends with the audit of `Scene::close`.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod bank_return;
mod broker_lost;
mod certification;
mod clients;
mod config_samples;
mod crashes;
mod database_lost;
mod first_password;
mod guide;
mod happy_path;
mod huifu_faults;
mod huifu_sdk;
mod onboarding;
mod onboarding_faults;
mod partner_down;
mod poison;
mod repeats;
mod replays;
mod stop_under_load;
mod stranger;
mod tls;
mod traces;
