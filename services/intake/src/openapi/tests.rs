use super::*;

use std::collections::BTreeSet;
use std::fs;

use contract::application::{ApplicationKind, SubjectKind};
use contract::huifu::operations::ApplicationForm;
use contract::partner::onboarding::{
    ApplicationAnswer, ChangeRequest, MaterialAnswer, MaterialRequest, OpeningRequest,
    StatusRequest,
};
use contract::partner::query::{QueryAnswer, QueryRequest};
use contract::partner::quote::QuoteRequest;
use contract::partner::resend::check_body;
use contract::partner::signature_check::SignatureCheckRequest;
use contract::partner::url::LoopbackHttp;
use contract::partner::{BodyError, FieldError, FieldProblem, PageCall, Rule};
use jiff::civil::Date;
use jsonschema::Validator;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::field::Field;
use super::fields::{CHANGE, OPENING, PAGE_CALL, SEAL};

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
const TODAY: Date = Date::constant(2026, 11, 22);

#[test]
fn the_document_is_checked_in() {
    if std::env::var_os("RENEW_DOCUMENTS").is_some() {
        fs::write(CHECKED_IN, text()).unwrap();
    }
    let checked_in = fs::read_to_string(CHECKED_IN).unwrap_or_default();
    assert!(
        checked_in == text(),
        "what partners see has changed: run `make documents`, and look at the difference"
    );
}

#[test]
fn every_address_that_is_routed_is_described_and_no_other() {
    let wiring = include_str!("../app.rs");
    let routed = wiring.split(".route(\"").skip(1);
    let mut routed: BTreeSet<String> = routed
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    // Nobody but our own pages names these.
    routed
        .retain(|path| !path.starts_with("/assets/") && !path.starts_with("/w/{order_id}/{mac}/"));
    let document = document();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    // Endpoints are routed and described by one list.
    routed.extend(
        described
            .iter()
            .filter(|path| path.starts_with("/v1/"))
            .cloned(),
    );
    assert_eq!(routed, described);
    assert!(described.contains("/v1/quotes"));
}

/// A validator of the part of the document at this pointer.
fn validator(document: &Value, schema: &Value) -> Validator {
    let rooted = json!({ "allOf": [schema], "components": document["components"] });
    jsonschema::draft202012::new(&rooted).unwrap()
}

fn parses<T: Serialize + DeserializeOwned>(answer: &Value) -> bool {
    serde_json::from_value::<T>(answer.clone())
        .is_ok_and(|read| serde_json::to_value(read).unwrap() == *answer)
}

/// Whether our own parser takes a body, and our own type has the answer.
fn taken(operation: &str, body: &Value, answer: &Value) -> (bool, bool) {
    let text = body.to_string();
    let bytes = text.as_bytes();
    let subject = Some(SubjectKind::IndividualUser);
    let changed = |kind| {
        ChangeRequest::parse(bytes, kind, subject, LoopbackHttp::Refused, Some(TODAY)).is_ok()
    };
    match operation {
        "queryWithdrawal" => (
            QueryRequest::parse(bytes).is_ok(),
            parses::<QueryAnswer>(answer),
        ),
        "queryApplication" => (
            StatusRequest::parse(bytes).is_ok(),
            parses::<ApplicationAnswer>(answer),
        ),
        "quote" => (
            QuoteRequest::parse(bytes).is_ok(),
            answer["cash_types"].is_array(),
        ),
        "keepMaterial" => (
            MaterialRequest::parse(bytes).is_ok(),
            parses::<MaterialAnswer>(answer),
        ),
        "applyForOpening" => (
            OpeningRequest::parse(bytes, LoopbackHttp::Refused, Some(TODAY)).is_ok(),
            parses::<ApplicationAnswer>(answer),
        ),
        "applyForCard" => (
            changed(ApplicationKind::Card),
            parses::<ApplicationAnswer>(answer),
        ),
        "applyForCashRules" => (
            changed(ApplicationKind::CashRules),
            parses::<ApplicationAnswer>(answer),
        ),
        "readEvents" => (body.is_null(), answer["events"].is_array()),
        "resendNotice" => (check_body(b"").is_ok(), answer["already_due"].is_boolean()),
        "checkSignature" => {
            let read = SignatureCheckRequest::parse(bytes);
            (read.is_ok(), answer["findings"].is_array())
        }
        _ => panic!("{operation} is new: say here which parser reads it"),
    }
}

#[test]
fn every_example_keeps_to_its_schema_and_is_taken_by_our_own_parser() {
    let document = document();
    let mut seen = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/v1/") {
            continue;
        }
        let operation = item.as_object().unwrap().values().next().unwrap();
        let id = operation["operationId"].as_str().unwrap();
        let asked = &operation["requestBody"]["content"]["application/json"];
        let told = &operation["responses"]["200"]["content"]["application/json"];
        let asks = asked
            .get("schema")
            .map(|schema| validator(&document, schema));
        let tells = validator(&document, &told["schema"]);
        for (name, example) in told["examples"].as_object().unwrap() {
            let (body, answer) = (&asked["examples"][name]["value"], &example["value"]);
            if let Some(asks) = &asks {
                let problem = asks.iter_errors(body).next();
                assert!(problem.is_none(), "{id} {name}: {problem:?}");
            }
            let problem = tells.iter_errors(answer).next();
            assert!(problem.is_none(), "{id} {name}: {problem:?}");
            assert_eq!(taken(id, body, answer), (true, true), "{id} {name}");
            seen += 1;
        }
    }
    assert!(seen >= 11, "{seen} examples");
}

/// What a parser says of one field when it has this value, or is not there.
type Ask<'a> = &'a dyn Fn(&str, Option<&str>) -> Vec<FieldProblem>;

/// Each field's need, limit and rule are those that the parser refuses by, in its own words.
fn hold(fields: &[Field], ask: Ask<'_>) {
    for field in fields {
        let name = field.name;
        let refused = |value: Option<&str>, rule: Rule| {
            let problem = FieldProblem::from(FieldError { field: name, rule });
            ask(name, value).contains(&problem)
        };
        assert!(
            ask(name, Some(field.example))
                .iter()
                .all(|problem| problem.field != name),
            "{name}"
        );
        assert_eq!(
            refused(None, Rule::Required),
            field.needed,
            "{name} without a value"
        );
        assert_eq!(
            refused(Some(""), Rule::Required),
            field.needed,
            "{name} empty"
        );
        if field.max < usize::MAX {
            let longer = "1".repeat(field.max + 1);
            assert!(
                refused(Some(&longer), Rule::AtMost(field.max)),
                "{name} over its limit"
            );
            let longest = "1".repeat(field.max);
            assert!(
                !refused(Some(&longest), Rule::AtMost(field.max)),
                "{name} at its limit"
            );
        }
        // Any text is one, so only another type of JSON breaks this rule.
        if field.rule == Rule::Text {
            continue;
        }
        assert!(
            refused(Some("\u{1}"), field.rule),
            "{name} against its rule: {:?}",
            ask(name, Some("\u{1}"))
        );
    }
}

fn changed(fields: &[Field], name: &str, value: Option<&str>) -> Map<String, Value> {
    let values = fields.iter().filter_map(|field| {
        let value = if field.name == name {
            value
        } else {
            Some(field.example)
        };
        Some((field.name.to_owned(), Value::from(value?)))
    });
    values.collect()
}

fn problems<T>(read: Result<T, BodyError>) -> Vec<FieldProblem> {
    match read {
        Ok(_) => Vec::new(),
        Err(BodyError::Fields(problems)) => problems,
        Err(BodyError::Malformed) => panic!("it is an object"),
    }
}

#[test]
fn needs_limits_and_rules_are_those_by_which_the_parsers_refuse() {
    let page_call: Vec<Field> = SEAL.into_iter().chain(PAGE_CALL).collect();
    hold(&page_call, &|name, value| {
        let form: Vec<(String, String)> = changed(&page_call, name, value)
            .into_iter()
            .map(|(name, value)| (name, value.as_str().unwrap().to_owned()))
            .collect();
        let errors = PageCall::parse(&form, LoopbackHttp::Refused)
            .err()
            .unwrap_or_default();
        errors.into_iter().map(FieldProblem::from).collect()
    });
    let body = |fields: &[Field], name: &str, value: Option<&str>| {
        Value::from(changed(fields, name, value)).to_string()
    };
    hold(&MATERIAL, &|name, value| {
        problems(MaterialRequest::parse(
            body(&MATERIAL, name, value).as_bytes(),
        ))
    });
    hold(&QUOTE, &|name, value| {
        problems(QuoteRequest::parse(body(&QUOTE, name, value).as_bytes()))
    });
    hold(&SIGNATURE_CHECK, &|name, value| {
        problems(SignatureCheckRequest::parse(
            body(&SIGNATURE_CHECK, name, value).as_bytes(),
        ))
    });
    hold(&OPENING, &|name, value| {
        let body = body(&OPENING, name, value);
        problems(OpeningRequest::parse(
            body.as_bytes(),
            LoopbackHttp::Refused,
            None,
        ))
    });
    hold(&CHANGE, &|name, value| {
        let body = body(&CHANGE, name, value);
        problems(ChangeRequest::parse(
            body.as_bytes(),
            ApplicationKind::Card,
            None,
            LoopbackHttp::Refused,
            None,
        ))
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line for each rule")]
fn a_rule_is_the_same_in_a_schema_as_in_the_parser() {
    let document = document();
    let validator = validator(
        &document,
        &json!({ "$ref": "#/components/schemas/PageCall" }),
    );
    let fields: Vec<Field> = SEAL.into_iter().chain(PAGE_CALL).collect();
    let texts = [
        "",
        "0",
        "0.0",
        "0.00",
        "0.1",
        "0.01",
        "00.1",
        "1",
        "1.",
        "1.2",
        "1.23",
        "1.234",
        "-1",
        "1e3",
        "007",
        "a",
        "a b",
        "a&b",
        "a=b",
        "a\"b",
        "a\\b",
        "~!",
        "_-",
        "中",
        "D0",
        "D2",
        "en",
        "zh-CN",
        "1.0",
        "RSA2",
        "20261122120000",
        "20261322120000",
        "2026112212000",
        "20261122240000",
        "AAAA",
        "AAA=",
        "AA==",
        "A===",
        "AAAAA",
        "https://shop.example/a?b=c&d=e",
        "https://shop.example/a&b",
        "http://shop.example/",
        "https://u@shop.example/",
        "https://shop.example/#a",
        "https://shop.example/ a",
        "https:shop.example",
        "https://",
    ];
    for field in &fields {
        for text in texts {
            let form = changed(&fields, field.name, Some(text));
            let pairs: Vec<(String, String)> = form
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect();
            let parsed = PageCall::parse(&pairs, LoopbackHttp::Refused).is_ok();
            let fits = validator.is_valid(&Value::from(form));
            // Optional and empty is absent, which a schema says in words.
            let absent = text.is_empty() && !field.needed;
            assert!(
                parsed == fits || absent,
                "{} = {text:?}: {parsed} {fits}",
                field.name
            );
        }
    }
}

/// Every place of a form that holds a text.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                leaves(member, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(list) => {
            for (at, entry) in list.iter().enumerate() {
                leaves(entry, &format!("{path}/{at}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// The form with the text at this place changed, or without it.
fn with(form: &Value, path: &str, text: Option<&str>) -> Value {
    let mut form = form.clone();
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = form
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .unwrap();
    match text {
        Some(text) => parent.insert(name.to_owned(), text.into()),
        None => parent.remove(name),
    };
    form
}

#[test]
fn a_form_that_the_parser_takes_keeps_to_its_schema_and_limits_bind_both() {
    let picture = |_: &str| "M01KASGXE00000000000000000A".to_owned();
    let document = document();
    for subject in SubjectKind::ALL {
        let name = subject.as_str();
        for (kind, form) in [
            (
                ApplicationKind::Opening,
                stand::forms::opening(name, "", &picture),
            ),
            (ApplicationKind::Card, stand::forms::second_card(name, "")),
            (ApplicationKind::CashRules, stand::forms::other_cash_rules()),
        ] {
            let title = |name: &str| form::title(name);
            let component = format!("{}FormOf{}", title(kind.as_str()), title(name));
            let validator = validator(
                &document,
                &json!({ "$ref": format!("#/components/schemas/{component}") }),
            );
            let read = |form: &Value| ApplicationForm::read(kind, subject, form, TODAY);
            assert!(read(&form).is_ok(), "{component}");
            assert!(
                validator.is_valid(&form),
                "{component}: {:?}",
                validator.iter_errors(&form).next()
            );
            let mut places = Vec::new();
            leaves(&form, "", &mut places);
            for place in places {
                let field = place.trim_start_matches('/').replace('/', ".");
                for (text, binds) in [
                    (None, false),
                    (Some("9".repeat(5_000)), true),
                    (Some("\u{1}".to_owned()), true),
                ] {
                    let changed = with(&form, &place, text.as_deref());
                    let (parsed, fits) = (read(&changed).is_ok(), validator.is_valid(&changed));
                    assert!(
                        !parsed || fits,
                        "{component} {field}: the schema refuses what the parser takes"
                    );
                    assert!(
                        !binds || !fits,
                        "{component} {field}: the schema takes what no parser would"
                    );
                }
                // Whatever must be there must be there by both.
                let without = with(&form, &place, None);
                let missing = read(&without).err().into_iter().flatten().any(|error| {
                    error.rule.code() == contract::partner::ErrorCode::FieldMissing
                        && place.ends_with(&format!("/{}", error.path.rsplit('.').next().unwrap()))
                });
                let by_table = missing && !place.contains("cash_config");
                assert!(
                    !by_table || !validator.is_valid(&without),
                    "{component} {field} is required"
                );
            }
        }
    }
}
