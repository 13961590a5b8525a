//! One file per command.

pub(crate) mod calendar;
pub(crate) mod calendar_file;
pub(crate) mod case;
pub(crate) mod case_closing;
pub(crate) mod dead_letter;
pub(crate) mod dead_letter_decision;
pub(crate) mod keygen;
pub(crate) mod keys;
pub(crate) mod keys_rotation;
pub(crate) mod migrate;
pub(crate) mod partner;
pub(crate) mod partner_key;
pub(crate) mod reconcile;
pub(crate) mod reconcile_day;
pub(crate) mod signature;
pub(crate) mod user;
pub(crate) mod user_card;
pub(crate) mod user_fee;
pub(crate) mod withdrawal;
pub(crate) mod withdrawal_question;
pub(crate) mod withdrawal_story;
