//! The fields that every signed form has besides its business fields, both ways.
//!
//! Our synchronous answers and our notices are sealed with the same seven fields that page calls
//! bring: partner_id, version, sign_type, key_id, timestamp, nonce and sign.

use jiff::Timestamp;

use super::time::WireTime;
use super::{SIGN_TYPE, VERSION};
use crate::ids::{KeyId, PartnerId};
use crate::signing::keys::{KeySet, PrivateKey};
use crate::signing::partner::{self, SIGN, TextError, VerifyError};

/// The names of these fields.
pub const NAMES: [&str; 7] = [
    "partner_id",
    "version",
    "sign_type",
    "key_id",
    "timestamp",
    "nonce",
    SIGN,
];

/// Who signs for whom, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The partner who receives the form.
    pub partner_id: PartnerId,
    /// Which of our keys signs.
    pub key_id: KeyId,
    /// When it is signed.
    pub timestamp: WireTime,
    /// New for each signature: 1 to 32 letters, digits, `-` or `_`.
    pub nonce: String,
}

/// A form as it goes on the wire, in the order in which we send it.
pub type Form = Vec<(String, String)>;

impl Seal {
    /// `business` with the common fields in front and `sign` behind; empty values are left out.
    /// No value of ours contains `&`: ids are checked when they come in, the rest we write.
    pub fn close(&self, business: &[(&'static str, String)], key: &PrivateKey) -> Form {
        let of_sending = [
            self.key_id.to_string(),
            self.timestamp.to_string(),
            self.nonce.clone(),
        ];
        let mut form = unsigned(&self.partner_id, of_sending, business);
        let sign = partner::sign(&form, key)
            .expect("the names of our own fields are well formed and occur once");
        form.push((SIGN.to_owned(), sign));
        form
    }
}

/// What stands in [`text_of_any_sending`] for what only one sending has.
const ELLIPSIS: &str = "…";

/// The text that is signed whenever `business` is sent to this partner, for a person who compares
/// it with the partner's: key, time and nonce are of each sending, and are an ellipsis here.
pub fn text_of_any_sending(
    partner_id: &PartnerId,
    business: &[(&'static str, String)],
) -> Result<String, TextError> {
    let of_sending = [ELLIPSIS; 3].map(str::to_owned);
    partner::signed_text(&unsigned(partner_id, of_sending, business))
}

/// `of_sending` are its key, its time and its nonce.
fn unsigned(
    partner_id: &PartnerId,
    of_sending: [String; 3],
    business: &[(&'static str, String)],
) -> Form {
    let [key_id, timestamp, nonce] = of_sending;
    let ours = [
        ("partner_id", partner_id.to_string()),
        ("version", VERSION.to_owned()),
        ("sign_type", SIGN_TYPE.to_owned()),
        ("key_id", key_id),
        ("timestamp", timestamp),
        ("nonce", nonce),
    ];
    ours.iter()
        .chain(business)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

/// Why a form that claims to be ours is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The signature does not hold.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// A field that must be there is not, or cannot be read.
    #[error("{0} is missing or malformed")]
    Field(&'static str),
}

/// What a partner does with our forms: verifies, then reads. `names` are the fields of the form;
/// others (the partner's own query) are ignored, as only ours are signed.
pub(super) fn open<'form>(
    form: &'form [(String, String)],
    names: &[&str],
    keys: &KeySet,
    now: Timestamp,
) -> Result<Vec<(&'form str, &'form str)>, OpenError> {
    let ours: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| names.contains(name) || NAMES.contains(name))
        .collect();
    partner::verify(&ours, keys, now)?;
    Ok(ours)
}

pub(super) fn field<'form>(
    form: &[(&'form str, &'form str)],
    wanted: &'static str,
) -> Option<&'form str> {
    form.iter()
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| *value)
}

/// A field that must be there and be readable.
pub(super) fn read<T>(
    form: &[(&str, &str)],
    wanted: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, OpenError> {
    field(form, wanted)
        .and_then(parse)
        .ok_or(OpenError::Field(wanted))
}
