//! Fills a broker that lost its messages, from PostgreSQL.
//!
//! A row lives until its effect is committed, so every row that was published and still lives must
//! be waiting in its queue or be in the hands of a consumer. If the broker holds fewer, the oldest
//! are published again. Too many is harmless: a consumer finds no row for the second. It is also
//! self-limiting, since what is published again is then there to be counted.
//!
//! The count cannot see what a consumer has in its hands, so in a queue that is never idle as many
//! messages can be missing as the consumers could hold. What nobody settled for very long is
//! therefore published again whatever the count, that many at each look: all that is missing comes
//! back, and a queue that is only behind is not doubled.

use std::time::Duration;

use contract::topology::{QUEUES, Queue};
use jiff::SignedDuration;
use store::{StoreError, outbox};
use tokio::time::timeout;

use super::Relay;
use crate::amqp::{Holding, LinkError, close, holding};
use crate::backoff;
use crate::clock;

/// Rows made due again in one transaction; more of them wait for the next round of the loop.
const LIMIT: i64 = 1000;

/// How many republishing times a message may be in somebody's hands before it counts as lost.
const LONG_HELD: i32 = 10;

/// For a count, which the broker has at hand.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
enum SweepError {
    #[error("the broker is away")]
    Link(#[from] LinkError),
    #[error("the broker does not say how much waits")]
    Count(#[source] lapin::Error),
    #[error("the broker did not say in time how much waits")]
    Silent,
    #[error("rows could not be made due again")]
    Store(#[from] StoreError),
}

/// Looks at every queue, several times in each republishing time, until told to stop.
pub(crate) async fn sweep(relay: Relay) {
    let every = (relay.settings.republish_after / 4).max(Duration::from_millis(100));
    while backoff::pause(every, &relay.stop).await {
        for queue in &QUEUES {
            // A broker that is silent may cost as much time for each of the queues as there is in
            // all to stop.
            let held = tokio::select! {
                biased;
                () = relay.stop.cancelled() => return,
                held = look(&relay, queue) => held,
            };
            let swept = match held {
                Ok(held) => one(&relay, queue, held).await.map_err(SweepError::from),
                Err(error) => Err(error),
            };
            if let Err(error) = swept {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(queue = queue.name, error, "not swept");
            }
        }
    }
}

/// What the broker says that it holds.
async fn look(relay: &Relay, queue: &Queue) -> Result<Holding, SweepError> {
    // A channel of its own each time: asking for a queue that is gone closes it, and opening
    // one is what declares the topology.
    let channel = relay.link.channel().await?;
    let held = timeout(ANSWER_TIMEOUT, holding(&channel, queue.name))
        .await
        .map_err(|_elapsed| SweepError::Silent)?;
    if channel.status().connected() {
        close(&channel, "counted").await;
    }
    held.map_err(SweepError::Count)
}

async fn one(relay: &Relay, queue: &Queue, held: Holding) -> Result<(), StoreError> {
    metrics::gauge!("tixian_queue_ready_messages", "queue" => queue.name)
        .set(f64::from(held.ready));
    if held.ready > 0 {
        let in_hands = u64::from(held.consumers) * u64::from(relay.consumer_concurrency);
        let connection = relay.store.connection().await?;
        let published = outbox::published_count(&connection, queue.routing_key).await?;
        // An idle queue needs no count: whatever is old and not settled is not in it. A busy one
        // holds what lies there and at most one prefetch for each consumer.
        if published <= u64::from(held.ready) + in_hands {
            // Nobody holds anything of a queue without consumers: its count is exact.
            if in_hands > 0 {
                let limit = i64::try_from(in_hands).unwrap_or(i64::MAX).min(LIMIT);
                republish(relay, queue, LONG_HELD, limit).await?;
            }
            return Ok(());
        }
    }
    loop {
        let count = republish(relay, queue, 1, LIMIT).await?;
        if count < LIMIT.unsigned_abs() || relay.stop.is_cancelled() {
            return Ok(());
        }
    }
}

/// Makes due again what was published `times` the republishing time ago, the oldest first.
async fn republish(
    relay: &Relay,
    queue: &Queue,
    times: i32,
    limit: i64,
) -> Result<u64, StoreError> {
    let now = clock::now();
    let age = SignedDuration::try_from(relay.settings.republish_after)
        .expect("the setting is at most a day")
        .saturating_mul(times);
    let before = now
        .saturating_sub(age)
        .expect("a duration without calendar units");
    let mut connection = relay.store.connection().await?;
    let tx = connection.begin("relay: republish stale").await?;
    let count = outbox::republish_stale(&tx, now, queue.routing_key, before, limit).await?;
    tx.commit().await?;
    if count > 0 {
        tracing::warn!(
            queue = queue.name,
            count,
            "published again: the queue seems to have lost them"
        );
        metrics::counter!("tixian_outbox_republished_total", "queue" => queue.name)
            .increment(count);
        relay.wake.notify_one();
    }
    Ok(count)
}
