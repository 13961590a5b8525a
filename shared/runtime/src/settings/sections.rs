//! The sections that every service shares.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use super::{BrokerSettings, DatabaseSettings, Env, FromEnv, Settings, TraceSettings};

/// Health and metrics, for Kubernetes and Prometheus only.
#[derive(Debug, Clone)]
pub struct AdminSettings {
    /// `ADMIN_LISTEN`: where `/livez`, `/readyz` and `/metrics` answer. Not a public address.
    pub listen: SocketAddr,
}

impl Settings for AdminSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let listen = env.required("ADMIN_LISTEN");
        Some(Self { listen: listen? })
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For a person at a terminal.
    Text,
}

impl FromEnv for LogFormat {
    fn expected() -> String {
        "json or text".to_owned()
    }

    fn from_env(text: &str) -> Option<Self> {
        match text {
            "json" => Some(Self::Json),
            "text" => Some(Self::Text),
            _ => None,
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Json => "json".to_owned(),
            Self::Text => "text".to_owned(),
        }
    }
}

/// Logs.
#[derive(Debug, Clone)]
pub struct TelemetrySettings {
    /// `LOG_FORMAT`: text where standard output is a terminal, else JSON.
    pub format: LogFormat,
    /// `LOG_LEVEL`: a `tracing` filter, such as `info,lapin=warn`.
    pub level: String,
}

impl Settings for TelemetrySettings {
    fn read(env: &mut Env) -> Option<Self> {
        let default = if std::io::stdout().is_terminal() {
            LogFormat::Text
        } else {
            LogFormat::Json
        };
        let format = env.or("LOG_FORMAT", default);
        let level: String = env.or("LOG_LEVEL", "info".to_owned())?;
        if level.parse::<EnvFilter>().is_err() {
            return env.refuse(
                "LOG_LEVEL",
                "must be a filter such as info or info,runtime=debug",
            );
        }
        Some(Self {
            format: format?,
            level,
        })
    }
}

/// How deliveries are taken.
#[derive(Debug, Clone)]
pub struct ConsumerSettings {
    /// `CONSUMER_CONCURRENCY`: deliveries handled at once, for each queue; also the prefetch.
    pub concurrency: u16,
}

impl Settings for ConsumerSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let concurrency = env.or_in("CONSUMER_CONCURRENCY", 32, 1..=2000);
        Some(Self {
            concurrency: concurrency?,
        })
    }
}

/// How the outbox is emptied.
#[derive(Debug, Clone)]
pub struct RelaySettings {
    /// `OUTBOX_BATCH`: rows published, with their confirms outstanding, at once.
    pub batch: i64,
    /// `OUTBOX_POLL_MS`: how long a row can lie unseen if a notification was lost.
    pub poll: Duration,
    /// `OUTBOX_LEASE_MS`: after this a row that was claimed and never marked is claimed again.
    pub lease: Duration,
    /// `OUTBOX_REPUBLISH_AFTER_MS`: a row published this long ago, not settled, whose queue is
    /// empty, is published again: that is how a lost broker is filled.
    pub republish_after: Duration,
}

impl Settings for RelaySettings {
    fn read(env: &mut Env) -> Option<Self> {
        let batch = env.or_in("OUTBOX_BATCH", 200, 1..=5000);
        let poll = env.or_in(
            "OUTBOX_POLL_MS",
            Duration::from_secs(1),
            ms(10)..=ms(60_000),
        );
        // Longer than the time a confirm is waited for (`amqp::publish::CONFIRM_TIMEOUT`), or a
        // slow broker gets every row twice; and no longer than it takes, because what a relay that
        // died had claimed waits for it.
        let lease = env.or_in("OUTBOX_LEASE_MS", ms(4_000), ms(100)..=ms(600_000));
        let republish_after = env.or_in(
            "OUTBOX_REPUBLISH_AFTER_MS",
            ms(60_000),
            ms(100)..=ms(86_400_000),
        );
        Some(Self {
            batch: batch?,
            poll: poll?,
            lease: lease?,
            republish_after: republish_after?,
        })
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What a service needs that speaks to RabbitMQ.
#[derive(Debug, Clone)]
pub struct MessagingSettings {
    /// RabbitMQ.
    pub broker: BrokerSettings,
    /// Consumers.
    pub consumer: ConsumerSettings,
    /// The outbox relay.
    pub relay: RelaySettings,
}

impl Settings for MessagingSettings {
    fn read(env: &mut Env) -> Option<Self> {
        let broker = BrokerSettings::read(env);
        let consumer = ConsumerSettings::read(env);
        let relay = RelaySettings::read(env);
        Some(Self {
            broker: broker?,
            consumer: consumer?,
            relay: relay?,
        })
    }
}

/// Everything that [`crate::service::run`] itself needs, for every service.
#[derive(Debug, Clone)]
pub struct ProcessSettings {
    /// PostgreSQL.
    pub database: DatabaseSettings,
    /// Health and metrics.
    pub admin: AdminSettings,
    /// Logs.
    pub telemetry: TelemetrySettings,
    /// Traces.
    pub traces: TraceSettings,
    /// RabbitMQ and all that goes over it; `None` for a service that does not speak to it.
    pub messaging: Option<MessagingSettings>,
    /// `SHUTDOWN_GRACE_MS`: how long what was taken may still run after SIGTERM.
    pub shutdown_grace: Duration,
}

impl ProcessSettings {
    /// Reads what a service with the settings `S` needs.
    pub fn read<S: Settings>(env: &mut Env) -> Option<Self> {
        let database = DatabaseSettings::read(env);
        let admin = AdminSettings::read(env);
        let telemetry = TelemetrySettings::read(env);
        let traces = TraceSettings::read(env);
        let messaging = if S::USES_BROKER {
            MessagingSettings::read(env).map(Some)
        } else {
            Some(None)
        };
        // Below Kubernetes' default `terminationGracePeriodSeconds` of 30, after which it kills.
        let shutdown_grace = env.or_in("SHUTDOWN_GRACE_MS", ms(25_000), ms(0)..=ms(600_000));
        Some(Self {
            database: database?,
            admin: admin?,
            telemetry: telemetry?,
            traces: traces?,
            messaging: messaging?,
            shutdown_grace: shutdown_grace?,
        })
    }
}
