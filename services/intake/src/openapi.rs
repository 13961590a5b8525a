//! `/openapi.json`: everything that partners call and everything that calls them, as an OpenAPI 3.1
//! document.
//!
//! It is made once, from what the code itself is made of: paths from the endpoints that are served,
//! answers from the types that are printed, forms from the tables that read them, statuses from the
//! codes. What is written by hand, tests hold against the parsers. The same text is checked in as
//! `openapi.json` beside this crate's manifest, so that a change of what partners see is seen by
//! whoever reviews it; `make documents` renews it.

mod answered;
mod components;
mod described;
mod endpoints;
mod field;
mod fields;
mod form;
mod info;
mod page_call;
mod webhooks;

use std::sync::Arc;

use aws_lc_rs::digest;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::app;
use crate::front::Front;

pub(crate) use components::Components;
pub(crate) use described::{Bilingual, Described, Example};
pub(crate) use field::{object, one_of};
pub(crate) use fields::{MATERIAL, QUOTE, SIGNATURE_CHECK};
pub(crate) use form::{change_body, opening_body};

use endpoints::Endpoints;

/// The document as it is served.
pub(crate) struct OpenApi {
    text: Bytes,
    etag: HeaderValue,
}

impl OpenApi {
    pub(crate) fn new() -> Self {
        let text = text();
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        // Twelve bytes: a tag must differ from the one before it, not resist anybody.
        let tag = BASE64_URL_SAFE_NO_PAD.encode(&digest.as_ref()[..12]);
        Self {
            text: text.into(),
            etag: HeaderValue::try_from(format!("\"{tag}\""))
                .expect("base64url in quotation marks is a header"),
        }
    }

    fn is_known_to(&self, headers: &HeaderMap) -> bool {
        let known = headers.get_all(IF_NONE_MATCH).iter();
        let mut tags = known
            .filter_map(|value| value.to_str().ok())
            .flat_map(|tags| tags.split(','));
        tags.any(|tag| {
            let tag = tag.trim();
            tag == "*" || tag.trim_start_matches("W/").as_bytes() == self.etag.as_bytes()
        })
    }
}

/// Answers the document, or that the caller has it already.
pub(crate) async fn openapi(State(front): State<Arc<Front>>, headers: HeaderMap) -> Response {
    let document = &front.openapi;
    let mut response = if document.is_known_to(&headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = HeaderValue::from_static("application/json");
        ([(CONTENT_TYPE, kind)], document.text.clone()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(ETAG, document.etag.clone());
    let for_a_while = HeaderValue::from_static("public, max-age=300");
    headers.insert(CACHE_CONTROL, for_a_while);
    response
}

/// The document as it is served and checked in.
fn text() -> String {
    format!("{:#}\n", document())
}

fn document() -> Value {
    let mut endpoints = app::endpoints(Endpoints::new());
    let pages = page_call::paths(&mut endpoints.components);
    let webhooks = webhooks::webhooks(&mut endpoints.components);
    let mut paths = endpoints.paths;
    paths.extend(pages);
    let mut document = json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": info::info(),
        "servers": [{
            "url": "/",
            "description": "本文件所在的地址 / where this document is",
        }],
        "tags": info::tags(),
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "securitySchemes": info::security_schemes(),
            "headers": answered::headers(),
            "schemas": endpoints.components.finish(),
        },
    });
    // A crate of somebody's tests may have JSON keep the order in which it was made.
    document.sort_all_objects();
    document
}

#[cfg(test)]
mod tests;
