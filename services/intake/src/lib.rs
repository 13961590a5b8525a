//! Takes withdrawals: the page call, the hosted page, the JSON API and our public keys.
//!
//! What a newcomer would get wrong: nothing that a stranger sends is answered with more than a
//! format error until the partner's signature held, and nobody is redirected before that. And the
//! user's word is only taken for what the page showed: amount, fee, arrival amount and card.

mod api;
pub mod app;
mod assets;
mod balance;
mod body;
mod caller;
mod cancel;
mod check_password;
mod choices;
mod confirm;
mod decide;
mod events;
mod form;
mod front;
mod headers;
mod jwks;
mod language;
mod link;
mod onboarding;
mod page;
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
mod sweep;
mod turned_away;
mod withdraw;
mod words;
