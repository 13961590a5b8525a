//! Takes deliveries of one queue, for ever: connects again, declares again, stops in good order.
//!
//! Every delivery becomes a task, at most `concurrency` at once over all connections there ever
//! were. A lost connection does not stop the tasks that run: they finish, fail to ack, and the
//! message comes again.
//!
//! A message may be what breaks the connection, a property that is not UTF-8 for one, and it comes
//! again with the next. So neither a good start nor a delivery proves that the connection is well;
//! only time does (see [`Backoff::ended_after`]).

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::link::{GOODBYE, OPEN_TIMEOUT, close};
use super::{Delivery, Link, LinkError};
use crate::backoff::{self, Backoff};
use crate::slots;

/// How long nothing may come before the consumer is made anew. When a queue is deleted and declared
/// again under its consumers, RabbitMQ 3.10 was seen to give messages to one that is no longer
/// there, and to tell nobody. An idle queue costs one channel in this time.
const QUIET: Duration = Duration::from_secs(20);

/// What to consume, and how much of it at once.
pub(super) struct Consumption {
    pub(super) link: Arc<Link>,
    pub(super) queue: &'static str,
    pub(super) concurrency: u16,
    pub(super) stop: CancellationToken,
}

/// How one channel's life ended.
enum Ended {
    /// We were asked to stop.
    Stopped,
    /// The queue was deleted, or its node went away: the broker cancelled us.
    Cancelled,
    /// Nothing came for a while and nothing is under way.
    Quiet,
}

/// Gives every delivery to `work` until `stop`, then waits for the work under way.
pub(super) async fn consume<W, F>(consumption: Consumption, work: W)
where
    W: Fn(Delivery) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let most = usize::from(consumption.concurrency);
    let room = Arc::new(Semaphore::new(most));
    slots::watch(consumption.queue, &room, most);
    let running = TaskTracker::new();
    let mut backoff = Backoff::new();
    loop {
        let queue = consumption.queue;
        match session(&consumption, &room, &running, &work, &mut backoff).await {
            Ok(Ended::Stopped) => break,
            Ok(Ended::Quiet) => continue,
            Ok(Ended::Cancelled) => tracing::warn!(queue, "the broker cancelled the consumer"),
            Err(error) => {
                tracing::warn!(
                    queue,
                    error = &error as &dyn std::error::Error,
                    "not consuming"
                );
            }
        }
        metrics::counter!("tixian_consumer_reconnects_total", "queue" => queue).increment(1);
        if !backoff::pause(backoff.next_pause(), &consumption.stop).await {
            break;
        }
    }
    running.close();
    running.wait().await;
}

async fn session<W, F>(
    consumption: &Consumption,
    room: &Arc<Semaphore>,
    running: &TaskTracker,
    work: &W,
    backoff: &mut Backoff,
) -> Result<Ended, LinkError>
where
    W: Fn(Delivery) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let opened = tokio::select! {
        biased;
        () = consumption.stop.cancelled() => return Ok(Ended::Stopped),
        opened = start(consumption) => opened?,
    };
    let (channel, mut consumer) = opened;
    tracing::info!(queue = consumption.queue, "consuming");
    let since = Instant::now();
    let ended = loop {
        let taken = tokio::select! {
            biased;
            () = consumption.stop.cancelled() => {
                stop(&channel, &consumer, running).await;
                break Ok(Ended::Stopped);
            }
            taken = timeout(QUIET, take(&mut consumer, room)) => taken,
        };
        let Ok(taken) = taken else {
            if !running.is_empty() {
                continue;
            }
            // Whatever the broker sent that did not reach us goes back to the queue with this.
            close(&channel, "quiet").await;
            break Ok(Ended::Quiet);
        };
        let (delivery, permit) = match taken {
            Ok(Some(taken)) => taken,
            Ok(None) => break Ok(Ended::Cancelled),
            Err(error) => break Err(LinkError::Broker(error)),
        };
        let work = work(delivery);
        running.spawn(async move {
            work.await;
            drop(permit);
        });
    };
    backoff.ended_after(since.elapsed());
    ended
}

async fn start(consumption: &Consumption) -> Result<(Channel, Consumer), LinkError> {
    let channel = consumption.link.channel().await?;
    let consumer = timeout(OPEN_TIMEOUT, subscribe(consumption, &channel))
        .await
        .map_err(|_elapsed| LinkError::Timeout)?
        .map_err(LinkError::Broker)?;
    Ok((channel, consumer))
}

async fn subscribe(consumption: &Consumption, channel: &Channel) -> Result<Consumer, lapin::Error> {
    let qos = BasicQosOptions::default();
    channel.basic_qos(consumption.concurrency, qos).await?;
    channel
        .basic_consume(
            consumption.queue.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        )
        .await
}

/// Room first, then a delivery: dropped in between, nothing is lost.
async fn take(
    consumer: &mut Consumer,
    room: &Arc<Semaphore>,
) -> Result<Option<(Delivery, OwnedSemaphorePermit)>, lapin::Error> {
    let permit = Arc::clone(room)
        .acquire_owned()
        .await
        .expect("nobody closes this semaphore");
    let delivery = consumer.next().await.transpose()?;
    Ok(delivery.map(|delivery| (Delivery::new(delivery), permit)))
}

/// Takes no more, finishes and acks what runs, and only then closes the channel. What the broker
/// sent ahead and nobody began goes back to the queue.
async fn stop(channel: &Channel, consumer: &Consumer, running: &TaskTracker) {
    // A broker that is gone needs no cancel; the tasks matter more.
    let cancelled = channel.basic_cancel(consumer.tag(), BasicCancelOptions::default());
    let _ = timeout(GOODBYE, cancelled).await;
    running.close();
    running.wait().await;
    close(channel, "the service stops").await;
}
