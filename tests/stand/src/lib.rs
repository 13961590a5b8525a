//! Private PostgreSQL and RabbitMQ, and the whole system on them, for tests, demo and development.
//!
//! Everything lives under `.local/` of the checkout (`STAND_DIR` puts it elsewhere), on free
//! ports of the loopback interface. One shared PostgreSQL and one shared RabbitMQ serve every
//! test process; a test gets a database ([`TestDatabase`]) or a virtual host ([`TestVhost`]) of
//! its own on them. A test that stops or breaks an engine takes one for itself from [`private`].
//!
//! Shared engines outlive the process that started them: starting RabbitMQ costs four seconds,
//! finding it again a few milliseconds. `stand down` ends them. `DATABASE_URL` and `AMQP_URL`
//! name engines that are somebody else's: then nothing is started, and nothing is stopped.

mod binaries;
mod borrowed;
mod chromium;
pub mod console;
mod demo;
mod elsewhere;
mod engine;
mod eventually;
mod folder;
pub mod forms;
mod interrupt;
pub mod keys;
mod languages;
mod made_once;
mod npm;
pub mod opsctl;
mod packages;
mod ports;
mod postgres;
mod previous;
pub mod private;
pub mod process;
mod programs;
mod python;
mod rabbitmq;
mod running;
mod secret;
mod shared;
mod switch;
pub mod system;
pub mod tenant;
mod up;

pub use binaries::build;
pub use chromium::{Chromium, chromium};
pub use demo::demo;
pub use eventually::{Observation, eventually, try_eventually};
pub use folder::stand_dir;
pub use interrupt::Interrupt;
pub use languages::{GSON, Language};
pub use npm::npm_with;
pub use packages::install_missing;
pub use ports::free_port;
pub use postgres::{Postgres, TestDatabase, postgres};
pub use previous::previous_release;
pub use programs::program;
pub use python::python_with;
pub use rabbitmq::{RabbitMq, TestVhost, rabbitmq};
pub use shared::{STALE, Swept, down, engines, status, sweep};
pub use switch::Switch;
pub use up::{down_system, system_status, up};
