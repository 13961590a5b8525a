//! Codes that went to users by SMS: how many, and the guesses at them.
//!
//! A row is written and committed **before** the gateway is asked, so that two replicas, or two
//! tabs, count the same codes. A guess is counted **before** it is compared, so that a hundred at
//! once are still five. The code itself is nowhere: the row has its keyed digest.

mod guess;
mod limits;

use contract::ids::{HtouhuiUserId, WithdrawalId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{StoreError, Transaction};

pub use guess::{Current, Guess, MOST_TRIES, begin_guess, current, use_up, was_used};
pub use limits::{Issued, SendLimits, issue};

const WAS_SENT: &str = "\
-- sms_codes.was_sent
with sent as (
    update sms_codes
       set state = $2, updated_at = $3, updated_by = $4
     where id = $1 and state = 'issued'
    returning htouhui_user_id, created_at)
update sms_codes
   set state = 'replaced', updated_at = $3, updated_by = $4
  from sent
 where sms_codes.htouhui_user_id = sent.htouhui_user_id
   and sms_codes.created_at < sent.created_at
   and sms_codes.state in ('issued', 'sent')";

const WAS_NOT_SENT: &str = "\
-- sms_codes.was_not_sent
update sms_codes
   set state = $2, updated_at = $3, updated_by = $4
 where id = $1 and state = 'issued'";

const FORGET: &str = "\
-- sms_codes.forget
delete from sms_codes
 where ctid = any(array(
    select ctid from sms_codes where created_at <= $1 limit $2 for update skip locked))";

/// What a code is for; one for something else does not open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The first password.
    SetPassword,
    /// Another password, in place of a forgotten one.
    ResetPassword,
}

impl Purpose {
    /// Both; compared with the database's list by a test.
    pub const ALL: [Self; 2] = [Self::SetPassword, Self::ResetPassword];

    /// The name in the database and in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetPassword => "set_password",
            Self::ResetPassword => "reset_password",
        }
    }
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeState {
    /// Written; the gateway is being asked.
    Issued,
    /// The gateway took it, or may have.
    Sent,
    /// The gateway provably did not take it; it counts for nothing but a short pause.
    NotSent,
    /// Another one was sent after it, or the number changed.
    Replaced,
    /// It set a password.
    Used,
}

impl CodeState {
    /// Every state; compared with the database's list by a test.
    pub const ALL: [Self; 5] = [
        Self::Issued,
        Self::Sent,
        Self::NotSent,
        Self::Replaced,
        Self::Used,
    ];

    /// The name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Sent => "sent",
            Self::NotSent => "not_sent",
            Self::Replaced => "replaced",
            Self::Used => "used",
        }
    }
}

/// Who may use a code: this user, on the page of this draft, in this session, for this.
#[derive(Debug, Clone, Copy)]
pub struct Bearer<'a> {
    /// Whose password.
    pub user: &'a HtouhuiUserId,
    /// On whose page.
    pub withdrawal: &'a WithdrawalId,
    /// In which browser: a keyed digest of its session.
    pub session_digest: &'a str,
    /// For what.
    pub purpose: Purpose,
}

impl Bearer<'_> {
    /// In the order in which every statement has them.
    fn key(&self) -> [&str; 4] {
        let (user, withdrawal) = (self.user.as_str(), self.withdrawal.as_str());
        [user, withdrawal, self.session_digest, self.purpose.as_str()]
    }
}

/// A code about to be sent.
#[derive(Debug, Clone, Copy)]
pub struct NewCode<'a> {
    /// Its number, also at the gateway.
    pub id: Uuid,
    /// Who may use it.
    pub bearer: Bearer<'a>,
    /// The code's keyed digest.
    pub code_digest: &'a str,
    /// A keyed digest of the address it was asked for from.
    pub client_digest: &'a str,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// The gateway took it, or may have: those before it are good for nothing any more.
pub async fn was_sent(tx: &Transaction<'_>, now: Timestamp, id: Uuid) -> Result<(), StoreError> {
    let state = CodeState::Sent.as_str();
    tx.execute(WAS_SENT, &[&id, &state, &now, &tx.name()])
        .await
        .map(drop)
}

/// The gateway provably did not take it: those before it stay good.
pub async fn was_not_sent(
    tx: &Transaction<'_>,
    now: Timestamp,
    id: Uuid,
) -> Result<(), StoreError> {
    let state = CodeState::NotSent.as_str();
    tx.execute(WAS_NOT_SENT, &[&id, &state, &now, &tx.name()])
        .await
        .map(drop)
}

/// Forgets at most `limit` codes that were written before `before`, and answers how many.
pub async fn forget(
    tx: &Transaction<'_>,
    before: Timestamp,
    limit: i64,
) -> Result<u64, StoreError> {
    tx.execute(FORGET, &[&before, &limit]).await
}
