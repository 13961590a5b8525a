//! What a caller is told when a request fails: `application/problem+json` (RFC 9457).
//!
//! The cause goes to the log, never into the answer. `code` is the part that callers match on and
//! is never changed; `detail` is for a person and may be.

use axum::Json;
use axum::response::{IntoResponse, Response};
use contract::partner::FieldProblem;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::http_server::request_id;

/// One problem, ready to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    detail_zh: Option<&'static str>,
    errors: Vec<FieldProblem>,
}

/// Why a call was not carried out (RFC 9457).
#[derive(JsonSchema, Serialize)]
struct Body<'a> {
    /// Always `about:blank`: the code says which problem it is.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// Which problem it is. Stable for ever: match on this.
    code: &'static str,
    /// A sentence for a person, in English.
    detail: &'a str,
    /// The same in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail_zh: Option<&'static str>,
    /// The first of the fields that are wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// Every field that is wrong, with its rule.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
    /// The request's number: tell it when you ask us.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

impl Problem {
    /// `code` is stable and matched on; `detail` is a sentence for a person, without any secret.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            detail_zh: None,
            errors: Vec::new(),
        }
    }

    /// The same sentence in Chinese.
    #[must_use]
    pub fn in_chinese(mut self, detail: &'static str) -> Self {
        self.detail_zh = Some(detail);
        self
    }

    /// Names the fields that were wrong; the first of them also alone, for callers that show one.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldProblem>) -> Self {
        self.errors = errors;
        self
    }

    /// The caller did nothing wrong and learns nothing of what did.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something failed on our side.",
        )
    }

    /// What every problem looks like, as JSON Schema.
    pub fn schema(generator: &mut SchemaGenerator) -> Schema {
        Body::json_schema(generator)
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            detail_zh: self.detail_zh,
            field: self.errors.first().map(|error| error.field.as_str()),
            errors: &self.errors,
            instance: request_id(),
        };
        let mut response = (self.status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }
}
