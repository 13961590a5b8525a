//! Signed answers: compact, first level sorted, strings only.
//!
//! That is the one form all of Huifu's own clients verify (huifu-api.md §2), because some verify
//! the raw text and some print it again.

use crate::huifu::script::Reply;
use crate::keys::SigningKey;
use axum::response::{IntoResponse, Response};
use http::header;
use std::collections::BTreeMap;

/// Members of an answer's `data`; a BTreeMap prints them sorted.
pub(crate) type Data = BTreeMap<&'static str, String>;

/// A `data` with its two obligatory members.
pub(crate) fn data(resp_code: &str, resp_desc: &str) -> Data {
    Data::from([
        ("resp_code", resp_code.to_owned()),
        ("resp_desc", resp_desc.to_owned()),
    ])
}

/// The text that stands in the answer and is signed.
pub(crate) fn text(data: &Data) -> String {
    serde_json::to_string(data).expect("a map from strings to strings always has a JSON text")
}

/// The whole body, with whatever `reply` does to the signature.
pub(crate) fn body(data: &Data, reply: Reply, key: &SigningKey) -> String {
    let text = text(data);
    match reply {
        Reply::Unsigned => format!(r#"{{"data":{text}}}"#),
        Reply::WrongSignature => {
            let sign = key.sign(format!("{text} ").as_bytes());
            format!(r#"{{"data":{text},"sign":"{sign}"}}"#)
        }
        Reply::Proper
        | Reply::Never
        | Reply::CutInTheMiddle
        | Reply::CutWithoutAnswer
        | Reply::BareStatus(_) => {
            let sign = key.sign(text.as_bytes());
            format!(r#"{{"data":{text},"sign":"{sign}"}}"#)
        }
    }
}

pub(crate) fn response(body: String) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json;charset=UTF-8")],
        body,
    )
        .into_response()
}
