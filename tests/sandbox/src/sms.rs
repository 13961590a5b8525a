//! An SMS gateway to run against: takes messages in the documented JSON, shows them to tests and
//! to people, and fails in every way a gateway fails.
//!
//! What a newcomer would get wrong: a gateway that closes the connection without an answer may
//! have sent the message. This one has: it is kept.

mod handle;
mod message;
mod mode;
mod server;
mod world;

pub use handle::SmsHandle;
pub use message::{SmsMessage, SmsRequest};
pub use mode::{Mode, ModeRule};
pub use server::{SmsConfig, SmsSandbox, StartError};
