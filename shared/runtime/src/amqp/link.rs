//! One connection to the broker, made again whenever somebody needs a channel and it is gone.
//!
//! `channel` tries once. Trying for ever belongs to the loops that call it, which know how long
//! they may wait and when to stop.

use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::Duration;

use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Channel, Connection, ConnectionProperties, ConnectionStatus};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::{tls, topology};
use crate::settings::BrokerSettings;

/// For a connection, or for a channel with all declarations: long for a busy broker, short for a
/// person who waits for `/readyz`.
pub(super) const OPEN_TIMEOUT: Duration = Duration::from_secs(10);

/// A broker that has fallen silent is noticed by its heartbeat after as long as a service may take
/// to stop. Whoever does not answer a good-bye sooner is taken for gone.
pub(super) const GOODBYE: Duration = Duration::from_secs(2);

/// A dead peer is noticed after twice this, in seconds.
const HEARTBEAT: u16 = 10;

/// Why there is no channel.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The address cannot be read. It is not repeated: it holds a password.
    #[error("AMQP_URL cannot be read")]
    Address,
    /// The broker did not answer in time.
    #[error("the broker did not answer within {} s", OPEN_TIMEOUT.as_secs())]
    Timeout,
    /// The broker speaks no TLS, or is not believed to be the one that the address names.
    #[error("no TLS with the host in AMQP_URL, believing AMQP_CA_FILE or else this system")]
    Tls(#[source] lapin::Error),
    /// The broker refused, or the connection broke.
    #[error("no channel to the broker")]
    Broker(#[source] lapin::Error),
    /// A queue or exchange exists with other arguments; a person has to delete or migrate it.
    #[error("the topology could not be declared")]
    Topology(#[source] lapin::Error),
}

/// A connection that comes back.
pub struct Link {
    broker: BrokerSettings,
    name: String,
    current: Mutex<Option<Connection>>,
    // Beside the connection, so that a probe never waits for one that is being made.
    status: StdMutex<Option<ConnectionStatus>>,
}

impl Link {
    /// Connects to nothing yet. `name` is shown by the broker.
    pub fn new(broker: BrokerSettings, name: impl Into<String>) -> Self {
        Self {
            broker,
            name: name.into(),
            current: Mutex::new(None),
            status: StdMutex::new(None),
        }
    }

    /// Opens a channel, on a new connection if need be, after declaring the topology.
    pub async fn channel(&self) -> Result<Channel, LinkError> {
        match timeout(OPEN_TIMEOUT, self.open()).await {
            Ok(opened) => opened,
            Err(_elapsed) => {
                // Half-open: a fresh connection is the only way to be sure.
                *self.current.lock().await = None;
                Err(LinkError::Timeout)
            }
        }
    }

    async fn open(&self) -> Result<Channel, LinkError> {
        let mut current = self.current.lock().await;
        let connection = match current.take() {
            Some(connection) if connection.status().connected() => connection,
            Some(_) | None => self.connect().await?,
        };
        // Put back at once: if this future is dropped below, the connection is not lost with it.
        let connection = current.insert(connection);
        topology::declare(connection).await?;
        connection.create_channel().await.map_err(LinkError::Broker)
    }

    async fn connect(&self) -> Result<Connection, LinkError> {
        let mut uri: AMQPUri = self
            .broker
            .url
            .expose()
            .parse()
            .map_err(|_error: String| LinkError::Address)?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        let properties =
            ConnectionProperties::default().with_connection_name(self.name.as_str().into());
        let connecting = match uri.scheme {
            AMQPScheme::AMQP => Connection::connect_uri(uri, properties).await,
            AMQPScheme::AMQPS => tls::connect(uri, properties, &self.broker.trust).await,
        };
        let connection = connecting.map_err(|error| {
            if tls::is_about_tls(&error) {
                LinkError::Tls(error)
            } else {
                LinkError::Broker(error)
            }
        })?;
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(connection.status().clone());
        tracing::info!(connection = %self.name, "connected to the broker");
        Ok(connection)
    }

    /// Whether the connection stands, as far as anybody has noticed.
    pub fn is_up(&self) -> bool {
        let status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.as_ref().is_some_and(ConnectionStatus::connected)
    }

    /// Closes in good order; what was not acked goes back to its queue.
    pub async fn close(&self) {
        if let Some(connection) = self.current.lock().await.take() {
            let closed = connection.close(200, "the service stops".into());
            let _ = timeout(GOODBYE, closed).await;
        }
    }
}

/// Closes a channel in good order, if the broker answers. One that does not close well is closed
/// with its connection.
pub(crate) async fn close(channel: &Channel, why: &str) {
    let _ = timeout(GOODBYE, channel.close(200, why.into())).await;
}
