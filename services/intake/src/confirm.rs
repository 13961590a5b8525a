//! The user confirms: the password is checked, and the withdrawal accepted.
//!
//! Two transactions with the check between them, and no connection held while it waits or runs: a
//! crowd at the password desk must not take the database from everyone else. The try is counted
//! and committed first, so that guesses sent all at once are counted too. Then one transaction
//! accepts: compare-and-set, timeline, and the message for huifu-dispatcher.

use std::time::Duration;

use axum::response::Response;
use contract::message::{Envelope, WithdrawalAccepted};
use contract::partner::ErrorCode;
use contract::withdrawal::{CashType, Confirmation, State, Transition, Withdrawal};
use jiff::Timestamp;
use runtime::crash::{CrashPoint, reach};
use runtime::{clock, ids};
use store::progress::{Advanced, NewIds, Step, advance};
use store::users::{LockPolicy, PasswordTry, begin_password_try, password_was_right};
use store::withdrawals::Change;
use store::{Connection, StoreError, outbox};

use crate::balance;
use crate::check_password::Place;
use crate::choices;
use crate::form::{Form, field};
use crate::front::Front;
use crate::page::{Alert, Shown, after};
use crate::refusal::Refusal;

/// Six digits are a million guesses: at five tries, then a minute, two, four … up to a day, an
/// attacker gets through about two thousand in a year.
const LOCK_POLICY: LockPolicy = LockPolicy {
    tries: 5,
    first_lock: Duration::from_secs(60),
    longest_lock: Duration::from_secs(86_400),
};

/// The first may meet a connection that died, the second a server that is just coming back.
const ACCEPT_TRIES: u32 = 3;

/// Transaction passwords are six digits; longer ones are for those who set one elsewhere.
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 6..=64;

/// One press of the button.
pub(crate) struct Attempt<'a> {
    pub(crate) front: &'a Front,
    pub(crate) withdrawal: &'a Withdrawal,
    pub(crate) shown: &'a Shown<'a>,
    pub(crate) form: &'a Form,
}

/// What became of it.
pub(crate) enum Confirmed {
    /// The user goes to the result, or back to the partner.
    SentOn(Response),
    /// The page is shown again.
    Told(Alert),
}

impl Attempt<'_> {
    pub(crate) async fn confirm(&self, now: Timestamp) -> Result<Confirmed, Refusal> {
        let chosen = match self.choose(now) {
            Ok(chosen) => chosen,
            Err(alert) => return Ok(Confirmed::Told(alert)),
        };
        let Ok(place) = self.front.passwords.place().await else {
            return Err(ErrorCode::Unavailable.into());
        };
        if let Some(alert) = self.check_password(place).await? {
            return Ok(Confirmed::Told(alert));
        }
        let accepted_at = clock::now();
        let confirmation = Confirmation {
            accepted_at,
            ..chosen
        };
        let state = self.accept_surely(&confirmation).await?;
        let id = &self.withdrawal.request.id;
        tracing::info!(order_id = %id, state = state.as_str(), "confirmed");
        // Cancelled or expired in another tab while the password was checked, or confirmed twice.
        let standing = after(self.front, self.withdrawal, state, accepted_at)?;
        standing
            .leave(self.front, self.withdrawal)
            .map(Confirmed::SentOn)
    }

    /// What the form says, compared with what the page would show now.
    fn choose(&self, now: Timestamp) -> Result<Confirmation, Alert> {
        let choices = &self.shown.choices;
        let cash_type = CashType::from_name(field(self.form, "cash_type"));
        let offer = cash_type.and_then(|cash_type| choices.offer(cash_type));
        let offer = offer.ok_or(Alert::CashType)?;
        let card = choices
            .card(field(self.form, "card_id"))
            .ok_or(Alert::Card)?;
        match choices.changed_since(field(self.form, "seen")) {
            Some(choices::Change::Prices) => return Err(Alert::PricesChanged),
            Some(choices::Change::Cards) => return Err(Alert::Card),
            None => {}
        }
        if let Some(most) = choices.shortfall(&offer, &self.shown.purse) {
            return Err(Alert::BalanceTooLow(offer.cash_type, most));
        }
        let length = field(self.form, "password").chars().count();
        if !PASSWORD_LENGTH.contains(&length) {
            return Err(Alert::PasswordLength);
        }
        Ok(Confirmation {
            cash_type: offer.cash_type,
            fee: offer.quote.fee,
            arrival: offer.quote.arrival,
            card_id: card.id,
            accepted_at: now,
        })
    }

    /// Commits the try, and gives the connection back before anything is computed.
    async fn count_try(&self) -> Result<PasswordTry, StoreError> {
        let user = &self.withdrawal.request.htouhui_user_id;
        let mut connection = self.front.store.connection().await?;
        let tx = connection.begin("intake: begin password try").await?;
        // Asked again: the wait for the place may have been long.
        let counted = begin_password_try(&tx, clock::now(), user, LOCK_POLICY).await?;
        tx.commit().await?;
        Ok(counted)
    }

    /// `None`: it is right.
    async fn check_password(&self, place: Place) -> Result<Option<Alert>, Refusal> {
        let user = &self.withdrawal.request.htouhui_user_id;
        let (hash, tries_left, locked_until) = match self.count_try().await? {
            PasswordTry::Check {
                hash,
                tries_left,
                locked_until,
            } => (hash, tries_left, locked_until),
            PasswordTry::Locked(until) => return Ok(Some(Alert::PasswordLocked(until))),
            PasswordTry::Unset => return Ok(Some(Alert::PasswordUnset)),
        };
        let password = field(self.form, "password").to_owned();
        match place.check(password, hash).await {
            Ok(true) => Ok(None),
            Ok(false) => {
                metrics::counter!("tixian_wrong_passwords_total").increment(1);
                tracing::info!(htouhui_user_id = %user, tries_left, "wrong password");
                let locked = locked_until.map(Alert::PasswordLocked);
                Ok(Some(locked.unwrap_or(Alert::PasswordWrong(tries_left))))
            }
            Err(error) => {
                let shown = &error as &dyn std::error::Error;
                tracing::error!(htouhui_user_id = %user, error = shown, "no password was checked");
                Err(ErrorCode::Internal.into())
            }
        }
    }

    /// Accepts on a fresh connection, again if that one is lost: the compare-and-set recognises a
    /// commit whose answer never came.
    async fn accept_surely(&self, confirmation: &Confirmation) -> Result<State, StoreError> {
        for _ in 1..ACCEPT_TRIES {
            let accepted = async {
                let mut connection = self.front.store.connection().await?;
                self.accept(&mut connection, confirmation).await
            };
            match accepted.await {
                Err(StoreError::Retryable(_)) => {}
                accepted => return accepted,
            }
        }
        let mut connection = self.front.store.connection().await?;
        self.accept(&mut connection, confirmation).await
    }

    /// Answers where the withdrawal stands afterwards.
    async fn accept(
        &self,
        connection: &mut Connection,
        confirmation: &Confirmation,
    ) -> Result<State, StoreError> {
        let request = &self.withdrawal.request;
        let now = confirmation.accepted_at;
        let detail = serde_json::json!({
            "cash_type": confirmation.cash_type.as_str(),
            "fee_fen": confirmation.fee.get(),
            "arrival_fen": confirmation.arrival.get(),
            "card_id": confirmation.card_id,
        });
        let step = Step {
            withdrawal: &request.id,
            transition: Transition::Confirm,
            change: Change {
                confirmation: Some(confirmation),
                ..Change::default()
            },
            detail: &detail,
            ids: NewIds {
                notice: ids::new_notice_id(),
                message: ids::new_message_id(),
            },
            causation_id: None,
        };
        let tx = connection.begin("intake: accept withdrawal").await?;
        // In this order, or the button pressed twice could wait for itself.
        let (advanced, ()) = tokio::try_join!(
            biased;
            advance(&tx, now, &step),
            password_was_right(&tx, now, &request.htouhui_user_id),
        )?;
        let state = match advanced {
            Advanced::Moved { to, .. } => {
                outbox::enqueue(&tx, &self.message(now), now).await?;
                to
            }
            Advanced::Agreed(state)
            | Advanced::Refused(state)
            | Advanced::Held(state)
            | Advanced::Contradicted(state) => state,
            Advanced::Unknown => {
                return Err(StoreError::Corrupt {
                    column: "withdrawals.id",
                });
            }
        };
        reach(CrashPoint::IntakeBeforeAcceptCommit);
        tx.commit().await?;
        reach(CrashPoint::IntakeAfterAcceptCommit);
        balance::was_spent(self.front, &self.withdrawal.request.htouhui_user_id);
        Ok(state)
    }

    fn message(&self, now: Timestamp) -> Envelope<WithdrawalAccepted> {
        Envelope {
            message_id: ids::new_message_id(),
            at: now,
            causation_id: None,
            traceparent: None,
            body: WithdrawalAccepted {
                withdrawal_id: self.withdrawal.request.id.clone(),
            },
        }
    }
}
