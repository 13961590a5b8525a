//! The pool, measured.
//!
//! Names and labels are those of OpenTelemetry's semantic conventions 1.45 for database clients
//! (open-telemetry/semantic-conventions, `docs/db/database-metrics.md`), as Prometheus spells them.

use std::time::Instant;

use deadpool_postgres::{PoolError, Status, TimeoutType};

const POOL: (&str, &str) = ("db_client_connection_pool_name", "database");

/// Waits for a connection, and notes how long that took or that it took too long.
pub(super) async fn waited<T>(
    get: impl Future<Output = Result<T, PoolError>>,
) -> Result<T, PoolError> {
    let started = Instant::now();
    let got = get.await;
    metrics::histogram!("db_client_connection_wait_time_seconds", POOL.0 => POOL.1)
        .record(started.elapsed());
    if let Err(PoolError::Timeout(TimeoutType::Wait)) = got {
        timeouts().increment(1);
    }
    got
}

/// Sets the gauges.
pub(super) fn tell(status: Status) {
    let used = status.size.saturating_sub(status.available);
    let states = [("used", used), ("idle", status.available)];
    for (state, count) in states {
        metrics::gauge!(
            "db_client_connection_count",
            POOL.0 => POOL.1, "db_client_connection_state" => state
        )
        .set(count as f64);
    }
    metrics::gauge!("db_client_connection_max", POOL.0 => POOL.1).set(status.max_size as f64);
    metrics::gauge!("db_client_connection_pending_requests", POOL.0 => POOL.1)
        .set(status.waiting as f64);
    // Shown from the beginning, so that the first one is an increase.
    timeouts().increment(0);
}

fn timeouts() -> metrics::Counter {
    metrics::counter!("db_client_connection_timeouts_total", POOL.0 => POOL.1)
}
