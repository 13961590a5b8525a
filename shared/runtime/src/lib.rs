//! How a Tixian service runs: settings, supervision, health, telemetry, AMQP and the outbox relay.
