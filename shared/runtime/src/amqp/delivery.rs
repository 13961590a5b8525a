//! One handing-over of a message, to be settled exactly once.
//!
//! Settling consumes the delivery, so a second ack does not compile:
//!
//! ```compile_fail,E0382
//! async fn twice(delivery: runtime::amqp::Delivery) {
//!     let _ = delivery.ack().await;
//!     let _ = delivery.ack().await;
//! }
//! ```

use lapin::message;
use lapin::options::{BasicAckOptions, BasicNackOptions};
use lapin::types::AMQPValue;

/// The broker did not hear how it ended, and will deliver the message again.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The channel died meanwhile: the driver says `Ok(false)`, which reads like success.
    #[error("the channel is gone; the message will be delivered again")]
    ChannelGone,
    /// The connection broke while it was said.
    #[error("the broker could not be told")]
    Broker(#[source] lapin::Error),
}

/// A message in our hands. Dropping it settles nothing: the broker delivers it again when the
/// channel closes.
#[derive(Debug)]
pub struct Delivery {
    inner: message::Delivery,
}

impl Delivery {
    pub(super) fn new(inner: message::Delivery) -> Self {
        Self { inner }
    }

    /// Its effect is committed; the broker may forget it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where Ok(false) becomes ChannelGone"
    )]
    pub async fn ack(self) -> Result<(), SettleError> {
        settled(self.inner.acker.ack(BasicAckOptions::default()).await)
    }

    /// Nothing could be written; deliver it again. At once: whoever calls this pauses before.
    pub async fn requeue(self) -> Result<(), SettleError> {
        let options = BasicNackOptions {
            requeue: true,
            ..BasicNackOptions::default()
        };
        settled(self.inner.acker.nack(options).await)
    }

    /// How often it was delivered before, as far as the broker counts.
    pub fn earlier_deliveries(&self) -> u32 {
        let headers = self.inner.properties.headers().as_ref();
        let counted = headers.and_then(|headers| headers.inner().get("x-delivery-count"));
        let counted = counted.and_then(|value| match value {
            AMQPValue::ShortShortInt(count) => u32::try_from(*count).ok(),
            AMQPValue::ShortInt(count) => u32::try_from(*count).ok(),
            AMQPValue::LongInt(count) => u32::try_from(*count).ok(),
            AMQPValue::LongUInt(count) => Some(*count),
            AMQPValue::LongLongInt(count) => u32::try_from(*count).ok(),
            _ => None,
        });
        counted.unwrap_or(u32::from(self.inner.redelivered))
    }

    pub(super) fn message(&self) -> &message::Delivery {
        &self.inner
    }
}

fn settled(answer: Result<bool, lapin::Error>) -> Result<(), SettleError> {
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => Err(SettleError::ChannelGone),
        Err(error) => Err(SettleError::Broker(error)),
    }
}
