//! What the console shows: pages as their templates see them, ready to be written.
//!
//! Nothing here asks the database or decides anything: it is given facts that the command line and
//! the API answer as well. Charts and drawings are SVG with classes and attributes, because the
//! policy of the pages allows neither styles nor scripts within them.

mod badge;
mod chart;
mod frame;
mod overview;
mod pages;
mod sequence;
mod withdrawal;

pub(crate) use badge::{Badge, Tone};
use chart::{Chart, Series};
pub(crate) use frame::{Frame, Section, Who};
pub(crate) use overview::OverviewPage;
pub(crate) use pages::{Act, Choosing, ConfirmPage, Field, ListPage, OnePage, Tab};
pub(crate) use sequence::Sequence;
pub(crate) use withdrawal::WithdrawalPage;
