//! What happens to each delivery: read it, handle it, settle it. Every path ends in ack or requeue.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::dead_letter::DeadLetterClass;
use contract::message::{Envelope, Message};
use contract::topology::Queue;
use futures_util::FutureExt as _;
use store::Store;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::consume::{Consumption, consume};
use super::dead_letter::{self, Cause};
use super::meter::{self, DEAD_LETTERED, REQUEUED};
use super::{Delivery, Handler, HandlerError, Link, SettleError, properties, step};
use crate::backoff;

/// A requeue means that nothing could be written. The pause keeps it from spinning; with the
/// topology's limit of 100 deliveries it gives a lost database about an hour.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(40);

/// Dead letters are rare; two at once leave the connections to the work.
const DRAIN_CONCURRENCY: u16 = 2;

/// What the consumers of one service share.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) service: &'static str,
    pub(crate) store: Store,
    pub(crate) link: Arc<Link>,
    pub(crate) concurrency: u16,
    pub(crate) stop: CancellationToken,
}

/// Handles the deliveries of `H`'s queue until told to stop.
pub(crate) async fn work<H: Handler>(bench: Bench, handler: H) {
    let queue = H::Message::QUEUE;
    let consumption = Consumption {
        link: Arc::clone(&bench.link),
        queue: queue.name,
        concurrency: bench.concurrency,
        stop: bench.stop.clone(),
    };
    let shared = Arc::new((bench, handler));
    consume(consumption, move |delivery| {
        let shared = Arc::clone(&shared);
        async move {
            let (bench, handler) = &*shared;
            one(bench, handler, &queue, delivery).await;
        }
    })
    .await;
}

/// Moves what the broker itself gave up on into PostgreSQL, until told to stop.
pub(crate) async fn drain_dead_letters(bench: Bench, queue: Queue) {
    let consumption = Consumption {
        link: Arc::clone(&bench.link),
        queue: queue.dead_letter_queue,
        concurrency: DRAIN_CONCURRENCY,
        stop: bench.stop.clone(),
    };
    let bench = Arc::new(bench);
    consume(consumption, move |delivery| {
        let bench = Arc::clone(&bench);
        async move {
            let cause = Cause {
                class: DeadLetterClass::DeliveryLimit,
                reason: "the broker gave up after delivering it too often",
                attempts: queue.delivery_limit,
            };
            let settled = keep(&bench, &queue, delivery, &cause).await;
            log_unsettled(queue.dead_letter_queue, settled);
        }
    })
    .await;
}

async fn one<H: Handler>(bench: &Bench, handler: &H, queue: &Queue, delivery: Delivery) {
    meter::consumed(queue);
    let started = Instant::now();
    let message = delivery.message();
    let (error, settled) = match properties::read::<H::Message>(&message.properties, &message.data)
    {
        Ok(envelope) => {
            let span = tracing::info_span!(
                "consume",
                queue = queue.name,
                message_id = %envelope.message_id,
                correlation_id = envelope.body.correlation_id(),
            );
            let step = step::consuming(queue, &envelope);
            let work = carry_out(bench, handler, queue, delivery, envelope).instrument(span);
            let (error, settled) = step.around(work).await;
            if let Some(error) = error {
                step.fail(error);
            }
            (error, settled)
        }
        Err(unreadable) => {
            let reason = unreadable.to_string();
            let cause = Cause {
                class: DeadLetterClass::Unreadable,
                reason: &reason,
                attempts: delivery.earlier_deliveries().saturating_add(1),
            };
            let kept = keep(bench, queue, delivery, &cause).await;
            (Some(DEAD_LETTERED), kept)
        }
    };
    log_unsettled(queue.name, settled);
    meter::processed(queue, error, started.elapsed());
}

async fn carry_out<H: Handler>(
    bench: &Bench,
    handler: &H,
    queue: &Queue,
    delivery: Delivery,
    envelope: Envelope<H::Message>,
) -> (Option<&'static str>, Result<(), SettleError>) {
    let work = AssertUnwindSafe(handler.handle(envelope)).catch_unwind();
    // A panic is a bug, and the message may be innocent: it is tried again, and the broker's
    // delivery limit ends that.
    let result = work.await.unwrap_or_else(|_panic| {
        let source = anyhow::anyhow!("the handler panicked");
        Err(HandlerError::Requeue { source })
    });
    match result {
        Ok(()) => (None, delivery.ack().await),
        Err(HandlerError::Requeue { source }) => {
            tracing::warn!(error = format!("{source:#}"), "requeued");
            (Some(REQUEUED), requeue_later(bench, delivery).await)
        }
        Err(HandlerError::DeadLetter { reason, source }) => {
            // The cause may quote what is not for the table; the log is kept for a shorter time.
            let error = source.map(|source| format!("{source:#}"));
            tracing::warn!(error, reason, "given up");
            let cause = Cause {
                class: DeadLetterClass::Handler,
                reason,
                attempts: delivery.earlier_deliveries().saturating_add(1),
            };
            (
                Some(DEAD_LETTERED),
                keep(bench, queue, delivery, &cause).await,
            )
        }
    }
}

/// Stores, then acks; while the database is away the delivery goes back.
async fn keep(
    bench: &Bench,
    queue: &Queue,
    delivery: Delivery,
    cause: &Cause<'_>,
) -> Result<(), SettleError> {
    let kept = dead_letter::keep(
        &bench.store,
        bench.service,
        queue,
        delivery.message(),
        cause,
    )
    .await;
    match kept {
        Ok(()) => delivery.ack().await,
        Err(error) => {
            let queue = queue.name;
            tracing::warn!(
                queue,
                error = &error as &dyn std::error::Error,
                "a dead letter could not be stored"
            );
            requeue_later(bench, delivery).await
        }
    }
}

async fn requeue_later(bench: &Bench, delivery: Delivery) -> Result<(), SettleError> {
    let pause = backoff::doubled(FIRST_PAUSE, delivery.earlier_deliveries(), LONGEST_PAUSE);
    // Cut short when the service stops: the next one may do better.
    backoff::pause(backoff::jittered(pause), &bench.stop).await;
    delivery.requeue().await
}

fn log_unsettled(queue: &'static str, settled: Result<(), SettleError>) {
    if let Err(error) = settled {
        // Harmless: it comes again, and whoever committed first has taken the outbox row.
        tracing::info!(
            queue,
            error = &error as &dyn std::error::Error,
            "not settled"
        );
        metrics::counter!("tixian_deliveries_unsettled_total", "queue" => queue).increment(1);
    }
}
