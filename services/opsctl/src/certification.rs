//! Drives a partner's endpoint through everything that a notice may be, and everything that must
//! not be taken for one.
//!
//! What goes out is signed with our real key, so nothing here may be mistaken for money: see
//! [`contract::partner::certification`] for the three marks. It goes through the same courier and
//! the same address guard as a notice, to the partner's registered hosts and nowhere else. No
//! withdrawal, application or notice of ours is read or written.
//!
//! **Invariant:** a run never says `pass` of what it could not see. Who answers `success` to a
//! repeat may have booked it twice; without the partner's own word that is a `skip`.

mod check;
mod course;
mod cure;
mod judge;
mod sender;
mod tls;

pub(crate) use check::{Check, Finding, Verdict};
pub(crate) use course::drive;
pub(crate) use cure::Cure;
pub(crate) use sender::{Sender, Target};
