//! The store on a real PostgreSQL: one database per test, constraints tested by breaking them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod applicant;
mod application_attempts;
mod application_cases;
mod application_granted;
mod application_notices;
mod application_progress;
mod applications;
mod attempt_edges;
mod audit;
mod balances;
mod cases;
mod certifications;
mod console_sessions;
mod day_balances;
mod dead_letters;
mod dead_server;
mod enumerations;
mod events;
mod gauges;
mod lanes;
mod letters_in_bulk;
mod materials;
mod migrations;
mod notice_secrets;
mod outbox;
mod overview;
mod password;
mod plan;
mod prices;
mod progress;
mod promises;
mod replays;
mod resends;
mod retention;
mod return_checks;
mod search;
mod sms_codes;
mod stage;
mod statements;
mod transactions;
mod world;
