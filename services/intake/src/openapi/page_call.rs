//! What is no endpoint of the JSON API: the page call, the page that it leads to, and our documents.

use contract::ids::WithdrawalId;
use contract::partner::VERSION;
use serde_json::{Map, Value, json};

use super::answered::{self, header};
use super::components::Components;
use super::field::{self, Field};
use super::fields::{PAGE_CALL, SEAL};
use super::info::{DOCUMENTS, WITHDRAWALS};
use crate::jwks::KeySet;
use crate::withdraw;

pub(super) fn paths(components: &mut Components) -> Map<String, Value> {
    let paths = [
        ("/withdraw", json!({ "post": withdraw(components) })),
        ("/w/{order_id}/{mac}", json!({ "get": page(components) })),
        ("/.well-known/jwks.json", json!({ "get": jwks(components) })),
        ("/openapi.json", json!({ "get": openapi() })),
    ];
    paths
        .map(|(path, item)| (path.to_owned(), item))
        .into_iter()
        .collect()
}

fn withdraw(components: &mut Components) -> Value {
    let fields: Vec<Field> = SEAL.into_iter().chain(PAGE_CALL).collect();
    let mut form = field::object(&fields);
    // Fields of a partner's own are signed, kept within bounds, and not used.
    form["additionalProperties"] = json!({ "type": "string", "maxLength": 1024 });
    form["propertyNames"] = json!({ "pattern": r"^[A-Za-z0-9_.-]{1,64}$" });
    form["maxProperties"] = 64.into();
    let form = components.add("PageCall", form);
    let example: Map<String, Value> = fields
        .iter()
        .map(|field| (field.name.to_owned(), field.example.into()))
        .collect();
    let mut responses = answered::error_pages(withdraw::CODES);
    responses.insert("303".to_owned(), json!({
        "description": "签名有效：跳转到提现页面；同一 out_order_no 的提现已取消或已超时，则跳回 return_url 并带上签名的结果。\n\nThe form is believed. The browser goes on to the page; or back to return_url, signed, when the withdrawal of this out_order_no was cancelled or has expired.",
        "headers": {
            "Location": { "required": true, "schema": { "type": "string", "format": "uri-reference" } },
            "x-request-id": header("x-request-id"),
        },
    }));
    json!({
        "operationId": "openWithdrawal",
        "tags": [WITHDRAWALS],
        "summary": "页面调用：发起提现 / The page call: open a withdrawal",
        "description": "由用户的浏览器提交（POST 表单，UTF-8）。签名原文：除 sign 外所有非空字段按名称的字节序排列，以 名称=值 的形式用 & 连接，值不做 URL 编码；合作方自己的字段也参与签名。请求正文最多 16384 字节。\n\nPosted by the user's browser as a form in UTF-8. Signed is every field that is not empty but sign, sorted by name in byte order, as name=value joined with &, values not URL-encoded; fields of the partner's own are signed too. The body has at most 16384 bytes.",
        "requestBody": {
            "required": true,
            "content": { "application/x-www-form-urlencoded": { "schema": form, "examples": {
                "withdrawal": { "summary": "提现 100 元 / A withdrawal of 100 yuan", "value": example },
            } } },
        },
        "responses": responses,
    })
}

fn page(components: &mut Components) -> Value {
    let order_id = components.of::<WithdrawalId>();
    json!({
        "operationId": "showWithdrawal",
        "tags": [WITHDRAWALS],
        "summary": "提现页面 / The page",
        "description": "用户在此核对金额、手续费、到账金额与银行卡，输入交易密码并确认，随后看到受理结果并返回合作方。合作方只会在页面调用的跳转地址中见到它；地址本身即凭证，请不要保存或转发。\n\nWhere the user sees amount, fee, arrival amount and card, and confirms with the transaction password, then sees what happens next and goes back. A partner meets it as the target of the page call's redirect alone. The address is a capability: do not keep it or pass it on.",
        "parameters": [
            { "name": "order_id", "in": "path", "required": true, "schema": order_id },
            { "name": "mac", "in": "path", "required": true, "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]+$" } },
        ],
        "responses": {
            "200": {
                "description": "页面。\n\nThe page.",
                "content": { "text/html": { "schema": { "type": "string" } } },
            },
            "303": {
                "description": "提现已取消或已超时，跳回 return_url 并带上签名的结果。\n\nThe withdrawal was cancelled or has expired; back to return_url, signed.",
                "headers": { "Location": { "required": true, "schema": { "type": "string", "format": "uri" } } },
            },
            "default": {
                "description": "给用户看的错误页，带稳定的错误码。\n\nAn error page for the user, with a stable code.",
                "content": { "text/html": { "schema": { "type": "string" } } },
            },
        },
    })
}

fn jwks(components: &mut Components) -> Value {
    let key_set = components.of::<KeySet>();
    json!({
        "operationId": "getKeys",
        "tags": [DOCUMENTS],
        "summary": "我方公钥 / Our public keys",
        "description": "验证我方签名所用的公钥（RFC 7517）。可缓存 5 分钟；遇到不认识的 key_id 时请重新获取。\n\nThe keys with which our signatures are verified (RFC 7517). Keep them for five minutes; fetch again when a key_id is not among them.",
        "responses": { "200": {
            "description": "公钥集。\n\nThe key set.",
            "headers": { "Cache-Control": { "schema": { "type": "string", "const": "public, max-age=300" } } },
            "content": { "application/jwk-set+json": { "schema": key_set } },
        } },
    })
}

fn openapi() -> Value {
    json!({
        "operationId": "getDocument",
        "tags": [DOCUMENTS],
        "summary": "本文件 / This document",
        "description": format!("OpenAPI 3.1，接口版本 {VERSION}。支持 If-None-Match。\n\nOpenAPI 3.1 of version {VERSION}; takes If-None-Match."),
        "parameters": [{ "name": "If-None-Match", "in": "header", "required": false, "schema": { "type": "string", "maxLength": 256 } }],
        "responses": {
            "200": {
                "description": "OpenAPI 3.1。\n\nOpenAPI 3.1.",
                "headers": etag(),
                "content": { "application/json": { "schema": {
                    "type": "object",
                    "required": ["openapi", "info", "paths"],
                    "properties": { "openapi": { "const": "3.1.0" } },
                } } },
            },
            "304": { "description": "没有变化。\n\nIt is still the same.", "headers": etag() },
        },
    })
}

fn etag() -> Value {
    json!({ "ETag": { "required": true, "schema": { "type": "string" } } })
}
