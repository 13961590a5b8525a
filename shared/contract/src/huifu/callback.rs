//! What Huifu posts to us when something happened to a withdrawal (huifu-api.md §4).
//!
//! A form, not JSON: the business part is JSON *text* in the field `resp_data`, and the signature
//! is over that text as received. The outer `resp_code` belongs to the gateway and varies; nothing
//! is ever decided by it.

use serde::Deserialize;

use super::code::{AcctStatus, MsgType, TransStat};
use super::field::received;
use crate::money::{Fen, MoneyError};
use crate::signing::SignatureError;
use crate::signing::huifu::verify_callback;
use crate::signing::keys::PublicKey;

/// Far above any real one: 14 fields of at most 512 characters.
const MAX_TEXT: usize = 16 * 1024;

/// The form of a callback, not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackForm {
    resp_data: String,
    sign: String,
}

/// Why a callback is not taken.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// No business text, or a field twice, or far too long.
    #[error("the form is not a callback of Huifu's")]
    NotACallback,
    /// Not signed, or not by Huifu.
    #[error("the callback is not signed by Huifu")]
    Signature(#[source] SignatureError),
    /// Signed, and still not readable.
    #[error("the business text of the callback cannot be read")]
    Unreadable(#[source] serde_json::Error),
}

impl CallbackForm {
    /// Finds the two fields that matter in a decoded form.
    pub fn find(form: &[(String, String)]) -> Result<Self, CallbackError> {
        let resp_data = once(form, "resp_data", MAX_TEXT)?.ok_or(CallbackError::NotACallback)?;
        let sign = once(form, "sign", MAX_TEXT)?.unwrap_or_default();
        Ok(Self { resp_data, sign })
    }

    /// Verifies the signature over the text as received, then reads it.
    pub fn open(&self, key: &PublicKey) -> Result<Callback, CallbackError> {
        verify_callback(&self.resp_data, &self.sign, key).map_err(CallbackError::Signature)?;
        serde_json::from_str(&self.resp_data).map_err(CallbackError::Unreadable)
    }

    /// The business text exactly as received; it may name accounts, so it is for storing, not for
    /// logging.
    pub fn resp_data(&self) -> &str {
        &self.resp_data
    }

    /// The signature as received; empty if there was none.
    pub fn sign(&self) -> &str {
        &self.sign
    }
}

/// The value of a field that a form has once at most, and not far too long.
pub(super) fn once(
    form: &[(String, String)],
    wanted: &str,
    max: usize,
) -> Result<Option<String>, CallbackError> {
    let mut found = form.iter().filter(|(name, _)| name == wanted);
    match (found.next(), found.next()) {
        (Some((_, value)), None) if value.len() <= max => Ok(Some(value.clone())),
        (None, None) => Ok(None),
        (Some(_), _) | (None, Some(_)) => Err(CallbackError::NotACallback),
    }
}

/// The business part of a callback about a withdrawal. Unknown fields are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Callback {
    /// Our attempt. Without it there is nothing to acknowledge, so it must be there.
    #[serde(deserialize_with = "required::<_, 128>")]
    pub req_seq_id: String,
    /// Its day; must be there as well.
    #[serde(deserialize_with = "required::<_, 8>")]
    pub req_date: String,
    /// The result.
    #[serde(default, deserialize_with = "received::<_, 8>")]
    pub sub_resp_code: Option<String>,
    /// The same in words.
    #[serde(default, deserialize_with = "received::<_, 512>")]
    pub sub_resp_desc: Option<String>,
    /// Huifu's own number of the withdrawal.
    #[serde(default, deserialize_with = "received::<_, 128>")]
    pub hf_seq_id: Option<String>,
    /// What became of the withdrawal: S, F or P.
    #[serde(default, deserialize_with = "received::<_, 1>")]
    pub trans_status: Option<String>,
    /// What became of the booking: S, F, P or B.
    #[serde(default, deserialize_with = "received::<_, 1>")]
    pub acct_status: Option<String>,
    /// What became of it at the bank: S, F or P.
    #[serde(default, deserialize_with = "received::<_, 1>")]
    pub channel_status: Option<String>,
    /// What it cost, in yuan.
    #[serde(default, deserialize_with = "received::<_, 14>")]
    pub fee_amt: Option<String>,
    /// How much was withdrawn, in yuan.
    #[serde(default, deserialize_with = "received::<_, 14>")]
    pub cash_amt: Option<String>,
    /// 02 accounting, 01 final.
    #[serde(default, deserialize_with = "received::<_, 8>")]
    pub msg_type: Option<String>,
    /// Who withdraws.
    #[serde(default, deserialize_with = "received::<_, 32>")]
    pub huifu_id: Option<String>,
    /// From which account.
    #[serde(default, deserialize_with = "received::<_, 32>")]
    pub acct_id: Option<String>,
    /// `ENCHASHMENT`, or `TSENCHASHMENT` for an automatic settlement.
    #[serde(default, deserialize_with = "received::<_, 20>")]
    pub trans_type: Option<String>,
}

impl Callback {
    /// Which of the two callbacks it is, if it says so in a word we know.
    pub fn msg_type(&self) -> Option<MsgType> {
        self.msg_type.as_deref().and_then(MsgType::from_code)
    }

    /// What became of the withdrawal, if it says so in a word we know.
    pub fn trans_status(&self) -> Option<TransStat> {
        self.trans_status
            .as_deref()
            .and_then(TransStat::from_letter)
    }

    /// What became of the booking, if it says so in a word we know.
    pub fn acct_status(&self) -> Option<AcctStatus> {
        self.acct_status
            .as_deref()
            .and_then(AcctStatus::from_letter)
    }

    /// What became of it at the bank, if it says so in a word we know.
    pub fn channel_status(&self) -> Option<TransStat> {
        self.channel_status
            .as_deref()
            .and_then(TransStat::from_letter)
    }

    /// The amount; to be compared with ours before anything is believed.
    pub fn cash_amt(&self) -> Option<Result<Fen, MoneyError>> {
        self.cash_amt.as_deref().map(str::parse)
    }

    /// The fee as Huifu booked it.
    pub fn fee_amt(&self) -> Option<Result<Fen, MoneyError>> {
        self.fee_amt.as_deref().map(str::parse)
    }

    /// The body that tells Huifu that we have it: nothing else, with HTTP 200, after the commit.
    pub fn acknowledgement(&self) -> String {
        acknowledgement(&self.req_seq_id)
    }
}

/// `RECV_ORD_ID_` + req_seq_id (huifu-api.md §4).
pub fn acknowledgement(req_seq_id: &str) -> String {
    format!("RECV_ORD_ID_{req_seq_id}")
}

pub(super) fn required<'de, D: serde::Deserializer<'de>, const MAX: usize>(
    deserializer: D,
) -> Result<String, D::Error> {
    received::<D, MAX>(deserializer)?
        .ok_or_else(|| serde::de::Error::custom("a required string is empty"))
}

#[cfg(test)]
mod tests;
