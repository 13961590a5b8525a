//! Writes the nonce, the draft and the wish to know the user's balance: all of them or none.
//!
//! The wish goes out with the draft, so that Huifu is asked while the browser is on its way to the
//! page.

use contract::partner::PageCall;
use contract::withdrawal::NewWithdrawal;
use jiff::{SignedDuration, Timestamp};
use store::{Connection, StoreError, nonces, outbox, withdrawals};

use crate::balance;

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
    let wish = balance::wish(&new.htouhui_user_id, now);
    // One round trip for all of it; what is not committed is not wished. Always in this order, also
    // where the statements are prepared first: two calls that take nonce and number the other way
    // round would wait for each other.
    let (fresh, written, ()) = tokio::try_join!(
        biased;
        nonces::use_once(&tx, now, &call.partner_id, &call.nonce, kept_until),
        withdrawals::insert_draft(&tx, now, new),
        outbox::enqueue(&tx, &wish, now),
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
