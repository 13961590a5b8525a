//! A partner to run against: a small shop that sends its user to withdraw, and hears of it.
//!
//! Written from the contract with partners alone: its fields, its signed text, its notices. It
//! shares no signing with our services, so a partner's engineer may read it as an example of
//! how to do it; and it can be told to answer notices in every wrong way.

mod api;
mod config;
mod form;
mod handle;
mod mode;
mod notices;
mod notify;
mod pages;
mod platform_keys;
mod server;
mod signed_text;
mod standard_webhooks;
mod verify;
mod world;

pub use api::{Api, ApiAnswer, ApiCallError};
pub use config::PartnerConfig;
pub use handle::PartnerHandle;
pub use mode::{Mode, ModeRule};
pub use notices::Notice;
pub use server::{PartnerSandbox, StartError};
pub use signed_text::signed_text;
pub use standard_webhooks::NoticeSecret;
pub use verify::{Field, Verdict};
