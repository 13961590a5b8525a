//! One field of a form or a body, and the JSON Schema of the rule that it keeps.

use contract::partner::Rule;
use serde_json::{Map, Value, json};

use super::described::Bilingual;

/// A field that somebody sends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// At most so many characters.
    pub(crate) max: usize,
    /// Whether it must be there; empty is the same as absent.
    pub(crate) needed: bool,
    /// What it must be.
    pub(crate) rule: Rule,
    /// What it is for.
    pub(crate) told: Bilingual,
    pub(crate) example: &'static str,
}

impl Field {
    pub(crate) fn schema(&self) -> Value {
        let mut schema = of_rule(self.rule);
        schema.insert("type".to_owned(), "string".into());
        if self.max < usize::MAX {
            schema.insert("maxLength".to_owned(), self.max.into());
        }
        schema.insert("description".to_owned(), self.description().into());
        schema.insert("examples".to_owned(), json!([self.example]));
        schema.into()
    }

    fn description(&self) -> String {
        let Bilingual { zh, en } = self.told;
        format!("{zh}。{}。\n\n{en}; {}.", self.rule.zh(), self.rule.en())
    }
}

/// An object of these fields and no others.
pub(crate) fn object(fields: &[Field]) -> Value {
    json!({
        "type": "object",
        "properties": properties(fields),
        "required": required(fields),
        "additionalProperties": false,
    })
}

/// An object with exactly one of these names, each with its schema.
pub(crate) fn one_of<const N: usize>(names: [(&str, Value); N]) -> Value {
    let alternatives = names.iter().map(|(name, _)| json!({ "required": [name] }));
    let alternatives: Vec<Value> = alternatives.collect();
    json!({
        "type": "object",
        "properties": names.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect::<Map<_, _>>(),
        "oneOf": alternatives,
        "additionalProperties": false,
    })
}

pub(crate) fn properties(fields: &[Field]) -> Map<String, Value> {
    let schemas = fields
        .iter()
        .map(|field| (field.name.to_owned(), field.schema()));
    schemas.collect()
}

pub(crate) fn required(fields: &[Field]) -> Vec<&'static str> {
    let needed = fields.iter().filter(|field| field.needed);
    needed.map(|field| field.name).collect()
}

/// The rule as keywords. Our own ids are a rule of their own in the contract; `Id` is the alphabet
/// of ids that others choose.
fn of_rule(rule: Rule) -> Map<String, Value> {
    let keywords = match rule {
        Rule::Id => json!({ "minLength": 1, "pattern": r"^[!#-%'-<>-\[\]-~]+$" }),
        Rule::Token => json!({ "minLength": 1, "pattern": "^[A-Za-z0-9_-]+$" }),
        Rule::Time => json!({ "pattern": TIME }),
        Rule::Base64 | Rule::Content => json!({
            "minLength": 4,
            "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
            "contentEncoding": "base64",
        }),
        // Yuan and more than zero, which the parser says by two rules.
        Rule::Yuan | Rule::Positive => json!({
            "pattern": r"^([1-9][0-9]*(\.[0-9]{1,2})?|0\.([1-9][0-9]?|0[1-9]))$",
        }),
        Rule::HttpsUrl | Rule::FreeOfOurNames => json!({ "format": "uri", "pattern": URL }),
        Rule::OneOf(values) => json!({ "enum": values.split(", ").collect::<Vec<_>>() }),
        Rule::FileType => json!({ "pattern": "^F[0-9]{1,4}$" }),
        Rule::Required
        | Rule::Once
        | Rule::AtMost(_)
        | Rule::Unambiguous
        | Rule::Name
        | Rule::AtMostFields(_)
        | Rule::Unknown
        | Rule::Text
        | Rule::Object
        | Rule::AtMostBytes(_)
        | Rule::Picture
        | Rule::Cursor
        | Rule::Between(..)
        | Rule::ExactlyOneOf(_) => json!({}),
    };
    match keywords {
        Value::Object(keywords) => keywords,
        _ => Map::new(),
    }
}

const TIME: &str = "^[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])\
                    ([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]$";

/// An authority without a user name, a path without `&`, a query; no fragment, and of ASCII only
/// what an address may hold as it is.
const URL: &str =
    r"^https://[!$%'-.0-;=A-\[\]_a-z~]+(/[!$%'-;=@-\[\]_a-z~]*)?(\?[!$-;=?-\[\]_a-z~]*)?$";
