//! What Tixian says: ids, money, states, messages, the words of partners and of Huifu, and
//! signatures.
//!
//! This crate does no I/O, knows no clock and no randomness: whoever calls it brings the time and
//! the random bytes. Everything here is a promise to someone outside, or the only place where a
//! question such as "may this withdrawal still be cancelled?" is answered.
//!
//! What is printed for others derives its JSON Schema beside `Serialize`: intake's `/openapi.json`
//! and the document of the queues, `asyncapi.json` beside this crate's manifest, are made of it.

pub mod application;
pub mod balance;
pub mod calendar;
pub mod day_balance;
pub mod dead_letter;
mod enumeration;
pub mod fee;
pub mod huifu;
pub mod ids;
mod later;
pub mod message;
pub mod mobile;
pub mod money;
mod next;
pub mod partner;
pub mod signing;
pub mod topology;
pub mod trace;
pub mod withdrawal;

pub use later::later;
