//! Who calls: a partner, its keys, and what it may do.
//!
//! Until the signature holds, the only things a caller hears are that a field is malformed, that
//! there is no such partner, or that the signature does not fit.

use contract::ids::PartnerId;
use contract::partner::ErrorCode;
use contract::signing::keys::{KeySet, MAX_KEYS, PublicKey, RegisteredKey};
use jiff::Timestamp;
use store::partners::{self, Partner, PartnerKey, PartnerState};
use store::{Connection, StoreError};

use crate::refusal::Refusal;

/// A partner with the keys it registered; not believed yet.
pub(crate) struct Caller {
    pub(crate) partner: Partner,
    pub(crate) keys: KeySet,
}

impl Caller {
    /// Finds the partner, or says that there is none.
    pub(crate) async fn find(
        connection: &Connection,
        id: &PartnerId,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let (partner, keys) = tokio::try_join!(
            partners::find(connection, id),
            partners::keys(connection, id)
        )?;
        let unknown = || Refusal::from(ErrorCode::PartnerUnknown).at("partner_id");
        Ok(Self {
            partner: partner.ok_or_else(unknown)?,
            keys: key_set(keys, now)?,
        })
    }

    /// To be asked only after the signature held: whether a partner is suspended is its own affair.
    pub(crate) fn must_be_active(&self) -> Result<(), Refusal> {
        must_be_active(&self.partner)
    }
}

/// Refuses a partner that may do nothing at present.
pub(crate) fn must_be_active(partner: &Partner) -> Result<(), Refusal> {
    match partner.state {
        PartnerState::Active => Ok(()),
        PartnerState::Suspended => Err(ErrorCode::PartnerSuspended.into()),
    }
}

/// The keys that can still sign come first, so that a long history of retired ones cannot push
/// them out of the bound.
fn key_set(stored: Vec<PartnerKey>, now: Timestamp) -> Result<KeySet, StoreError> {
    let retired = |key: &PartnerKey| key.retired_at.is_some_and(|at| at <= now);
    let (past, present): (Vec<_>, Vec<_>) = stored.into_iter().partition(retired);
    let keys = present
        .into_iter()
        .chain(past)
        .take(MAX_KEYS)
        .map(|stored| {
            let key = PublicKey::from_der(&stored.spki);
            Ok(RegisteredKey {
                key_id: stored.key_id,
                key: key.map_err(|_| StoreError::Corrupt { column: "spki" })?,
                not_before: stored.not_before,
                retired_at: stored.retired_at,
            })
        });
    let keys: Vec<RegisteredKey> = keys.collect::<Result<_, StoreError>>()?;
    KeySet::new(keys).map_err(|_| StoreError::Corrupt { column: "key_id" })
}
