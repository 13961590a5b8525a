//! The RabbitMQ all tests share, and a virtual host of its own for each.

mod cluster;
mod management;
mod server;
mod test_vhost;

use std::env;

use anyhow::{Context as _, Result};
use tokio::sync::OnceCell;
use url::Url;

use crate::engine::{Engine as _, Stop, shared_record};
use crate::folder::Lock;
use crate::secret;

pub(crate) use cluster::Network;
pub(crate) use management::Management;
pub(crate) use server::Server;
pub use test_vhost::TestVhost;
pub(crate) use test_vhost::{in_use, sweep};

/// A RabbitMQ to work on, as a user who may create virtual hosts.
#[derive(Debug)]
pub struct RabbitMq {
    amqp_url: Url,
    management: Management,
}

impl RabbitMq {
    pub(crate) fn at(amqp_url: &str, management_url: Option<&str>) -> Result<Self> {
        // The parser's error does not repeat the text, which holds a password.
        let amqp_url = Url::parse(amqp_url).context("the broker's address is not a URL")?;
        let management = Management::of(&amqp_url, management_url)?;
        Ok(Self {
            amqp_url,
            management,
        })
    }

    /// The URL of the virtual host the broker was given with, with its password.
    #[must_use]
    pub fn amqp_url(&self) -> &str {
        self.amqp_url.as_str()
    }

    /// The address of the management API, without the password.
    #[must_use]
    pub fn management_url(&self) -> &str {
        self.management.url()
    }

    /// The URL of another virtual host of this broker, whether it exists or not.
    #[must_use]
    pub fn vhost_url(&self, vhost: &str) -> String {
        let mut url = self.amqp_url.clone();
        url.set_path(vhost);
        url.into()
    }

    pub(crate) fn management(&self) -> &Management {
        &self.management
    }
}

/// Makes a virtual host of this name where there is none; answers its URL.
pub(crate) async fn keep_vhost(broker: &RabbitMq, name: &str) -> Result<String> {
    broker.management().create_vhost(name).await?;
    Ok(broker.vhost_url(name))
}

/// The shared broker: found running, or started, or the one `AMQP_URL` names.
///
/// # Errors
/// When it cannot be started or does not answer.
pub async fn rabbitmq() -> Result<&'static RabbitMq> {
    static SHARED: OnceCell<RabbitMq> = OnceCell::const_new();
    SHARED.get_or_try_init(ensure).await
}

async fn ensure() -> Result<RabbitMq> {
    if let Ok(url) = env::var("AMQP_URL") {
        let management = env::var("AMQP_MANAGEMENT_URL").ok();
        return RabbitMq::at(&url, management.as_deref()).context("AMQP_URL is set");
    }
    let _lock = Lock::take(Server::NAME).await?;
    let record = shared_record::<Server>()?;
    let mut server = match secret::read_json::<Server>(&record)? {
        Some(server) if server.has_its_folder() => server,
        _ => Server::create("shared")?,
    };
    if !server.answers().await {
        // Written down first: a start that is interrupted leaves no folder nobody knows of.
        secret::write_json(&record, &server)?;
        server.stop(Stop::Clean).await?;
        server.avoid_taken_ports();
        server.start().await?;
        secret::write_json(&record, &server)?;
    }
    server.handle()
}
