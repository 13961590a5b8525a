//! Engines a test may break.

use anyhow::Result;
use stand::private::{Postgres, RabbitMq};
use stand::{TestDatabase, TestVhost};

use crate::connect;
use crate::vhosts::{channel, declare, publish};

#[tokio::test]
async fn a_postgres_keeps_what_was_committed_through_a_restart_and_a_kill() -> Result<()> {
    let mut postgres = Postgres::create().await?;
    let database = TestDatabase::create_on(postgres.handle()).await?;
    let insert = "insert into kept values ('committed')";
    connect(database.url())
        .await?
        .batch_execute("create table kept (what text)")
        .await?;
    connect(database.url()).await?.batch_execute(insert).await?;

    let before = postgres.pid();
    postgres.restart().await?;
    assert_ne!(postgres.pid(), before);
    connect(database.url()).await?.batch_execute(insert).await?;

    postgres.kill_9().await?;
    assert_eq!(postgres.pid(), None);
    assert!(connect(database.url()).await.is_err());
    postgres.start().await?;
    let kept: i64 = connect(database.url())
        .await?
        .query_one("select count(*) from kept", &[])
        .await?
        .get(0);
    assert_eq!(kept, 2);
    Ok(())
}

#[tokio::test]
async fn a_rabbitmq_keeps_persistent_messages_through_a_restart_and_a_kill() -> Result<()> {
    let mut rabbitmq = RabbitMq::create().await?;
    let vhost = TestVhost::create_on(rabbitmq.handle()).await?;
    let (_connection, first) = channel(vhost.amqp_url()).await?;
    declare(&first, "work").await?;
    publish(&first, "work").await?;

    rabbitmq.restart().await?;
    let (_connection, second) = channel(vhost.amqp_url()).await?;
    assert_eq!(declare(&second, "work").await?, 1);

    rabbitmq.kill_9().await?;
    assert!(channel(vhost.amqp_url()).await.is_err());
    rabbitmq.start().await?;
    let (_connection, third) = channel(vhost.amqp_url()).await?;
    assert_eq!(declare(&third, "work").await?, 1);

    assert_eq!(rabbitmq.wipe().await?, 1);
    assert_eq!(declare(&third, "work").await?, 0);

    rabbitmq.lose_everything().await?;
    assert!(
        channel(vhost.amqp_url()).await.is_err(),
        "the virtual host survived"
    );
    channel(rabbitmq.handle().amqp_url()).await?;
    Ok(())
}
