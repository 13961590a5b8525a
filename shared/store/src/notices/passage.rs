//! The way of one sending: to which address, and where the time went.

use tokio_postgres::Row;

use crate::StoreError;

/// The way of one sending. Nothing of it is known of sendings that were made before it was
/// measured; a stage that was never begun has no time, and one that failed has the time until then.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Passage {
    /// The peer's address with its port; `None` if none was found.
    pub address: Option<String>,
    /// Whether a kept connection was used, which has none of the next three.
    pub reused: Option<bool>,
    /// Looking the name up, in microseconds.
    pub dns_us: Option<i64>,
    /// Until TCP was connected, in microseconds.
    pub connect_us: Option<i64>,
    /// The TLS handshake, in microseconds.
    pub tls_us: Option<i64>,
    /// From the request to the head of the answer, in microseconds; `None` if there was no answer.
    pub first_byte_us: Option<i64>,
}

pub(super) fn read(row: &Row) -> Result<Passage, StoreError> {
    Ok(Passage {
        address: row.try_get("address")?,
        reused: row.try_get("reused")?,
        dns_us: row.try_get("dns_us")?,
        connect_us: row.try_get("connect_us")?,
        tls_us: row.try_get("tls_us")?,
        first_byte_us: row.try_get("first_byte_us")?,
    })
}
