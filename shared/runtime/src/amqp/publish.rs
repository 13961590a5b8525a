//! Publishes batches with all their confirms outstanding together.
//!
//! What a newcomer would get wrong: the driver hands a *returned* message to whichever confirm it
//! happens to complete next. When the broker acks many tags at once those are visited in no order,
//! so the confirm that carries the returned message need not be the one of that message. Returned
//! messages are therefore collected from the whole batch and told apart by their `message_id`.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{BasicProperties, Channel, Confirmation, PublisherConfirm};
use tokio::sync::Mutex;
use tokio::time::timeout;
use uuid::Uuid;

use super::link::{OPEN_TIMEOUT, close};
use super::properties::{self, Outgoing};
use super::{Link, LinkError, meter, step};
use crate::trace::Span;

/// Longer than a leader election (0.3 s seen), shorter than the outbox lease, so that a row is not
/// claimed again while its confirm is still awaited. Together they bound how long what a dead relay
/// had claimed lies there.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(3);

/// Why a message must be taken as not published. It may still arrive: consumers see it twice then.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// No queue wanted it; the topology is declared again before the next batch.
    #[error("no queue is bound for it")]
    Unroutable,
    /// The broker could not keep it.
    #[error("the broker refused to keep it")]
    Nacked,
    /// The broker said nothing in time.
    #[error("no confirm within {} s", CONFIRM_TIMEOUT.as_secs())]
    Timeout,
    /// The channel broke under it.
    #[error("the channel broke")]
    Channel(#[source] lapin::Error),
    /// There was no channel to begin with; nothing was sent.
    #[error("nothing was sent")]
    NotSent,
}

impl PublishError {
    /// A short name for metrics.
    pub(super) const fn as_str(&self) -> &'static str {
        match self {
            Self::Unroutable => "unroutable",
            Self::Nacked => "nacked",
            Self::Timeout => "timeout",
            Self::Channel(_) => "channel_lost",
            Self::NotSent => "not_sent",
        }
    }
}

/// Publishes for one service.
pub struct Publisher {
    link: std::sync::Arc<Link>,
    service: &'static str,
    channel: Mutex<Option<Channel>>,
}

impl Publisher {
    /// `service` becomes AMQP `app_id`.
    pub fn new(link: std::sync::Arc<Link>, service: &'static str) -> Self {
        Self {
            link,
            service,
            channel: Mutex::new(None),
        }
    }

    /// Makes sure that there is a channel in confirm mode; asked before rows are claimed, so that
    /// rows do not wait out a lease because the broker is away.
    pub async fn ready(&self) -> Result<(), LinkError> {
        let mut channel = self.channel.lock().await;
        if channel
            .as_ref()
            .is_some_and(|open| open.status().connected())
        {
            return Ok(());
        }
        let opened = self.link.channel().await?;
        let selected = opened.confirm_select(ConfirmSelectOptions::default());
        timeout(OPEN_TIMEOUT, selected)
            .await
            .map_err(|_elapsed| LinkError::Timeout)?
            .map_err(LinkError::Broker)?;
        *channel = Some(opened);
        Ok(())
    }

    /// Publishes all and waits for all confirms; one answer for each message, in order. After any
    /// failure the channel is given up, and the next one begins with the topology declared again.
    pub async fn publish_batch(&self, batch: &[Outgoing]) -> Vec<Result<(), PublishError>> {
        if let Err(error) = self.ready().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot publish");
            return batch.iter().map(|_| Err(PublishError::NotSent)).collect();
        }
        let mut slot = self.channel.lock().await;
        let Some(channel) = slot.as_ref() else {
            return batch.iter().map(|_| Err(PublishError::NotSent)).collect();
        };
        let started = Instant::now();
        let steps: Vec<Span> = batch.iter().map(step::producing).collect();
        let published = self.publish_on(channel, batch, &steps);
        let answers = match timeout(CONFIRM_TIMEOUT, published).await {
            Ok(answers) => answers,
            Err(_elapsed) => batch.iter().map(|_| Err(PublishError::Timeout)).collect(),
        };
        meter::published(batch, &answers, started.elapsed());
        for (step, answer) in steps.iter().zip(&answers) {
            if let Err(error) = answer {
                step.fail(error.as_str());
            }
        }
        if answers.iter().any(Result::is_err) {
            *slot = None;
        }
        answers
    }

    /// Closes the channel, then its connection. In this order: a channel that is dropped while its
    /// connection closes is reported by the driver as a broken connection.
    pub async fn close(&self) {
        if let Some(channel) = self.channel.lock().await.take() {
            close(&channel, "the service stops").await;
        }
        self.link.close().await;
    }

    async fn publish_on(
        &self,
        channel: &Channel,
        batch: &[Outgoing],
        steps: &[Span],
    ) -> Vec<Result<(), PublishError>> {
        let mut confirms = Vec::with_capacity(batch.len());
        for (message, step) in batch.iter().zip(steps) {
            let properties = properties::properties(message, &step.traceparent(), self.service);
            confirms.push(publish(channel, message, properties).await);
        }
        let confirmations = join_all(confirms.into_iter().map(|confirm| async {
            match confirm {
                Ok(confirm) => confirm.await,
                Err(error) => Err(error),
            }
        }))
        .await;
        let returned: HashSet<Uuid> = confirmations.iter().filter_map(returned_id).collect();
        let ids = batch.iter().map(|message| message.message_id);
        ids.zip(confirmations)
            .map(|(id, confirmation)| judge(confirmation, returned.contains(&id)))
            .collect()
    }
}

async fn publish(
    channel: &Channel,
    message: &Outgoing,
    properties: BasicProperties,
) -> Result<PublisherConfirm, lapin::Error> {
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let exchange = message.exchange.as_str().into();
    let routing_key = message.routing_key.as_str().into();
    channel
        .basic_publish(
            exchange,
            routing_key,
            options,
            message.body.as_bytes(),
            properties,
        )
        .await
}

fn returned_id(confirmation: &Result<Confirmation, lapin::Error>) -> Option<Uuid> {
    match confirmation {
        Ok(Confirmation::Ack(Some(message)) | Confirmation::Nack(Some(message))) => {
            properties::message_id(&message.delivery.properties)
        }
        Ok(Confirmation::Ack(None) | Confirmation::Nack(None) | Confirmation::NotRequested)
        | Err(_) => None,
    }
}

/// Ack without a returned message is the only success. An ack that carries somebody else's is
/// taken as a failure too: published once more costs less than thinking it over.
fn judge(
    confirmation: Result<Confirmation, lapin::Error>,
    returned: bool,
) -> Result<(), PublishError> {
    match confirmation {
        Ok(_) if returned => Err(PublishError::Unroutable),
        Ok(Confirmation::Ack(None)) => Ok(()),
        Ok(Confirmation::Ack(Some(_))) => Err(PublishError::Unroutable),
        // `NotRequested` means that the channel is not in confirm mode, so nobody knows.
        Ok(Confirmation::Nack(_) | Confirmation::NotRequested) => Err(PublishError::Nacked),
        Err(error) => Err(PublishError::Channel(error)),
    }
}
