//! Three messages, each persistent, confirmed, and acked when its step is done.

use std::sync::Arc;

use anyhow::{Result, ensure};
use futures_util::StreamExt as _;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, BasicQosOptions,
    ConfirmSelectOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};

use super::Line;

/// A withdrawal was accepted.
pub(super) const ACCEPTED: &str = "bare.accepted";
/// Huifu's final word is here.
pub(super) const CALLED_BACK: &str = "bare.called-back";
/// The partner is to be told.
pub(super) const NOTICE: &str = "bare.notice";

const PREFETCH: u16 = 64;
const PERSISTENT: u8 = 2;

/// Queues of its own, with a connection to publish and one to consume.
pub(super) struct Broker {
    publishing: Channel,
    consuming: Connection,
    publisher: Connection,
}

impl Broker {
    pub(super) async fn open(url: &str) -> Result<Self> {
        let publisher = Connection::connect(url, ConnectionProperties::default()).await?;
        let consuming = Connection::connect(url, ConnectionProperties::default()).await?;
        let publishing = publisher.create_channel().await?;
        let confirm = ConfirmSelectOptions::default();
        publishing.confirm_select(confirm).await?;
        for queue in [ACCEPTED, CALLED_BACK, NOTICE] {
            let options = QueueDeclareOptions {
                durable: true,
                ..QueueDeclareOptions::default()
            };
            let mut arguments = FieldTable::default();
            let quorum = AMQPValue::LongString(LongString::from("quorum"));
            arguments.insert("x-queue-type".into(), quorum);
            publishing
                .queue_declare(queue.into(), options, arguments)
                .await?;
        }
        Ok(Self {
            publishing,
            consuming,
            publisher,
        })
    }

    pub(super) async fn publish(&self, queue: &str, id: &str) -> Result<()> {
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
        let confirm = self
            .publishing
            .basic_publish("".into(), queue.into(), options, id.as_bytes(), properties)
            .await?
            .await?;
        ensure!(
            matches!(confirm, Confirmation::Ack(None)),
            "a message was not taken"
        );
        Ok(())
    }

    /// Says good-bye: a virtual host that is deleted under a connection makes the driver complain.
    pub(super) async fn close(&self) -> Result<()> {
        self.consuming.close(200, "done".into()).await?;
        self.publisher.close(200, "done".into()).await?;
        Ok(())
    }

    async fn consumer(&self, queue: &str) -> Result<lapin::Consumer> {
        let channel = self.consuming.create_channel().await?;
        channel
            .basic_qos(PREFETCH, BasicQosOptions::default())
            .await?;
        let options = BasicConsumeOptions::default();
        let arguments = FieldTable::default();
        Ok(channel
            .basic_consume(queue.into(), "".into(), options, arguments)
            .await?)
    }
}

/// Takes the messages of all three queues until the connection closes.
pub(super) async fn consume(line: &Arc<Line>) -> Result<()> {
    for queue in [ACCEPTED, CALLED_BACK, NOTICE] {
        let mut consumer = line.broker.consumer(queue).await?;
        let line = Arc::clone(line);
        tokio::spawn(async move {
            while let Some(Ok(delivery)) = consumer.next().await {
                let line = Arc::clone(&line);
                tokio::spawn(async move { line.keep(handle(&line, queue, delivery).await) });
            }
        });
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the bare pipeline keeps no promise, so a lost ack is nothing to it"
)]
async fn handle(line: &Line, queue: &str, delivery: lapin::message::Delivery) -> Result<()> {
    let id = std::str::from_utf8(&delivery.data)?;
    match queue {
        ACCEPTED => line.dispatch(id).await?,
        CALLED_BACK => line.finish(id).await?,
        _ => line.notify(id).await?,
    }
    delivery.acker.ack(BasicAckOptions::default()).await?;
    Ok(())
}
