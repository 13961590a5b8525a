//! One file per bad day, on real PostgreSQL, RabbitMQ and processes.
