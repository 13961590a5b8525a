//! Writes the outcome of a sending down for as long as it takes: it is known nowhere else.

use std::future::Future;

use runtime::amqp::{HandlerError, Verdict as _};
use runtime::backoff::{self, Backoff};
use store::StoreError;
use tokio_util::sync::CancellationToken;

/// Writes until it is written. A crash, or a stop while the database is away, leaves the attempt
/// open, and it is asked about.
pub(crate) async fn until_written<Writing>(
    req_seq_id: &str,
    stopping: &CancellationToken,
    write: impl Fn() -> Writing,
) -> Result<(), HandlerError>
where
    Writing: Future<Output = Result<(), StoreError>>,
{
    let mut backoff = Backoff::new();
    loop {
        let error = match write().await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        report(req_seq_id, &error);
        if !passes(&error) {
            return Err(error).or_dead_letter("the outcome of an attempt cannot be written");
        }
        if !backoff::pause(backoff.next_pause(), stopping).await {
            return Err(error).or_requeue();
        }
    }
}

/// Whether the same statement may work later.
fn passes(error: &StoreError) -> bool {
    match error {
        StoreError::Retryable(_) | StoreError::Pool(_) => true,
        StoreError::Constraint { .. }
        | StoreError::Statement(_)
        | StoreError::Address(_)
        | StoreError::Build(_)
        | StoreError::Corrupt { .. }
        | StoreError::SchemaTooOld { .. } => false,
    }
}

fn report(req_seq_id: &str, error: &StoreError) {
    let error = error as &dyn std::error::Error;
    tracing::warn!(req_seq_id, error, "an outcome is not written yet");
}
