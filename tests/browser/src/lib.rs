//! The hosted page in a real browser, on the whole system.
//!
//! A [`House`] is a whole system with a partner's shop on another site than ours; a [`Browser`] is
//! Debian's Chromium, held by WebDriver. Whatever a journey shows a user goes through
//! [`Browser::look`], which holds it to everything that is said of our pages: accessible in light
//! and in dark, nothing cut off, nothing loaded from elsewhere, no complaint in the console, small,
//! and no secret in it or in an address. The pictures it takes lie in `target/screenshots/`, for a
//! person to look at.

mod axe;
mod browser;
mod desk;
mod emulate;
mod findings;
mod hands;
mod house;
mod look;
mod measure;
mod picture;
mod tls;
mod traffic;

pub use browser::Browser;
pub use desk::Desk;
pub use emulate::{Device, Script, Theme};
pub use house::{CARDS, House, PASSWORD, Person};
pub use look::Page;
