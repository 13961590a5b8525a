//! A virtual host for one test: empty, and gone afterwards.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use uuid::Uuid;

use super::{RabbitMq, rabbitmq};
use crate::elsewhere;
use crate::shared::is_stale;

const PREFIX: &str = "tixian_test_";

/// A virtual host nobody else uses. Dropping the value deletes it with its queues and closes
/// its connections; what a killed test leaves behind is removed by [`sweep`](crate::sweep) an
/// hour later.
#[derive(Debug)]
pub struct TestVhost {
    name: String,
    amqp_url: String,
    broker: Arc<RabbitMq>,
}

impl TestVhost {
    /// Makes one on the shared broker.
    ///
    /// # Errors
    /// When there is no broker, or it does not let us make virtual hosts.
    pub async fn create() -> Result<Self> {
        Self::create_on(rabbitmq().await?).await
    }

    /// Makes one on a broker of the caller's choice, such as
    /// [`private::RabbitMq`](crate::private::RabbitMq).
    ///
    /// # Errors
    /// When the broker does not answer, or does not let us make virtual hosts.
    pub async fn create_on(broker: &RabbitMq) -> Result<Self> {
        let broker = Arc::new(RabbitMq::at(
            broker.amqp_url(),
            Some(broker.management_url()),
        )?);
        // A version 7 UUID tells its own age.
        let name = format!("{PREFIX}{}", Uuid::now_v7().simple());
        broker.management().create_vhost(&name).await?;
        let amqp_url = broker.vhost_url(&name);
        Ok(Self {
            name,
            amqp_url,
            broker,
        })
    }

    /// The virtual host's URL, with its password.
    #[must_use]
    pub fn amqp_url(&self) -> &str {
        &self.amqp_url
    }

    /// The virtual host's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Deletes every queue of the virtual host with its messages; answers how many.
    ///
    /// # Errors
    /// When the management API does not answer.
    pub async fn wipe(&self) -> Result<usize> {
        self.broker
            .management()
            .delete_queues(Some(&self.name))
            .await
    }
}

impl Drop for TestVhost {
    fn drop(&mut self) {
        let (name, broker) = (self.name.clone(), Arc::clone(&self.broker));
        elsewhere::finish(async move { broker.management().delete_vhost(&name).await });
    }
}

/// Deletes the virtual hosts of tests that are older than `age`; answers how many.
pub(crate) async fn sweep(broker: &RabbitMq, age: Duration) -> Result<usize> {
    let mut swept = 0;
    for name in broker.management().vhosts().await? {
        if is_stale(&name, PREFIX, age) {
            broker.management().delete_vhost(&name).await?;
            swept += 1;
        }
    }
    Ok(swept)
}

/// How many virtual hosts of tests are younger than `age`: somebody works there.
pub(crate) async fn in_use(broker: &RabbitMq, age: Duration) -> Result<usize> {
    let names = broker.management().vhosts().await?;
    let young = names
        .iter()
        .filter(|name| name.starts_with(PREFIX) && !is_stale(name, PREFIX, age));
    Ok(young.count())
}
