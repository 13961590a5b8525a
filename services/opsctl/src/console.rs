//! The console: what operators see in a browser, and the same as an API. `opsctl serve`.
//!
//! Pages and API answer the reports that the command line prints: one question, three ways to show
//! the answer. A program shows a token with each call; a person signs in with one, or is signed in
//! by a proxy, and has a session. What each role may do stands in `role` alone.

mod answers;
mod api;
mod app;
mod asked;
mod caller;
mod front;
mod page;
mod pages;
mod parameters;
mod person;
mod posted;
mod proxy;
mod refusal;
mod role;
mod sessions;
mod settings;
mod sheet;
mod sign_in;
mod tokens;
mod view;
mod visitor;

pub use app::start;
pub use settings::ConsoleSettings;

pub(crate) use person::Person;
pub(crate) use role::{Right, Role};
pub(crate) use sessions::subject as sessions_of;
pub(crate) use tokens::{Tokens, new_token};
