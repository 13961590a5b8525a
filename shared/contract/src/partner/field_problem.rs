//! What is wrong with the body of a call to the API, field by field, as partners read it.
//!
//! The list stands under `errors` in a problem. It names the field, the rule with its limit in
//! both languages, and the document that the rule is from; it never repeats a value.

use schemars::JsonSchema;
use serde::Serialize;

use super::ErrorCode;
use super::rule::FieldError;
use crate::huifu::operations;

/// One field that broke one rule.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct FieldProblem {
    /// Where the field is: `notify_url`, `form.cash_config[1].fix_amt`.
    pub field: String,
    /// The stable code.
    pub code: ErrorCode,
    /// The rule as a sentence in English.
    pub rule: String,
    /// The rule as a sentence in Chinese.
    pub rule_zh: String,
    /// Which document limits it.
    pub source: &'static str,
}

impl FieldProblem {
    /// A field of the form of an application, which stands in the body under `form`.
    pub fn in_form(error: &operations::FieldError) -> Self {
        let field = if error.path.is_empty() {
            "form".to_owned()
        } else {
            format!("form.{}", error.path)
        };
        Self {
            field,
            code: error.code(),
            rule: error.rule.to_string(),
            rule_zh: error.rule.zh(),
            source: error.source,
        }
    }
}

/// A field of ours.
impl From<FieldError> for FieldProblem {
    fn from(error: FieldError) -> Self {
        Self {
            field: error.field.to_owned(),
            code: error.code(),
            rule: error.rule.en(),
            rule_zh: error.rule.zh(),
            source: error.rule.source(),
        }
    }
}

/// Why a body is not a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It is not one JSON object whose names all differ.
    #[error("the body is not a JSON object")]
    Malformed,
    /// These fields broke their rules, all of them that did.
    #[error("{} fields are malformed", .0.len())]
    Fields(Vec<FieldProblem>),
}
