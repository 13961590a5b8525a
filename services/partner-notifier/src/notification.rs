//! From the stored notice to the form that the partner gets.
//!
//! The facts and `notice_id` are the same on every sending; time, nonce and signature are of this
//! one, so that a partner who remembers nonces takes a retry.

use contract::ids::KeyId;
use contract::partner::ReasonCode;
use contract::partner::notice::{Notice, Outcome};
use contract::partner::seal::Seal;
use contract::partner::time::WireTime;
use contract::signing::keys::PrivateKey;
use jiff::Timestamp;
use store::notices::{self, ForDelivery};

/// What is of one sending alone.
pub(crate) struct Sending<'a> {
    pub(crate) key: &'a PrivateKey,
    pub(crate) key_id: &'a KeyId,
    pub(crate) at: Timestamp,
    /// Nobody has seen these bytes before.
    pub(crate) random: [u8; 16],
}

/// The body to post.
pub(crate) fn body(stored: &ForDelivery, sending: &Sending<'_>) -> String {
    let seal = Seal {
        partner_id: stored.partner_id.clone(),
        key_id: sending.key_id.clone(),
        timestamp: WireTime::new(sending.at),
        nonce: format!("{:032x}", u128::from_be_bytes(sending.random)),
    };
    notice(stored).body(&seal, sending.key)
}

fn notice(stored: &ForDelivery) -> Notice {
    Notice {
        third_party_user_id: stored.third_party_user_id.clone(),
        htouhui_user_id: stored.htouhui_user_id.clone(),
        money: stored.amount,
        outcome: outcome(stored.outcome, stored.reason_code.as_deref()),
        order_id: stored.withdrawal_id.clone(),
        out_order_no: stored.out_order_no.clone(),
        notice_id: stored.id.clone(),
        sequence: u32::try_from(stored.sequence).unwrap_or_default(),
        fee: stored.fee,
        arrival_money: stored.arrival,
        cash_type: stored.cash_type,
        finished_at: stored.finished_at,
    }
}

/// During a rollout a newer service may write a reason that this one does not know. The partner is
/// told of the end all the same, with the general reason of its kind.
fn outcome(stored: notices::Outcome, reason: Option<&str>) -> Outcome {
    let reason = reason.and_then(ReasonCode::from_code);
    match stored {
        notices::Outcome::Paid => Outcome::Succeeded,
        notices::Outcome::Failed => {
            Outcome::Failed(reason.unwrap_or(ReasonCode::RefusedByProvider))
        }
        notices::Outcome::Returned => Outcome::Failed(reason.unwrap_or(ReasonCode::ReturnedByBank)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_even_when_its_reason_is_unknown_here() {
        assert_eq!(outcome(notices::Outcome::Paid, None), Outcome::Succeeded);
        assert_eq!(
            outcome(notices::Outcome::Failed, Some("account_frozen")),
            Outcome::Failed(ReasonCode::AccountFrozen)
        );
        assert_eq!(
            outcome(notices::Outcome::Failed, Some("solar_flare")),
            Outcome::Failed(ReasonCode::RefusedByProvider)
        );
        assert_eq!(
            outcome(notices::Outcome::Returned, None),
            Outcome::Failed(ReasonCode::ReturnedByBank)
        );
    }
}
