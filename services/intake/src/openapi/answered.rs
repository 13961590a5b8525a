//! How calls are answered: the statuses with their codes, and the headers.

use std::collections::BTreeMap;

use contract::partner::ErrorCode;
use runtime::problem::Problem;
use serde_json::{Map, Value, json};

use super::components::Components;

/// A code with its words, in Chinese and in English.
struct Said {
    code: &'static str,
    zh: &'static str,
    en: &'static str,
}

/// The problems of a call to the JSON API, by their status.
pub(super) fn problems(
    codes: impl Iterator<Item = ErrorCode>,
    components: &mut Components,
) -> Map<String, Value> {
    let by_status = told(codes);
    let problem = components.made(Problem::schema);
    let problem = components.add("Problem", problem);
    let responses = by_status.into_iter().map(|(status, said)| {
        let codes: Vec<_> = said.values().map(|said| said.code).collect();
        let response = json!({
            "description": list(said.values()),
            "headers": headers_of(status),
            "content": { "application/problem+json": { "schema": {
                "allOf": [problem],
                "properties": { "status": { "const": status }, "code": { "enum": codes } },
            } } },
        });
        (status.to_string(), response)
    });
    responses.collect()
}

/// The same codes as pages for a person.
pub(super) fn error_pages(codes: &[ErrorCode]) -> Map<String, Value> {
    let responses = told(codes.iter().copied()).into_iter().map(|(status, said)| {
        let response = json!({
            "description": list(said.values()),
            "headers": { "x-request-id": header("x-request-id"), "Retry-After": header("Retry-After") },
            "content": { "text/html": { "schema": { "type": "string" } } },
        });
        (status.to_string(), response)
    });
    responses.collect()
}

fn told(codes: impl Iterator<Item = ErrorCode>) -> BTreeMap<u16, BTreeMap<&'static str, Said>> {
    let mut by_status: BTreeMap<u16, BTreeMap<&'static str, Said>> = BTreeMap::new();
    for code in codes {
        let said = Said {
            code: code.as_str(),
            zh: code.zh(),
            en: code.en(),
        };
        by_status
            .entry(code.status())
            .or_default()
            .insert(said.code, said);
    }
    by_status
}

fn list<'a>(said: impl Iterator<Item = &'a Said>) -> String {
    let lines = said.map(|Said { code, zh, en }| format!("- `{code}` {zh} {en}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whom we know is answered with a signature; strangers and whoever is turned away are not.
fn headers_of(status: u16) -> Value {
    let mut headers = json!({ "x-request-id": header("x-request-id") });
    if !matches!(status, 401 | 405) {
        headers["Authorization"] = header("Authorization");
    }
    if matches!(status, 429 | 503) {
        headers["Retry-After"] = header("Retry-After");
    }
    headers
}

/// A reference to a header of [`headers`].
pub(super) fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// The headers of our answers.
pub(super) fn headers() -> Value {
    json!({
        "Authorization": {
            "description": "我方签名，格式与请求相同：五行依次为请求的方法、请求的路径与查询串、应答时间、请求的 nonce、应答正文；用 /.well-known/jwks.json 中的公钥验证。\n\nOur signature, in the form of the request's: the method and the path with query that were asked for, the time of the answer, the nonce of the question, and the body of the answer. Verify it with the keys at /.well-known/jwks.json.",
            "schema": { "type": "string", "pattern": "^TIXIAN-RSA2 ", "maxLength": 1024 },
        },
        "Retry-After": {
            "description": "多少秒后可以再试。\n\nAfter how many seconds to try again.",
            "schema": { "type": "string", "pattern": "^[0-9]+$" },
        },
        "x-request-id": {
            "description": "请求编号，联系我们时请提供。\n\nThe request's number: tell it when you ask us.",
            "schema": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
        },
    })
}
