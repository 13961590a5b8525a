//! Takes withdrawals: the page call, the hosted page, the JSON API and our public keys.
//!
//! What a newcomer would get wrong: nothing that a stranger sends is answered with more than a
//! format error until the partner's signature held, and nobody is redirected before that. And the
//! user's word is only taken for what the page showed: amount, fee, arrival amount and card.

mod api;
pub mod app;
mod arrival;
mod assets;
mod back;
mod balance;
mod body;
mod caller;
mod cancel;
mod check_password;
mod choices;
mod client_address;
mod confirm;
mod decide;
mod events;
mod form;
mod frame;
mod front;
mod headers;
mod jwks;
mod language;
mod link;
mod onboarding;
mod openapi;
mod origin;
mod page;
mod password;
mod purse;
mod query;
mod quote;
mod rates;
mod refusal;
mod resend;
mod send_back;
mod session;
pub mod settings;
mod signature_check;
mod signer;
mod sms;
mod sweep;
mod turned_away;
mod withdraw;
mod words;
