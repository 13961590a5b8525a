//! The synchronous answer: where we send the browser when the user is done, signed.
//!
//! The partner's own query stays in front as it was; our fields follow, and only they are signed.
//! `0000` means that we accepted the withdrawal, **not** that money moved: that is for the notice.

use std::borrow::Cow;

use ::url::Url;
use jiff::Timestamp;

use super::seal::{self, Form, OpenError, Seal};
use super::url::PartnerUrl;
use crate::ids::{HtouhuiUserId, ThirdPartyUserId, WithdrawalId};
use crate::money::Fen;
use crate::signing::keys::{KeySet, PrivateKey};

/// The business fields of an answer.
pub const BUSINESS_NAMES: [&str; 6] = [
    "code",
    "message",
    "htouhui_user_id",
    "third_party_user_id",
    "money",
    "order_id",
];

/// How the user left our page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnswerCode {
    /// The user confirmed and we will see to it.
    Accepted,
    /// The user went back.
    Cancelled,
    /// Nobody confirmed in time.
    Expired,
}

impl AnswerCode {
    /// Every code.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Cancelled, Self::Expired];

    /// The code on the wire. Stable for ever.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "0000",
            Self::Cancelled => "1001",
            Self::Expired => "1002",
        }
    }

    /// The value of `message`; always Chinese, like the rest of the wire.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Accepted => "提现申请已受理",
            Self::Cancelled => "用户取消提现",
            Self::Expired => "页面超时，提现未确认",
        }
    }

    /// Reads the code; `None` for anything else.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == code)
    }
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How the user left.
    pub code: AnswerCode,
    /// The user, in our words.
    pub htouhui_user_id: HtouhuiUserId,
    /// The user, in the partner's.
    pub third_party_user_id: ThirdPartyUserId,
    /// How much was asked for.
    pub money: Fen,
    /// Our number of the withdrawal.
    pub order_id: WithdrawalId,
}

/// Whether `name` is a field of an answer, and therefore not free for the partner's own query.
pub fn is_ours(name: &str) -> bool {
    BUSINESS_NAMES.contains(&name) || seal::NAMES.contains(&name)
}

impl Answer {
    /// The URL to redirect to.
    pub fn url(&self, return_url: &PartnerUrl, seal: &Seal, key: &PrivateKey) -> Url {
        let form = seal.close(&self.fields(), key);
        let mut url = return_url.as_url().clone();
        url.query_pairs_mut().extend_pairs(form);
        url
    }

    /// What a partner does with the query it was called with: verifies, then reads.
    pub fn open(
        query: &[(String, String)],
        keys: &KeySet,
        now: Timestamp,
    ) -> Result<Self, OpenError> {
        let form = seal::open(query, &BUSINESS_NAMES, keys, now)?;
        Ok(Self {
            code: seal::read(&form, "code", AnswerCode::from_code)?,
            htouhui_user_id: seal::read(&form, "htouhui_user_id", |text| text.parse().ok())?,
            third_party_user_id: seal::read(&form, "third_party_user_id", |text| {
                text.parse().ok()
            })?,
            money: seal::read(&form, "money", |text| text.parse().ok())?,
            order_id: seal::read(&form, "order_id", |text| text.parse().ok())?,
        })
    }

    fn fields(&self) -> [(&'static str, String); 6] {
        [
            ("code", self.code.as_str().to_owned()),
            ("message", self.code.zh().to_owned()),
            ("htouhui_user_id", self.htouhui_user_id.to_string()),
            ("third_party_user_id", self.third_party_user_id.to_string()),
            ("money", self.money.to_string()),
            ("order_id", self.order_id.to_string()),
        ]
    }
}

/// The decoded pairs of a query string, for [`Answer::open`].
pub fn query_pairs(query: &str) -> Form {
    form_urlencoded::parse(query.as_bytes())
        .map(|(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
