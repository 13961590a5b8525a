//! How a Tixian service runs: settings, supervision, health, telemetry, HTTP, AMQP and the outbox
//! relay.
//!
//! A service decides, this crate runs it: `main.rs` calls [`service::run`], `app.rs` says what is
//! wired with the verbs of [`service::Service`]. This is the only crate that names lapin.

pub mod amqp;
pub mod backoff;
pub mod browser;
pub mod clock;
pub mod courier;
pub mod crash;
pub mod data_keys;
pub mod http_client;
pub mod http_server;
pub mod ids;
pub mod mobile;
pub mod password;
pub mod problem;
pub mod readiness;
mod relay;
pub mod service;
pub mod settings;
pub mod slots;
pub mod sweep;
mod telemetry;
pub mod trace;
pub mod url_guard;
