//! A Huifu, a partner, an SMS gateway and a collector of traces to run against, written from the
//! documents.
//!
//! Nothing here knows how our services read those documents, and nothing here may learn it: two
//! readings that agree are worth more than one that is shared. Library for tests that run it in
//! process on a free port, binaries for people.

pub mod huifu;
pub mod otlp;
pub mod partner;
pub mod sms;
pub mod user;

mod clock;
mod connection;
mod delay;
mod fen;
mod heard;
mod keys;
mod stop;

pub use fen::{Fen, NotAnAmount};
pub use keys::{KeyError, SigningKey, VerifyingKey};
pub use stop::until_told_to_stop;
