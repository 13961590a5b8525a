//! What Tixian remembers: every SQL statement, the migrations, the transaction.
//!
//! Each statement is a constant that begins with its own name, so that `pg_stat_statements` and
//! logs show it, and can be pasted into psql. Functions take a [`Transaction`], never a pool, so
//! that the caller shows where a transaction begins and ends, and `now` is a parameter.
//!
//! **Invariant:** nobody keeps a transaction open while waiting for a network.

mod address;
mod advanced;
pub mod applications;
pub mod attempts;
pub mod audit;
pub mod balances;
pub mod calendar;
pub mod cases;
pub mod certifications;
pub mod console_sessions;
pub mod day_balances;
pub mod dead_letters;
pub mod events;
pub mod inbox;
pub mod lanes;
pub mod materials;
mod migrate;
pub mod nonces;
pub mod notice_secrets;
pub mod notices;
pub mod outbox;
pub mod overview;
pub mod partners;
mod pool;
pub mod progress;
pub mod replays;
pub mod retention;
pub mod schema;
pub mod sms_codes;
pub mod statements;
pub mod timeline;
pub mod trace;
pub mod trust;
pub mod users;
pub mod withdrawals;

mod error;
mod hex;
mod row;

pub use address::{Address, is_this_machine};
pub use error::{DatabaseError, NoConnection, StoreError};
pub use migrate::{MigrateError, migrate, migrations_digest};
pub use pool::{Connection, Listener, Single, Store, Transaction};
