//! The whole system on real engines and processes, for one test at a time.
//!
//! A [`Scene`] has a database and a virtual host of its own, the four real binaries, a Huifu and a
//! partner in process, and one user with a card. However a test ends its day, it ends with
//! [`Scene::close`], whose audit compares our rows with Huifu's book and with what the partner
//! heard: a bad day may delay a withdrawal, it may not make any of the three disagree.

mod audit;
pub mod clients;
mod first_password;
pub mod guide;
pub mod huifu_sdk;
mod letters;
mod onboard;
mod register;
pub mod replay;
mod scene;
pub mod traces;

pub use letters::Shops;
pub use onboard::{Applicant, PaidTo, as_applicant};
pub use register::{PARTNER_ID, PARTNER_KEY_ID, PASSWORD};
pub use scene::{Engines, HUIFU_ID, Scene, order_id};
