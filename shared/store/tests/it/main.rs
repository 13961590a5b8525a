//! The store on a real PostgreSQL: one database per test, constraints tested by breaking them.

mod enumerations;
mod migrations;
mod outbox;
mod password;
mod progress;
mod promises;
mod world;
