//! What Huifu posts to us when a review ended (huifu-api.md §4).
//!
//! A form like that about a withdrawal, but its business text is in the field `data`. Merchants'
//! callbacks say the outcome at the first level, users' in `audit_info`, JSON in a string.

use std::fmt;

use serde::Deserialize;

use super::answer::ConfigResult;
use super::nested::{NestedError, nested, read};
use crate::huifu::callback::{CallbackError, acknowledgement, once, required};
use crate::huifu::field::received;
use crate::signing::huifu::verify_callback;
use crate::signing::keys::PublicKey;

/// Far above any real one: a dozen fields, one of them a list of a few results.
const MAX_TEXT: usize = 64 * 1024;

/// The form of a callback, not yet believed.
#[derive(Clone, PartialEq, Eq)]
pub struct ReviewForm {
    data: String,
    sign: String,
}

impl ReviewForm {
    /// Finds the two fields that matter in a decoded form.
    pub fn find(form: &[(String, String)]) -> Result<Self, CallbackError> {
        let data = once(form, "data", MAX_TEXT)?.ok_or(CallbackError::NotACallback)?;
        let sign = once(form, "sign", MAX_TEXT)?.unwrap_or_default();
        Ok(Self { data, sign })
    }

    /// Verifies the signature over the text as received, then reads it.
    pub fn open(&self, key: &PublicKey) -> Result<ReviewCallback, CallbackError> {
        verify_callback(&self.data, &self.sign, key).map_err(CallbackError::Signature)?;
        serde_json::from_str(&self.data).map_err(CallbackError::Unreadable)
    }

    /// The business text exactly as received; it may name people, so it is for sealing, not for
    /// logging.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// The signature as received; empty if there was none.
    pub fn sign(&self) -> &str {
        &self.sign
    }
}

/// The business part. Unknown fields are ignored.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ReviewCallback {
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
    /// A merchant's outcome: Y, N, F.
    #[serde(default, deserialize_with = "received::<_, 1>")]
    pub audit_status: Option<String>,
    /// The reviewer's words about a merchant.
    #[serde(default, deserialize_with = "received::<_, 512>")]
    pub audit_desc: Option<String>,
    /// Ours.
    #[serde(default, deserialize_with = "received::<_, 32>")]
    pub product_id: Option<String>,
    /// Whom it is about.
    #[serde(default, deserialize_with = "received::<_, 18>")]
    pub huifu_id: Option<String>,
    /// The application at Huifu.
    #[serde(default, deserialize_with = "received::<_, 18>")]
    pub apply_no: Option<String>,
    /// A merchant's card.
    #[serde(default, deserialize_with = "received::<_, 20>")]
    pub token_no: Option<String>,
    /// A review, Z electronic account, H flexible staff; merchants' reviews have none.
    #[serde(default, deserialize_with = "received::<_, 1>")]
    pub notify_type: Option<String>,
    /// A user's outcome; see [`Self::audit`].
    #[serde(default, deserialize_with = "nested")]
    pub audit_info: Option<String>,
}

/// The outcome of a review, from wherever the callback has it.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Audit {
    /// Y passed, N refused, F failed, P still looked at.
    #[serde(deserialize_with = "received::<_, 1>")]
    pub audit_status: Option<String>,
    /// The reviewer's words.
    #[serde(deserialize_with = "received::<_, 512>")]
    pub audit_desc: Option<String>,
    /// The application at Huifu.
    #[serde(deserialize_with = "received::<_, 18>")]
    pub apply_no: Option<String>,
    /// The card.
    #[serde(deserialize_with = "received::<_, 20>")]
    pub token_no: Option<String>,
    /// What became of each part.
    #[serde(rename = "resp_business", deserialize_with = "results")]
    pub configs: Vec<ConfigResult>,
}

impl ReviewCallback {
    /// The outcome it tells.
    pub fn audit(&self) -> Result<Audit, NestedError> {
        if self.audit_info.is_some() {
            return read("audit_info", self.audit_info.as_deref());
        }
        Ok(Audit {
            audit_status: self.audit_status.clone(),
            audit_desc: self.audit_desc.clone(),
            apply_no: self.apply_no.clone(),
            token_no: self.token_no.clone(),
            configs: Vec::new(),
        })
    }

    /// The body that tells Huifu that we have it: nothing else, with HTTP 200, after the commit.
    pub fn acknowledgement(&self) -> String {
        acknowledgement(&self.req_seq_id)
    }
}

/// A list, whether it came as itself (as the page says) or as a string.
fn results<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<ConfigResult>, D::Error> {
    let text = nested(deserializer)?;
    read("resp_business", text.as_deref()).map_err(serde::de::Error::custom)
}

impl fmt::Debug for ReviewForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ReviewForm(***)")
    }
}

/// The reviewer's words may name people, and a token is nobody's to read.
impl fmt::Debug for ReviewCallback {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ReviewCallback")
            .field("req_seq_id", &self.req_seq_id)
            .field("req_date", &self.req_date)
            .field("huifu_id", &self.huifu_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
