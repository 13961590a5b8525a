//! What a partner asks about: a form or a call that it signed, or an answer or a notice of ours.

use std::borrow::Cow;

use serde_json::Value;

use crate::partner::field_problem::BodyError;
use crate::partner::json::Fields;
use crate::partner::rule::Rule;
use crate::partner::time::WireTime;
use crate::partner::{answer, application_notice, notice, seal};
use crate::signing::diagnosis::{Candidate, of_api, of_fields};
use crate::signing::partner::{SIGN, TextError};

const NAMES: [&str; 10] = [
    "kind",
    "fields",
    "body",
    "text",
    "signature",
    "key_id",
    "method",
    "path",
    "timestamp",
    "nonce",
];

/// Far above any page call; a call of the API with a longer body is explained by what it has in
/// common with shorter ones.
const MAX_BODY: usize = 16 * 1024;
const MAX_TEXT: usize = 20 * 1024;
const MAX_SIGNATURE: usize = 2_048;
const MAX_PATH: usize = 2_048;
const MAX_SHORT: usize = 64;

/// As many as a page call may have.
const MAX_FIELDS: usize = 64;

/// What was signed, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A page call, by the partner.
    Form,
    /// A call of the API, by the partner.
    Api,
    /// A synchronous answer, by us: the query that the user came back with.
    Return,
    /// A notice, by us: the form that we posted.
    Notice,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Form, Self::Api, Self::Return, Self::Notice];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Api => "api",
            Self::Return => "return",
            Self::Notice => "notice",
        }
    }

    /// Whether the partner signs it; else we do.
    pub const fn is_signed_by_partner(self) -> bool {
        match self {
            Self::Form | Self::Api => true,
            Self::Return | Self::Notice => false,
        }
    }

    /// Whether a field of this name is signed. Of an answer and a notice only ours are: the rest is
    /// the partner's own query.
    fn signs(self, name: &str) -> bool {
        let ours = |names: &[&str]| names.contains(&name) || seal::NAMES.contains(&name);
        match self {
            Self::Form | Self::Api => true,
            Self::Return => ours(&answer::BUSINESS_NAMES),
            Self::Notice => {
                ours(&notice::BUSINESS_NAMES) || ours(&application_notice::BUSINESS_NAMES)
            }
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A question about one signature.
#[derive(Debug, Clone)]
pub struct SignatureCheckRequest {
    /// What was signed.
    pub kind: Kind,
    /// The nonce of what the partner signed, if it could be read.
    pub nonce: Option<String>,
    /// The key that is named, if one is.
    pub key_id: Option<String>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) text: Option<String>,
    pub(super) signature: String,
    pub(super) timestamp: Option<WireTime>,
}

/// The parts of a question that every kind may have.
struct Parts {
    body: Option<String>,
    text: Option<String>,
    signature: Option<String>,
    key_id: Option<String>,
    method: Option<String>,
    path: Option<String>,
    timestamp: Option<String>,
    nonce: Option<String>,
}

type Form = Vec<(String, String)>;

impl SignatureCheckRequest {
    /// Reads a body, or says everything that is wrong with it.
    pub fn parse(body: &[u8]) -> Result<Self, BodyError> {
        let mut fields = Fields::of(body, &NAMES)?;
        let kind = fields.required("kind", MAX_SHORT, |text| {
            Kind::from_name(text).ok_or(Rule::OneOf("form, api, return, notice"))
        });
        let given = fields.optional_object("fields");
        let parts = Parts::read(&mut fields);
        let read = match (kind, given, parts) {
            (Some(Kind::Api), Some(_), Some(parts)) => of_call(&mut fields, parts),
            (Some(kind), Some(given), Some(parts)) => of_form(&mut fields, kind, given, parts),
            (None | Some(_), None | Some(_), None | Some(_)) => None,
        };
        fields.finish(read)
    }
}

impl Parts {
    fn read(fields: &mut Fields) -> Option<Self> {
        let mut text = |name, most| fields.optional(name, most, |text| Ok(text.to_owned()));
        let body = text("body", MAX_BODY);
        let their_text = text("text", MAX_TEXT);
        let signature = text("signature", MAX_SIGNATURE);
        let key_id = text("key_id", MAX_SHORT);
        let method = text("method", MAX_SHORT);
        let path = text("path", MAX_PATH);
        let timestamp = text("timestamp", MAX_SHORT);
        let nonce = text("nonce", MAX_SHORT);
        Some(Self {
            body: body?,
            text: their_text?,
            signature: signature?,
            key_id: key_id?,
            method: method?,
            path: path?,
            timestamp: timestamp?,
            nonce: nonce?,
        })
    }
}

/// A call of the API, part by part.
fn of_call(fields: &mut Fields, parts: Parts) -> Option<SignatureCheckRequest> {
    let mut required = |field, part: Option<String>| {
        if part.is_none() {
            fields.refuse(field, Rule::Required);
        }
        part
    };
    let method = required("method", parts.method);
    let path = required("path", parts.path);
    let timestamp = required("timestamp", parts.timestamp);
    let nonce = required("nonce", parts.nonce);
    let signature = required("signature", parts.signature);
    let (timestamp, nonce) = (timestamp?, nonce?);
    let body = parts.body.unwrap_or_default();
    let candidates = of_api((&method?, &path?), (&timestamp, &nonce), &body);
    Some(SignatureCheckRequest {
        kind: Kind::Api,
        candidates,
        text: parts.text,
        signature: signature?,
        key_id: parts.key_id,
        timestamp: timestamp.parse().ok(),
        nonce: Some(nonce),
    })
}

/// A form, as an object of its fields or as it was posted.
fn of_form(
    fields: &mut Fields,
    kind: Kind,
    given: Option<Value>,
    parts: Parts,
) -> Option<SignatureCheckRequest> {
    let (at, form) = match (given, parts.body) {
        (Some(given), None) => ("fields", from_object(fields, &given)?),
        (None, Some(body)) => ("body", from_body(&body)),
        (Some(_), Some(_)) | (None, None) => {
            fields.refuse("fields", Rule::ExactlyOneOf("fields, body"));
            return None;
        }
    };
    if form.len() > MAX_FIELDS {
        fields.refuse(at, Rule::AtMostFields(MAX_FIELDS));
        return None;
    }
    let signed: Form = form
        .into_iter()
        .filter(|(name, _)| kind.signs(name))
        .collect();
    let value = |wanted: &str| {
        let found = signed.iter().find(|(name, _)| name == wanted);
        found
            .map(|(_, value)| value.clone())
            .filter(|value| !value.is_empty())
    };
    let candidates = match of_fields(&signed) {
        Ok(candidates) => candidates,
        Err(TextError::Repeated) => {
            fields.refuse(at, Rule::Once);
            return None;
        }
        Err(TextError::BadName) => {
            fields.refuse(at, Rule::Name);
            return None;
        }
    };
    let by_partner = kind.is_signed_by_partner();
    Some(SignatureCheckRequest {
        kind,
        candidates,
        text: parts.text,
        signature: parts.signature.or_else(|| value(SIGN)).unwrap_or_default(),
        key_id: parts.key_id.or_else(|| value("key_id")),
        timestamp: value("timestamp")
            .filter(|_| by_partner)
            .and_then(|text| text.parse().ok()),
        nonce: value("nonce").filter(|_| by_partner),
    })
}

fn from_body(body: &str) -> Form {
    form_urlencoded::parse(body.as_bytes())
        .map(|(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Values are texts, as they are in a form; a number would have more than one spelling.
fn from_object(fields: &mut Fields, given: &Value) -> Option<Form> {
    let mut form = Form::new();
    let mut all_texts = true;
    for (name, value) in given.as_object().into_iter().flatten() {
        match value {
            Value::String(text) => form.push((name.clone(), text.clone())),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => all_texts = false,
        }
    }
    if !all_texts {
        fields.refuse("fields", Rule::Text);
        return None;
    }
    Some(form)
}
