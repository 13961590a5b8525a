//! `POST /v1/onboarding/…`: takes applications for accounts, cards and cash rules, with pictures,
//! and says where they stand.
//!
//! Nothing is sent to Huifu from here. An application is checked whole, sealed, and written in one
//! transaction with the message that makes huifu-dispatcher begin. What a partner sent in is opened
//! again by the dispatcher alone, at sending time: intake tells a repeat from other content by a
//! keyed digest.

mod applicant;
mod change;
mod material;
mod named;
mod opening;
mod receive;
mod status;

pub(crate) use change::{Card, CashRules};
pub(crate) use material::Materials;
pub(crate) use opening::Openings;
pub(crate) use status::Status;
