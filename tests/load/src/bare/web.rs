//! Five HTTP legs: ours takes two kinds of them, the peers take the rest.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

use super::{Line, Signed, broker};

/// The header with the withdrawal's number.
pub(super) const ID: &str = "x-id";
/// The header with the callback's kind, `01` or `02`.
pub(super) const KIND: &str = "x-kind";
/// The header with the text's signature.
pub(super) const SIGN: &str = "x-sign";

pub(super) async fn listen() -> Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0")
        .await
        .context("no free port on loopback")
}

/// Serves in the background.
pub(super) fn serve(listener: TcpListener, line: Arc<Line>) {
    let router = Router::new()
        .route("/accept", post(accept))
        .route("/huifu", post(huifu))
        .route("/callback", post(callback))
        .route("/notice", post(notice))
        .with_state(line);
    tokio::spawn(async move { axum::serve(listener, router).await });
}

/// Ours: the form verified, written, published, the answer signed.
async fn accept(State(line): State<Arc<Line>>, headers: HeaderMap, text: String) -> Response {
    let id = header(&headers, ID);
    let work = async {
        line.verify(&received(&headers, text))?;
        line.database.accept(&id).await?;
        line.broker.publish(broker::ACCEPTED, &id).await?;
        Ok(line.sign(&id))
    };
    answered(&line, work.await)
}

/// Ours: a callback verified; the final one is passed on before it is acknowledged.
async fn callback(State(line): State<Arc<Line>>, headers: HeaderMap, text: String) -> Response {
    let id = header(&headers, ID);
    let work = async {
        line.verify(&received(&headers, text))?;
        if header(&headers, KIND) == "01" {
            line.broker.publish(broker::CALLED_BACK, &id).await?;
        }
        Ok(line.constant.clone())
    };
    answered(&line, work.await)
}

/// A peer: takes the request, answers, and calls back 02 and then 01.
async fn huifu(State(line): State<Arc<Line>>, headers: HeaderMap, text: String) -> Response {
    let id = header(&headers, ID);
    let verified = line.peer_verifies(&received(&headers, text));
    let answer = verified.map(|()| line.peer_signs(&id));
    let calling = Arc::clone(&line);
    tokio::spawn(async move {
        for kind in ["02", "01"] {
            let signed = calling.peer_signs(&id);
            let called = calling.post("/callback", &id, kind, &signed).await;
            calling.keep(called.map(drop));
        }
    });
    answered(&line, answer)
}

/// A peer: takes the notice. Here a withdrawal ends.
async fn notice(State(line): State<Arc<Line>>, headers: HeaderMap, text: String) -> Response {
    let verified = line.peer_verifies(&received(&headers, text));
    if verified.is_ok() {
        line.ended();
    }
    answered(&line, verified.map(|()| line.constant.clone()))
}

fn received(headers: &HeaderMap, text: String) -> Signed {
    Signed {
        sign: header(headers, SIGN),
        text,
    }
}

fn header(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn answered(line: &Line, result: Result<Signed>) -> Response {
    match result {
        Ok(signed) => ([(SIGN, signed.sign)], signed.text).into_response(),
        Err(error) => {
            line.keep(Err(error));
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
