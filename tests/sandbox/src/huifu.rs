//! A Huifu to run against: signs, verifies, keeps a book, calls back, and fails when told to.
//!
//! Written from huifu-api.md alone. It shares no parsing and no signing with our services: where
//! the two readings of the document differ, a test fails, and that is what it is for. What Huifu
//! leaves open is decided here the strict way, and said where it is decided.

mod admin;
mod answer;
mod book;
mod callback;
mod config;
mod courier;
mod encashment;
mod fault;
mod fee;
mod fields;
mod gateway;
mod handle;
mod interfaces;
mod order;
mod payment;
mod query;
mod rule_r;
mod script;
mod snapshot;
mod world;

pub use config::{AccountOpening, BadPair, BoundCard, HuifuConfig};
pub use fault::{Fault, FaultRule, Operation, Selector, magic_amounts};
pub use fee::{BadFeeRule, FeeMode, FeeRule};
pub use handle::{HuifuHandle, HuifuSandbox, StartError};
pub use payment::{
    Booking, BookingKind, CallbackTry, Payment, PaymentKey, PaymentStatus, TryOutcome,
};
pub use rule_r::{NotAnObject, signed_text};
pub use snapshot::{Account, BookSnapshot, Unbooked};
