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
    let mut elsewhere = Conditions::default();
    let mut schema = object(form_table(kind, subject), &mut Vec::new(), &mut elsewhere);
    elsewhere.write_into(&mut schema);
    let name = format!("{}FormOf{}", title(kind.as_str()), title(subject.as_str()));
    components.add(&name, schema)
}

/// `path` leads from the top of the form to this object. Needs that another part of the form
/// decides are noted `elsewhere`, to be told at the top, from where both parts are seen.
fn object(
    table: &'static Table,
    path: &mut Vec<&'static str>,
    elsewhere: &mut Conditions,
) -> Value {
    let mut properties = Map::new();
    let (mut required, mut conditions) = (Vec::new(), Conditions::default());
    for field in table.fields.iter().filter(|field| is_sent(field)) {
        let name = field.name;
        properties.insert(name.to_owned(), value(field, path, elsewhere));
        let (other, values, arm) = match field.need {
            Need::Required => {
                required.push(name);
                continue;
            }
            Need::Optional => continue,
            Need::When(other, values) => (other, values, "then"),
            Need::Unless(other, values) => (other, values, "else"),
        };
        match other.split_once('.') {
            None => conditions.note(is_one_of(other, values), arm, &[], name),
            Some((part, other)) => {
                let inside = is_one_of(other, values);
                let when = json!({ "properties": { part: inside }, "required": [part] });
                elsewhere.note(when, arm, path, name);
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
    conditions.write_into(&mut schema);
    schema
}

fn is_one_of(field: &str, values: &[&str]) -> Value {
    json!({ "properties": { field: { "enum": values } }, "required": [field] })
}

/// Fields that are needed under a condition, those under the same one together.
#[derive(Default)]
struct Conditions(Vec<Condition>);

struct Condition {
    when: Value,
    /// `then` or `else`.
    arm: &'static str,
    /// Where the fields are.
    path: Vec<&'static str>,
    needed: Vec<&'static str>,
}

impl Conditions {
    fn note(&mut self, when: Value, arm: &'static str, path: &[&'static str], name: &'static str) {
        let known = self
            .0
            .iter_mut()
            .find(|known| known.when == when && known.arm == arm && known.path == path);
        match known {
            Some(known) => known.needed.push(name),
            None => self.0.push(Condition {
                when,
                arm,
                path: path.to_vec(),
                needed: vec![name],
            }),
        }
    }

    fn write_into(self, schema: &mut Value) {
        let written = self.0.into_iter().map(|condition| {
            let Condition {
                when,
                arm,
                path,
                needed,
            } = condition;
            let needed = json!({ "required": needed });
            let placed = path.iter().rev().fold(
                needed,
                |inner, part| json!({ "properties": { *part: inner } }),
            );
            json!({ "if": when, arm: placed })
        });
        let written: Vec<Value> = written.collect();
        if !written.is_empty() {
            schema["allOf"] = written.into();
        }
    }
}

/// What is ours to fill, or not offered, is refused in a form.
fn is_sent(field: &Field) -> bool {
    !matches!(field.kind, Kind::Ours | Kind::NotOffered)
}

fn value(field: &'static Field, path: &mut Vec<&'static str>, elsewhere: &mut Conditions) -> Value {
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
