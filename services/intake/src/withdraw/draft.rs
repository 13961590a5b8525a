//! Writes the nonce and the draft, both or neither.

use contract::partner::PageCall;
use contract::withdrawal::NewWithdrawal;
use jiff::{SignedDuration, Timestamp};
use store::{Connection, StoreError, nonces, withdrawals};

/// Far longer than a timestamp is accepted: ten minutes either way.
pub(crate) const NONCE_KEPT: SignedDuration = SignedDuration::from_hours(48);

/// What became of it. Only `Written` left anything behind.
pub(super) enum Drafted {
    Written,
    NonceRepeated,
    NumberTaken,
}

pub(super) async fn write(
    connection: &mut Connection,
    call: &PageCall,
    new: &NewWithdrawal,
    now: Timestamp,
) -> Result<Drafted, StoreError> {
    let tx = connection.begin("intake: open draft").await?;
    let kept_until = now + NONCE_KEPT;
    // One round trip for both. Always in this order, also where the statements are prepared first:
    // two calls that take nonce and number the other way round would wait for each other.
    let (fresh, written) = tokio::try_join!(
        biased;
        nonces::use_once(&tx, now, &call.partner_id, &call.nonce, kept_until),
        withdrawals::insert_draft(&tx, now, new),
    )?;
    if !fresh {
        return Ok(Drafted::NonceRepeated);
    }
    if !written {
        return Ok(Drafted::NumberTaken);
    }
    tx.commit().await?;
    Ok(Drafted::Written)
}
