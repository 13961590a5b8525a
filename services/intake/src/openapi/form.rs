//! The form of an application as JSON Schema, out of the very table by which it is read.
//!
//! What a table cannot say of one field alone (validities, check digits, the rules between fields)
//! is said in words and checked by the parser: the schema lets through more than the parser does,
//! never less.

use contract::application::{ApplicationKind, SubjectKind};
use contract::huifu::operations::form_table;
use contract::huifu::operations::table::{Field, FieldRule, Kind, Need, Table};
use contract::ids::MaterialId;
use serde_json::{Map, Value, json};

use super::components::Components;
use super::field;
use super::fields::{CHANGE, OPENING};

/// The body of an opening: one alternative for each kind of subject.
pub(crate) fn opening_body(components: &mut Components) -> Value {
    let alternatives = SubjectKind::ALL.map(|subject| {
        let form = form(components, ApplicationKind::Opening, subject);
        let mut body = with_form(&OPENING, form);
        body["properties"]["subject"]["enum"] = json!([subject.as_str()]);
        body["properties"]["subject"]["examples"] = json!([subject.as_str()]);
        components.add(&format!("OpeningOf{}", title(subject.as_str())), body)
    });
    let mapping = SubjectKind::ALL.iter().zip(&alternatives);
    let mapping = mapping
        .map(|(subject, reference)| (subject.as_str().to_owned(), reference["$ref"].clone()));
    let mapping: Map<String, Value> = mapping.collect();
    components.add(
        "OpeningRequest",
        json!({
            "oneOf": alternatives,
            "discriminator": { "propertyName": "subject", "mapping": mapping },
        }),
    )
}

/// The body of a change: its form is that of whatever the user was opened as.
pub(crate) fn change_body(components: &mut Components, kind: ApplicationKind) -> Value {
    let forms = SubjectKind::ALL.map(|subject| form(components, kind, subject));
    let form = json!({
        "anyOf": forms,
        "description": "按用户开户时的主体类型填写。\n\nThe form of the kind of subject that the user was opened as.",
    });
    components.add(
        &format!("{}Request", title(kind.as_str())),
        with_form(&CHANGE, form),
    )
}

fn with_form(fields: &[field::Field], form: Value) -> Value {
    let mut body = field::object(fields);
    body["properties"]["form"] = form;
    if let Some(required) = body["required"].as_array_mut() {
        required.push("form".into());
    }
    body
}

/// The form's component.
fn form(components: &mut Components, kind: ApplicationKind, subject: SubjectKind) -> Value {
    let mut elsewhere = Vec::new();
    let mut schema = object(form_table(kind, subject), &mut Vec::new(), &mut elsewhere);
    // Needs that another part of the form decides are told at the top, from where both are seen.
    if !elsewhere.is_empty() {
        schema["allOf"] = elsewhere.into();
    }
    let name = format!("{}FormOf{}", title(kind.as_str()), title(subject.as_str()));
    components.add(&name, schema)
}

/// `path` leads from the top of the form to this object.
fn object(
    table: &'static Table,
    path: &mut Vec<&'static str>,
    elsewhere: &mut Vec<Value>,
) -> Value {
    let mut properties = Map::new();
    let (mut required, mut conditions) = (Vec::new(), Vec::new());
    for field in table.fields.iter().filter(|field| is_sent(field)) {
        let name = field.name;
        properties.insert(name.to_owned(), value(field, path, elsewhere));
        match field.need {
            Need::Required => required.push(name),
            Need::Optional => {}
            Need::When(other, values) | Need::Unless(other, values) => {
                let needed = json!({ "required": [name] });
                let (condition, place) = match other.split_once('.') {
                    None => (
                        json!({ "properties": { other: { "enum": values } }, "required": [other] }),
                        needed,
                    ),
                    Some((part, other)) => (
                        json!({
                            "properties": { part: {
                                "properties": { other: { "enum": values } }, "required": [other],
                            } },
                            "required": [part],
                        }),
                        under(path, needed),
                    ),
                };
                let arm = if matches!(field.need, Need::When(..)) {
                    "then"
                } else {
                    "else"
                };
                let condition = json!({ "if": condition, arm: place });
                if other.contains('.') {
                    elsewhere.push(condition);
                } else {
                    conditions.push(condition);
                }
            }
        }
    }
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "description": table.source,
    });
    if !conditions.is_empty() {
        schema["allOf"] = conditions.into();
    }
    schema
}

/// What is ours to fill, or not offered, is refused in a form.
fn is_sent(field: &Field) -> bool {
    !matches!(field.kind, Kind::Ours | Kind::NotOffered)
}

/// A schema that holds for what stands at the end of the path, if anything does.
fn under(path: &[&'static str], schema: Value) -> Value {
    path.iter().rev().fold(
        schema,
        |inner, part| json!({ "properties": { *part: inner } }),
    )
}

fn value(field: &'static Field, path: &mut Vec<&'static str>, elsewhere: &mut Vec<Value>) -> Value {
    match field.kind {
        Kind::Object(table) => {
            path.push(field.name);
            let schema = object(table, path, elsewhere);
            path.pop();
            schema
        }
        Kind::List(table) => json!({
            "type": "array",
            "minItems": 1,
            "maxItems": field.max,
            "items": object(table, path, elsewhere),
        }),
        Kind::FreeObject => json!({ "type": "object" }),
        Kind::FreeList => json!({ "type": "array", "maxItems": field.max }),
        kind => text(kind, field.max),
    }
}

fn text(kind: Kind, max: usize) -> Value {
    let longest = if kind == Kind::Wide {
        FieldRule::AtMostWide(max)
    } else {
        FieldRule::AtMost(max)
    };
    let (keywords, rule) = match kind {
        Kind::AtLeast(least) => (
            json!({ "minLength": least, "pattern": PLAIN }),
            Some(FieldRule::AtLeast(least)),
        ),
        Kind::Digits(least) => (
            json!({ "minLength": least, "pattern": "^[0-9]+$" }),
            Some(FieldRule::Digits),
        ),
        // The enumeration says it.
        Kind::OneOf(values) => return json!({ "type": "string", "enum": values }),
        Kind::Login => (
            json!({ "pattern": "^[A-Za-z0-9_]+$" }),
            Some(FieldRule::Login),
        ),
        Kind::Email => (
            json!({ "pattern": r"^[^@ \u0000-\u001f\u007f-\u009f]+@[^@ \u0000-\u001f\u007f-\u009f]+$" }),
            Some(FieldRule::Email),
        ),
        Kind::Date => (json!({ "pattern": DATE }), Some(FieldRule::Date)),
        Kind::Time => (json!({ "pattern": TIME }), Some(FieldRule::Time)),
        Kind::Yuan => (
            json!({ "pattern": r"^(0|[1-9][0-9]*)\.[0-9]{2}$" }),
            Some(FieldRule::Yuan),
        ),
        Kind::Percent => (
            json!({ "pattern": r"^(100\.00|[1-9]?[0-9]\.[0-9]{2})$" }),
            Some(FieldRule::Percent),
        ),
        Kind::HuifuId => (
            json!({ "pattern": "^[A-Za-z0-9]+$" }),
            Some(FieldRule::HuifuId),
        ),
        Kind::Picture => (json!({ "pattern": picture() }), Some(FieldRule::Picture)),
        Kind::Text
        | Kind::Wide
        | Kind::Object(_)
        | Kind::List(_)
        | Kind::FreeObject
        | Kind::FreeList
        | Kind::Ours
        | Kind::NotOffered => (json!({ "pattern": PLAIN }), None),
    };
    let rules = std::iter::once(longest).chain(rule);
    let (zh, en): (Vec<String>, Vec<String>) =
        rules.map(|rule| (rule.zh(), rule.to_string())).unzip();
    let mut schema = json!({
        "type": "string",
        "minLength": 1,
        "maxLength": max,
        "description": format!("{}。\n\nIt {}.", zh.join("；"), en.join("; it ")),
    });
    if let (Value::Object(schema), Value::Object(keywords)) = (&mut schema, keywords) {
        schema.extend(keywords);
    }
    schema
}

/// As the schema of the id says it.
fn picture() -> Value {
    schemars::schema_for!(MaterialId).to_value()["pattern"].clone()
}

/// `enterprise_merchant` as a part of a component's name.
pub(super) fn title(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}

/// No control characters.
const PLAIN: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
const DATE: &str = "^[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$";
const TIME: &str = "^([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]$";
