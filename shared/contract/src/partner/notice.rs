//! The notice: the signed form by which a partner's server hears how a withdrawal ended.
//!
//! It is built from the committed final row and from nothing else. The seed knows the first four
//! business fields; a partner that reads only those still works. `notice_id` is the same on every
//! retry and replay, timestamp, nonce and signature are not: they are of the delivery.

use jiff::Timestamp;

use super::reason::ReasonCode;
use super::seal::{self, Form, OpenError, Seal};
use super::time::WireTime;
use crate::ids::{HtouhuiUserId, NoticeId, OutOrderNo, ThirdPartyUserId, WithdrawalId};
use crate::money::Fen;
use crate::signing::keys::{KeySet, PrivateKey};
use crate::withdrawal::CashType;

/// The business fields of a notice: the seed's four, then ours.
pub const BUSINESS_NAMES: [&str; 14] = [
    "third_party_user_id",
    "htouhui_user_id",
    "money",
    "status",
    "order_id",
    "out_order_no",
    "notice_id",
    "sequence",
    "fee",
    "arrival_money",
    "cash_type",
    "finished_at",
    "reason_code",
    "reason",
];

/// What became of the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// `status=1`: it is on the card.
    Succeeded,
    /// `status=0`: it is not, or no longer.
    Failed(ReasonCode),
}

/// What a notice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The user, in ours.
    pub htouhui_user_id: HtouhuiUserId,
    /// How much was asked for.
    pub money: Fen,
    /// How it ended.
    pub outcome: Outcome,
    /// Our number of the withdrawal.
    pub order_id: WithdrawalId,
    /// The partner's.
    pub out_order_no: Option<OutOrderNo>,
    /// The same on every retry and replay of this notice.
    pub notice_id: NoticeId,
    /// 1 for the first notice of a withdrawal; a reversal after success has a higher one.
    pub sequence: u32,
    /// What it cost.
    pub fee: Fen,
    /// What arrived, or would have.
    pub arrival_money: Fen,
    /// The cash type that the user chose.
    pub cash_type: CashType,
    /// When it ended.
    pub finished_at: Timestamp,
}

impl Notice {
    /// The form to post.
    pub fn form(&self, seal: &Seal, key: &PrivateKey) -> Form {
        seal.close(&self.fields(), key)
    }

    /// The body to post: `application/x-www-form-urlencoded`, UTF-8.
    pub fn body(&self, seal: &Seal, key: &PrivateKey) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.form(seal, key))
            .finish()
    }

    /// What a partner does with a notice: verifies, then reads.
    pub fn open(
        form: &[(String, String)],
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<Self, OpenError> {
        let form = seal::open(form, &BUSINESS_NAMES, keys, now)?;
        let reason = seal::field(&form, "reason_code").and_then(ReasonCode::from_name);
        let outcome = seal::read(&form, "status", |status| match (status, reason) {
            ("1", None) => Some(Outcome::Succeeded),
            ("0", Some(reason)) => Some(Outcome::Failed(reason)),
            _ => None,
        })?;
        let out_order_no = match seal::field(&form, "out_order_no") {
            None => None,
            Some(_) => Some(seal::read(&form, "out_order_no", |text| text.parse().ok())?),
        };
        let finished_at: WireTime = seal::read(&form, "finished_at", |text| text.parse().ok())?;
        Ok(Self {
            third_party_user_id: seal::read(&form, "third_party_user_id", |text| {
                text.parse().ok()
            })?,
            htouhui_user_id: seal::read(&form, "htouhui_user_id", |text| text.parse().ok())?,
            money: seal::read(&form, "money", |text| text.parse().ok())?,
            outcome,
            order_id: seal::read(&form, "order_id", |text| text.parse().ok())?,
            out_order_no,
            notice_id: seal::read(&form, "notice_id", |text| text.parse().ok())?,
            sequence: seal::read(&form, "sequence", |text| text.parse().ok())?,
            fee: seal::read(&form, "fee", |text| text.parse().ok())?,
            arrival_money: seal::read(&form, "arrival_money", |text| text.parse().ok())?,
            cash_type: seal::read(&form, "cash_type", CashType::from_name)?,
            finished_at: finished_at.timestamp(),
        })
    }

    /// The business fields, in the order in which they are sent; those without a value are empty.
    pub fn fields(&self) -> [(&'static str, String); 14] {
        let (status, reason_code, reason) = match self.outcome {
            Outcome::Succeeded => ("1", "", ""),
            Outcome::Failed(reason) => ("0", reason.as_str(), reason.zh()),
        };
        let out_order_no = self.out_order_no.as_ref().map_or("", OutOrderNo::as_str);
        [
            ("third_party_user_id", self.third_party_user_id.to_string()),
            ("htouhui_user_id", self.htouhui_user_id.to_string()),
            ("money", self.money.to_string()),
            ("status", status.to_owned()),
            ("order_id", self.order_id.to_string()),
            ("out_order_no", out_order_no.to_owned()),
            ("notice_id", self.notice_id.to_string()),
            ("sequence", self.sequence.to_string()),
            ("fee", self.fee.to_string()),
            ("arrival_money", self.arrival_money.to_string()),
            ("cash_type", self.cash_type.as_str().to_owned()),
            ("finished_at", WireTime::new(self.finished_at).to_string()),
            ("reason_code", reason_code.to_owned()),
            ("reason", reason.to_owned()),
        ]
    }
}

/// Whether an answer to a notice means that the partner has it: HTTP 200 and the body `success`,
/// white space and case ignored.
pub fn is_taken(status: u16, body: &[u8]) -> bool {
    status == 200 && body.trim_ascii().eq_ignore_ascii_case(b"success")
}

#[cfg(test)]
mod tests;
