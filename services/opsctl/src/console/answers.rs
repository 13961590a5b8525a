//! What the console can be asked: each question once, for the API and for the pages.

pub(crate) mod audit;
pub(crate) mod cases;
pub(crate) mod dead_letters;
pub(crate) mod overview;
pub(crate) mod partners;
pub(crate) mod replays;
pub(crate) mod withdrawals;
