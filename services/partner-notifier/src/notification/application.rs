//! Notices about applications.

use contract::huifu::operations::FeeFloor;
use contract::message::ApplicationNoticeDue;
use contract::partner::application_notice::Outcome;
use contract::partner::{ApplicationNotice, ApplicationReason};
use jiff::Timestamp;
use store::notices::{self, ApplicationForDelivery};
use store::{Connection, StoreError};
use uuid::Uuid;

use super::{Deliverable, Due, Told};

impl Deliverable for ApplicationNoticeDue {
    async fn load(
        &self,
        connection: &Connection,
        message_id: Uuid,
        now: Timestamp,
    ) -> Result<Option<Due>, StoreError> {
        let id = &self.notice_id;
        let stored = notices::application_for_delivery(connection, id, message_id, now).await?;
        Ok(stored.map(Due::from))
    }
}

impl From<ApplicationForDelivery> for Due {
    fn from(stored: ApplicationForDelivery) -> Self {
        let notice = ApplicationNotice {
            application_id: stored.application_id,
            application_no: stored.application_no,
            notice_id: stored.id,
            sequence: u32::try_from(stored.sequence).unwrap_or_default(),
            kind: stored.kind,
            subject: stored.subject,
            third_party_user_id: stored.third_party_user_id,
            htouhui_user_id: stored.htouhui_user_id,
            outcome: outcome(stored.outcome, stored.reason_code.as_deref()),
            floor: stored.reason_detail.as_deref().and_then(FeeFloor::find),
            card_tail: stored.card_tail,
            finished_at: stored.finished_at,
        };
        Self {
            partner_id: stored.partner_id,
            notify_url: stored.notify_url,
            hosts: stored.hosts,
            notice_secrets: stored.notice_secrets,
            state: stored.state,
            attempt_count: stored.attempt_count,
            schedule_step: stored.schedule_step,
            message_is_open: stored.message_is_open,
            told: Told::Application(notice),
        }
    }
}

/// A reason that only a newer service knows is told as the general one of its kind, as for
/// withdrawals.
fn outcome(stored: notices::Outcome, reason: Option<&str>) -> Outcome {
    let reason = reason.and_then(ApplicationReason::from_code);
    match stored {
        // Nothing about an application is "paid" or "returned"; those are told of withdrawals.
        notices::Outcome::Passed | notices::Outcome::Paid => Outcome::Passed,
        notices::Outcome::Refused | notices::Outcome::Returned => {
            Outcome::NotPassed(reason.unwrap_or(ApplicationReason::RefusedByProvider))
        }
        notices::Outcome::Failed => {
            Outcome::NotPassed(reason.unwrap_or(ApplicationReason::ProviderFailed))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_even_when_its_reason_is_unknown_here() {
        assert_eq!(outcome(notices::Outcome::Passed, None), Outcome::Passed);
        for (stored, reason, told) in [
            (
                notices::Outcome::Refused,
                Some("card_mismatch"),
                ApplicationReason::CardMismatch,
            ),
            (
                notices::Outcome::Refused,
                Some("solar_flare"),
                ApplicationReason::RefusedByProvider,
            ),
            (
                notices::Outcome::Failed,
                None,
                ApplicationReason::ProviderFailed,
            ),
        ] {
            assert_eq!(outcome(stored, reason), Outcome::NotPassed(told));
        }
    }
}
