//! A Huifu to run against: signs, verifies, keeps a book, calls back, and fails when told to.
//!
//! Written from huifu-api.md alone. It shares no parsing and no signing with our services: where
//! the two readings of the document differ, a test fails, and that is what it is for. What Huifu
//! leaves open is decided here the strict way, and said where it is decided.

mod accounts;
mod admin;
mod answer;
mod asked;
mod book;
mod callback;
mod card;
mod cash;
mod cash_config;
mod config;
mod courier;
mod encashment;
mod fault;
mod fee;
mod feecalc;
mod fields;
mod gateway;
mod handle;
mod holdings;
mod id_card;
mod interfaces;
mod mail;
mod member;
mod merchant;
mod notify_url;
mod onboard;
mod onboarding;
mod operation;
mod order;
mod payment;
mod picture;
mod query;
mod refusal;
mod register;
mod review;
mod review_courier;
mod review_notice;
mod rule_r;
mod rules;
mod script;
mod snapshot;
mod statement;
mod table;
mod user;
mod wish;
mod world;

pub use accounts::{ACCOUNT_TYPES, Account};
pub use cash::{CashRule, CashType, Payer, Price};
pub use config::{AccountOpening, BadPair, BoundCard, HuifuConfig};
pub use fault::{Fault, FaultRule, Selector, magic_amounts};
pub use fee::{BadFeeRule, FeeMode, FeeRule};
pub use handle::{HuifuHandle, HuifuSandbox, StartError};
pub use member::{MemberState, RegisteredCard, RegisteredMember, SubjectKind};
pub use onboarding::{Onboarding, OnboardingKey, ReviewState, ReviewTry};
pub use operation::Operation;
pub use payment::{
    Booking, BookingKind, CallbackTry, Payment, PaymentKey, PaymentStatus, TryOutcome,
};
pub use picture::StoredPicture;
pub use review::{ReviewPlan, magic_names};
pub use rule_r::{NotAnObject, signed_text};
pub use snapshot::{BookSnapshot, Unbooked};
pub use statement::{LineStatus, StatementChange, StatementLine};
