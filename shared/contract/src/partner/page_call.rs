//! The page call: the signed form with which a partner sends a user to us.
//!
//! A [`PageCall`] is parsed, therefore valid in itself. It is **not** believed yet: the partner
//! must exist, [`PageCall::verify`] must hold, the clock must agree, the nonce must be new and the
//! hosts registered, in that order, before anything is stored or anybody is redirected.

mod form;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::rule::{FieldError, Rule};
use super::time::WireTime;
use super::url::{LoopbackHttp, PartnerUrl};
use super::{ErrorCode, answer, seal};
use crate::ids::{HtouhuiUserId, KeyId, OutOrderNo, PartnerId, ThirdPartyUserId};
use crate::money::{Fen, MAX_CHARACTERS};
use crate::signing::SignatureError;
use crate::signing::api::is_nonce;
use crate::signing::keys::KeySet;
use crate::signing::partner::signed_text;
use crate::withdrawal::{CashType, Language};

use form::Reader;

pub(super) use form::{id, money};

/// The business fields of a page call: the seed's, then ours.
pub const BUSINESS_NAMES: [&str; 9] = [
    "third_party_user_id",
    "htouhui_user_id",
    "money",
    "return_url",
    "notify_url",
    "from_url",
    "out_order_no",
    "cash_type",
    "lang",
];

const URLS: [&str; 3] = ["return_url", "notify_url", "from_url"];

/// A page call whose every field keeps to its rule.
#[derive(Debug, Clone)]
pub struct PageCall {
    /// Who asks.
    pub partner_id: PartnerId,
    /// Which of the partner's keys signed, if the partner says so.
    pub key_id: Option<KeyId>,
    /// When the partner signed.
    pub timestamp: WireTime,
    /// To be used once.
    pub nonce: String,
    /// The user, in the partner's words.
    pub third_party_user_id: ThirdPartyUserId,
    /// The user, in ours.
    pub htouhui_user_id: HtouhuiUserId,
    /// How much; more than zero.
    pub money: Fen,
    /// Where the browser goes afterwards.
    pub return_url: PartnerUrl,
    /// Where notices go.
    pub notify_url: PartnerUrl,
    /// Where the browser goes after a password reset.
    pub from_url: PartnerUrl,
    /// The partner's own number, and idempotency key.
    pub out_order_no: Option<OutOrderNo>,
    /// What to preselect.
    pub cash_type: Option<CashType>,
    /// The language of the page, if the partner says so; else the browser decides.
    pub language: Option<Language>,
    signed_text: String,
    sign: String,
}

impl PageCall {
    /// Reads a decoded form, or lists every field that breaks a rule. The list is never empty.
    pub fn parse(
        form: &[(String, String)],
        loopback: LoopbackHttp,
    ) -> Result<Self, Vec<FieldError>> {
        let mut reader = Reader::new(form)?;
        let seal = Sealed::read(&mut reader);
        let business = Business::read(&mut reader, loopback);
        reader.check_unambiguous(&URLS);
        let errors = reader.finish();
        let (Some(seal), Some(business), []) = (seal, business, errors.as_slice()) else {
            return Err(errors);
        };
        let signed_text =
            signed_text(form).expect("repeated and misspelt names were refused before this line");
        Ok(Self {
            partner_id: seal.partner_id,
            key_id: seal.key_id,
            timestamp: seal.timestamp,
            nonce: seal.nonce,
            sign: seal.sign,
            third_party_user_id: business.third_party_user_id,
            htouhui_user_id: business.htouhui_user_id,
            money: business.money,
            return_url: business.return_url,
            notify_url: business.notify_url,
            from_url: business.from_url,
            out_order_no: business.out_order_no,
            cash_type: business.cash_type,
            language: business.language,
            signed_text,
        })
    }

    /// Says which of the partner's keys signed exactly the form that was parsed.
    pub fn verify<'keys>(
        &self,
        keys: &'keys KeySet,
        now: Timestamp,
    ) -> Result<&'keys KeyId, SignatureError> {
        let key_id = self.key_id.as_ref().map(KeyId::as_str);
        keys.verify(key_id, self.signed_text.as_bytes(), &self.sign, now)
    }

    /// Whether the partner's clock is at most ten minutes off.
    pub fn check_clock(&self, now: Timestamp) -> Result<(), ErrorCode> {
        if self.timestamp.is_near(now) {
            Ok(())
        } else {
            Err(ErrorCode::TimestampOutOfRange)
        }
    }

    /// The names of the URL fields that lead to none of the `registered` hosts; empty is good.
    pub fn foreign_hosts<H: AsRef<str>>(&self, registered: &[H]) -> Vec<&'static str> {
        [
            ("return_url", &self.return_url),
            ("notify_url", &self.notify_url),
            ("from_url", &self.from_url),
        ]
        .into_iter()
        .filter(|(_, url)| !url.is_on(registered))
        .map(|(name, _)| name)
        .collect()
    }

    /// SHA-256 over what the partner wants, without time, nonce, key and signature: two calls
    /// with one `out_order_no` are the same request exactly when these are equal.
    pub fn fingerprint(&self) -> [u8; 32] {
        let cash_type = self.cash_type.map_or("", CashType::as_str);
        let out_order_no = self.out_order_no.as_ref().map_or("", OutOrderNo::as_str);
        let mut digest = Sha256::new();
        for part in [
            self.partner_id.as_str(),
            self.third_party_user_id.as_str(),
            self.htouhui_user_id.as_str(),
            &self.money.to_string(),
            self.return_url.as_str(),
            self.notify_url.as_str(),
            self.from_url.as_str(),
            out_order_no,
            cash_type,
            self.language.unwrap_or_default().as_str(),
        ] {
            digest.update(part);
            // No part contains it, so no border between two parts can move.
            digest.update([0]);
        }
        digest.finalize().into()
    }
}

struct Sealed {
    partner_id: PartnerId,
    key_id: Option<KeyId>,
    timestamp: WireTime,
    nonce: String,
    sign: String,
}

impl Sealed {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let one_of = |allowed: &'static str| {
            move |text: &str| (text == allowed).then_some(()).ok_or(Rule::OneOf(allowed))
        };
        let partner_id = reader.required("partner_id", PartnerId::MAX, form::id);
        let version = reader.required("version", 8, one_of(super::VERSION));
        let sign_type = reader.required("sign_type", 8, one_of(super::SIGN_TYPE));
        let key_id = reader.optional("key_id", KeyId::MAX, form::id);
        let timestamp =
            reader.required("timestamp", 14, |text| text.parse().map_err(|_| Rule::Time));
        let nonce = reader.required("nonce", 32, |text| {
            is_nonce(text).then(|| text.to_owned()).ok_or(Rule::Token)
        });
        let sign = reader.required("sign", 512, form::base64);
        version?;
        sign_type?;
        Some(Self {
            partner_id: partner_id?,
            key_id: key_id?,
            timestamp: timestamp?,
            nonce: nonce?,
            sign: sign?,
        })
    }
}

struct Business {
    third_party_user_id: ThirdPartyUserId,
    htouhui_user_id: HtouhuiUserId,
    money: Fen,
    return_url: PartnerUrl,
    notify_url: PartnerUrl,
    from_url: PartnerUrl,
    out_order_no: Option<OutOrderNo>,
    cash_type: Option<CashType>,
    language: Option<Language>,
}

impl Business {
    fn read(reader: &mut Reader<'_>, loopback: LoopbackHttp) -> Option<Self> {
        let url = |text: &str| PartnerUrl::parse(text, loopback);
        let third_party_user_id =
            reader.required("third_party_user_id", ThirdPartyUserId::MAX, form::id);
        let htouhui_user_id = reader.required("htouhui_user_id", HtouhuiUserId::MAX, form::id);
        let money = reader.required("money", MAX_CHARACTERS, form::money);
        let return_url = reader.required("return_url", 256, |text| {
            let url = url(text)?;
            let taken = url.query_names().any(|name| answer::is_ours(&name));
            if taken {
                Err(Rule::FreeOfOurNames)
            } else {
                Ok(url)
            }
        });
        let notify_url = reader.required("notify_url", 200, url);
        let from_url = reader.required("from_url", 256, url);
        let out_order_no = reader.optional("out_order_no", OutOrderNo::MAX, form::id);
        let cash_type = reader.optional("cash_type", 2, |text| {
            CashType::from_name(text).ok_or(Rule::OneOf("D0, D1, T1, DM"))
        });
        let language = reader.optional("lang", 8, |text| {
            Language::from_name(text).ok_or(Rule::OneOf("zh-CN, en"))
        });
        Some(Self {
            third_party_user_id: third_party_user_id?,
            htouhui_user_id: htouhui_user_id?,
            money: money?,
            return_url: return_url?,
            notify_url: notify_url?,
            from_url: from_url?,
            out_order_no: out_order_no?,
            cash_type: cash_type?,
            language: language?,
        })
    }
}

/// Whether `name` is a field of the page call.
fn known_name(name: &str) -> Option<&'static str> {
    seal::NAMES
        .into_iter()
        .chain(BUSINESS_NAMES)
        .find(|known| *known == name)
}

#[cfg(test)]
mod tests;
