//! The runtime on a real PostgreSQL and a real RabbitMQ: what a service promises on a bad day.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it stands"
)]

mod asyncapi;
mod consume;
mod http;
mod lifecycle;
mod publish;
mod relay;
mod world;
