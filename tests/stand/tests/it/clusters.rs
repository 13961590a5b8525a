//! Engines of several nodes, which a test may break one by one.

use anyhow::{Result, anyhow};
use lapin::Channel;
use lapin::options::QueueDeclareOptions;
use lapin::types::{AMQPValue, FieldTable};
use stand::private::{ArchivedDatabase, BrokerCluster, DatabaseCluster};
use stand::{TestDatabase, TestVhost, eventually};
use tokio_postgres::Client;

use crate::vhosts::{channel, publish};
use crate::{SOON, connect};

#[tokio::test]
async fn a_node_that_is_cut_off_pauses_itself_and_comes_back_when_it_is_mended() -> Result<()> {
    let mut cluster = BrokerCluster::create().await?;
    let vhost = TestVhost::create_on(cluster.handle()).await?;
    cluster.impose_policies(vhost.name()).await?;
    let (_connection, first) = channel(vhost.amqp_url()).await?;
    declare_quorum(&first, "work").await?;
    publish(&first, "work").await?;
    let leader = cluster.leader(vhost.name(), "work").await?;

    cluster.kill_9(leader).await?;
    let next = eventually(SOON, "another leader", async || {
        let found = cluster.leader(vhost.name(), "work").await.ok()?;
        (found != leader).then_some(found)
    })
    .await;
    cluster.start(leader).await?;

    cluster.cut_off(next);
    eventually(SOON * 2, "the minority to pause", async || {
        cluster.takes_clients(next).await.is_ok_and(|taken| !taken)
    })
    .await;
    // A leader that is new counts its messages a moment after it serves.
    eventually(SOON, "the majority to serve what it keeps", async || {
        let (_connection, channel) = channel(vhost.amqp_url()).await?;
        match declare_quorum(&channel, "work").await? {
            1 => Ok(()),
            count => Err(anyhow!("{count} are there")),
        }
    })
    .await;
    cluster.mend(next);
    eventually(SOON, "the minority to come back", async || {
        cluster.takes_clients(next).await.is_ok_and(|taken| taken)
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn what_the_primary_has_committed_is_on_the_standby_that_takes_over() -> Result<()> {
    let mut cluster = DatabaseCluster::create().await?;
    let database = TestDatabase::create_on(cluster.handle()).await?;
    let before = connect(database.url()).await?;
    before
        .batch_execute("create table kept (number int)")
        .await?;
    for number in 0..200 {
        keep(&before, number).await?;
    }
    cluster.kill_primary().await?;
    assert!(keep(&before, 200).await.is_err());
    cluster.fail_over().await?;

    let after = connect(database.url()).await?;
    assert_eq!(count(&after).await?, 200);
    keep(&after, 200).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_in_the_archive_is_restored_and_what_came_later_is_not() -> Result<()> {
    let mut engine = ArchivedDatabase::create().await?;
    let database = TestDatabase::create_on(engine.handle()).await?;
    let before = connect(database.url()).await?;
    before
        .batch_execute("create table kept (number int)")
        .await?;
    keep(&before, 1).await?;
    engine.back_up().await?;
    keep(&before, 2).await?;
    engine.archive_now().await?;
    keep(&before, 3).await?;

    engine.lose().await?;
    assert!(connect(database.url()).await.is_err());
    engine.restore().await?;
    let after = connect(database.url()).await?;
    assert_eq!(count(&after).await?, 2);
    keep(&after, 3).await
}

/// As `vhosts::declare`, for a queue that is on every node.
async fn declare_quorum(channel: &Channel, queue: &str) -> Result<u32> {
    let options = QueueDeclareOptions {
        durable: true,
        ..Default::default()
    };
    let mut arguments = FieldTable::default();
    let quorum = AMQPValue::LongString("quorum".into());
    arguments.insert("x-queue-type".into(), quorum);
    let declared = channel.queue_declare(queue.into(), options, arguments);
    Ok(declared.await?.message_count())
}

async fn keep(client: &Client, number: i32) -> Result<()> {
    let insert = "insert into kept values ($1)";
    client.execute(insert, &[&number]).await?;
    Ok(())
}

async fn count(client: &Client) -> Result<i64> {
    let counted = client.query_one("select count(*) from kept", &[]).await?;
    Ok(counted.get(0))
}
