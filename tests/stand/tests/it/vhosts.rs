//! A virtual host of its own for each test.

use anyhow::Result;
use lapin::options::{BasicGetOptions, BasicPublishOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use stand::TestVhost;

pub(crate) async fn channel(url: &str) -> Result<(Connection, Channel)> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    Ok((connection, channel))
}

/// Declares a durable queue; answers how many messages wait in it.
pub(crate) async fn declare(channel: &Channel, queue: &str) -> Result<u32> {
    let options = QueueDeclareOptions {
        durable: true,
        ..Default::default()
    };
    let declared = channel
        .queue_declare(queue.into(), options, FieldTable::default())
        .await?;
    Ok(declared.message_count())
}

/// Publishes a persistent message and waits for the broker's confirmation.
pub(crate) async fn publish(channel: &Channel, queue: &str) -> Result<()> {
    channel.confirm_select(Default::default()).await?;
    let persistent = BasicProperties::default().with_delivery_mode(2);
    let options = BasicPublishOptions {
        mandatory: true,
        ..Default::default()
    };
    let confirmation = channel
        .basic_publish("".into(), queue.into(), options, b"hello", persistent)
        .await?
        .await?;
    assert_eq!(confirmation, lapin::Confirmation::Ack(None));
    Ok(())
}

#[tokio::test]
async fn what_one_test_publishes_no_other_sees() -> Result<()> {
    let (mine, yours) = tokio::try_join!(TestVhost::create(), TestVhost::create())?;
    let (_my_connection, my_channel) = channel(mine.amqp_url()).await?;
    let (_your_connection, your_channel) = channel(yours.amqp_url()).await?;
    declare(&my_channel, "work").await?;
    declare(&your_channel, "work").await?;
    publish(&my_channel, "work").await?;

    let no_ack = BasicGetOptions { no_ack: true };
    assert!(
        your_channel
            .basic_get("work".into(), no_ack)
            .await?
            .is_none()
    );
    assert!(my_channel.basic_get("work".into(), no_ack).await?.is_some());
    Ok(())
}

#[tokio::test]
async fn a_dropped_virtual_host_is_gone() -> Result<()> {
    let vhost = TestVhost::create().await?;
    let url = vhost.amqp_url().to_owned();
    channel(&url).await?;
    drop(vhost);
    assert!(channel(&url).await.is_err());
    Ok(())
}

#[tokio::test]
async fn wiping_deletes_the_queues_of_one_virtual_host() -> Result<()> {
    let (mine, yours) = tokio::try_join!(TestVhost::create(), TestVhost::create())?;
    let (_my_connection, my_channel) = channel(mine.amqp_url()).await?;
    let (_your_connection, your_channel) = channel(yours.amqp_url()).await?;
    for channel in [&my_channel, &your_channel] {
        declare(channel, "work").await?;
        publish(channel, "work").await?;
    }
    assert_eq!(mine.wipe().await?, 1);
    assert_eq!(declare(&my_channel, "work").await?, 0);
    assert_eq!(declare(&your_channel, "work").await?, 1);
    Ok(())
}
