//! The endpoints of the JSON API as operations: collected by the very list that routes them.

use axum::routing::MethodFilter;
use serde_json::{Map, Value, json};

use super::answered;
use super::components::Components;
use super::described::{Described, Example};
use crate::api::{EVERY_CALL, Endpoint, Serve};

/// What was described so far.
pub(super) struct Endpoints {
    pub(super) paths: Map<String, Value>,
    pub(super) components: Components,
}

impl Endpoints {
    pub(super) fn new() -> Self {
        Self {
            paths: Map::new(),
            components: Components::new(),
        }
    }
}

impl Serve for Endpoints {
    fn serve<E: Endpoint>(mut self) -> Self {
        let described = E::described(&mut self.components);
        let answer = self.components.of::<E::Answer>();
        let codes = EVERY_CALL.iter().chain(E::CODES).copied();
        let responses = answered::problems(codes, &mut self.components);
        let operation = operation::<E>(&described, &answer, responses);
        let method = if E::METHOD == MethodFilter::GET {
            "get"
        } else {
            "post"
        };
        self.paths
            .insert(E::PATH.to_owned(), json!({ method: operation }));
        self
    }
}

fn operation<E: Endpoint>(
    described: &Described,
    answer: &Value,
    mut responses: Map<String, Value>,
) -> Value {
    let examples = &described.examples;
    responses.insert(
        "200".to_owned(),
        json!({
            "description": "成功，应答已签名。\n\nDone; the answer is signed.",
            "headers": {
                "Authorization": answered::header("Authorization"),
                "x-request-id": answered::header("x-request-id"),
            },
            "content": { "application/json": {
                "schema": answer,
                "examples": named(examples, |example| &example.answer),
            } },
        }),
    );
    let mut operation = json!({
        "operationId": described.id,
        "tags": [described.tag],
        "summary": described.summary.line(),
        "description": described.description.paragraphs(),
        "security": [{ "TIXIAN-RSA2": [] }],
        "responses": responses,
    });
    if !described.parameters.is_empty() {
        operation["parameters"] = described.parameters.clone().into();
    }
    if let Some(schema) = &described.body {
        operation["requestBody"] = json!({
            "required": true,
            "description": format!(
                "最多 {0} 字节。\n\nAt most {0} bytes.",
                E::LONGEST_BODY
            ),
            "content": { "application/json": {
                "schema": schema,
                "examples": named(examples, |example| &example.body),
            } },
        });
    }
    operation
}

fn named(examples: &[Example], value: impl Fn(&Example) -> &Value) -> Map<String, Value> {
    let named = examples.iter().map(|example| {
        let shown = json!({ "summary": example.summary.line(), "value": value(example) });
        (example.name.to_owned(), shown)
    });
    named.collect()
}
