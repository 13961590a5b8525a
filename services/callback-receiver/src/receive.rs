//! The HTTP side: one form in, one short answer out.
//!
//! The signature is over the text as it came out of the form, and is checked before anything is
//! read, looked up or stored: an unsigned callback must not even cost a query, and leaves nothing
//! but a count. Its content is never logged.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use contract::huifu::Callback;
use contract::huifu::callback::{CallbackError, CallbackForm};
use contract::signing::keys::PublicKey;
use runtime::clock;
use store::{Store, StoreError};

use crate::callback;
use crate::reply::Reply;

/// Two transactions in each other's way, or a lost connection, are tried again so often before
/// Huifu hears of them. The time limit of the request stands above this.
const TRIES: u32 = 3;

/// What it takes to receive callbacks.
#[derive(Clone)]
pub struct Receiver {
    store: Store,
    public_key: PublicKey,
}

impl Receiver {
    /// `public_key` is Huifu's.
    pub fn new(store: Store, public_key: PublicKey) -> Self {
        Self { store, public_key }
    }

    async fn receive(&self, body: &[u8]) -> Reply {
        let form: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        let Ok(form) = CallbackForm::find(&form) else {
            return Reply::NotACallback;
        };
        let signed = match form.open(&self.public_key) {
            Ok(callback) => Signed::Callback(Box::new(callback)),
            Err(CallbackError::Unreadable(_)) => Signed::Unreadable(form),
            Err(CallbackError::NotACallback) => return Reply::NotACallback,
            Err(CallbackError::Signature(_)) => return Reply::NotHuifu,
        };
        for _ in 1..TRIES {
            match self.write(&signed).await {
                Reply::Unavailable => {}
                reply => return reply,
            }
        }
        self.write(&signed).await
    }

    async fn write(&self, signed: &Signed) -> Reply {
        let now = clock::now();
        let written = match signed {
            Signed::Callback(callback) => callback::record(&self.store, callback, now).await,
            Signed::Unreadable(form) => callback::keep_unreadable(&self.store, form, now).await,
        };
        written.unwrap_or_else(|error| {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "a callback is not written");
            reply_to_failure(&error)
        })
    }
}

/// What Huifu signed.
enum Signed {
    Callback(Box<Callback>),
    Unreadable(CallbackForm),
}

fn reply_to_failure(error: &StoreError) -> Reply {
    match error {
        StoreError::Retryable(_) | StoreError::Pool(_) => Reply::Unavailable,
        StoreError::Constraint { .. }
        | StoreError::Statement(_)
        | StoreError::Address(_)
        | StoreError::Build(_)
        | StoreError::Corrupt { .. }
        | StoreError::SchemaTooOld { .. } => Reply::Broken,
    }
}

/// The only route. Its path is part of what Huifu is told with each withdrawal.
pub fn router(receiver: Arc<Receiver>) -> Router {
    Router::new()
        .route("/huifu/callback", post(receive))
        .with_state(receiver)
}

async fn receive(State(receiver): State<Arc<Receiver>>, body: Bytes) -> Reply {
    let reply = receiver.receive(&body).await;
    let name = reply.as_str();
    metrics::counter!("callbacks_total", "reply" => name).increment(1);
    match &reply {
        Reply::Acknowledged(text) => tracing::info!(acknowledgement = text, "callback"),
        Reply::NotACallback
        | Reply::NotHuifu
        | Reply::Unreadable
        | Reply::UnknownOrder
        | Reply::Mismatch
        | Reply::Unavailable
        | Reply::Broken => tracing::warn!(reply = name, "callback not acknowledged"),
    }
    reply
}
