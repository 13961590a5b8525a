//! Settings: environment variables, read once, before anything connects, with every problem named
//! at once.
//!
//! A `Settings::read` first asks for everything and only then uses `?`, or the first mistake would
//! hide the others:
//!
//! ```
//! use std::net::SocketAddr;
//! use std::time::Duration;
//! use runtime::settings::{Env, Settings};
//!
//! struct IntakeSettings {
//!     listen: SocketAddr,
//!     draft_lifetime: Duration,
//! }
//!
//! impl Settings for IntakeSettings {
//!     fn read(env: &mut Env) -> Option<Self> {
//!         let listen = env.required("INTAKE_LISTEN");
//!         let draft_lifetime = env.or("DRAFT_LIFETIME_MS", Duration::from_secs(900));
//!         Some(Self { listen: listen?, draft_lifetime: draft_lifetime? })
//!     }
//! }
//! ```
//!
//! An error never repeats the value: it may be a password in the wrong line.

mod engines;
mod env;
mod from_env;
mod public_url;
mod secret;
mod sections;
mod signing;
mod traces;

pub use engines::{BrokerSettings, DatabaseSettings, database_address};
pub use env::Env;
pub use from_env::FromEnv;
pub use public_url::public_url;
pub use secret::Secret;
pub use sections::{
    AdminSettings, ConsumerSettings, LogFormat, MessagingSettings, ProcessSettings, RelaySettings,
    TelemetrySettings,
};
pub use signing::SigningSettings;
pub use traces::TraceSettings;

/// What one service is told, composed of values and sections.
pub trait Settings: Sized + Send + Sync + 'static {
    /// Whether the service speaks to RabbitMQ. One that does not is told nothing of it, and neither
    /// consumes nor relays.
    const USES_BROKER: bool = true;

    /// Reads all of it; `None` when anything was wrong, with every error kept in `env`.
    fn read(env: &mut Env) -> Option<Self>;
}

/// For a service that needs nothing but what every service needs.
impl Settings for () {
    fn read(_env: &mut Env) -> Option<Self> {
        Some(())
    }
}

#[cfg(test)]
mod tests;
