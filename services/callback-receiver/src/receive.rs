//! The HTTP side: one form in, one short answer out.
//!
//! Huifu posts two forms: about withdrawals with the text in `resp_data`, about reviews of
//! applications with the text in `data`. They differ in how they are opened and in what is then
//! written, and in nothing before, between or after.
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
use contract::huifu::operations::{ReviewCallback, ReviewForm};
use contract::signing::keys::PublicKey;
use jiff::Timestamp;
use runtime::clock;
use store::{Store, StoreError};

use crate::foreign::{self, Claimed, ForeignCase};
use crate::reply::Reply;
use crate::{callback, review};

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

    async fn receive(&self, body: &[u8], open: Open) -> Reply {
        let form: Form = form_urlencoded::parse(body).into_owned().collect();
        let signed = match open(&form, &self.public_key) {
            Ok(signed) => signed,
            Err(reply) => return reply,
        };
        let mut reply = self.write(&signed).await;
        for _ in 1..TRIES {
            if reply != Reply::Unavailable {
                break;
            }
            reply = self.write(&signed).await;
        }
        if reply == Reply::Broken {
            self.tell_of_unwritten(&signed).await;
        }
        reply
    }

    /// What no repeat can cure must not end with Huifu's repeats: a person gets to know of it. It
    /// stays unacknowledged, for it is not written.
    async fn tell_of_unwritten(&self, signed: &Signed) {
        let case = match signed {
            Signed::Callback(told) => {
                foreign::unwritten("callback_not_written", &told.req_seq_id, &told.req_date)
            }
            Signed::Review(told) => {
                foreign::unwritten("review_not_written", &told.req_seq_id, &told.req_date)
            }
            // It is a case already, and that could not be written.
            Signed::Unreadable(_) => return,
        };
        if let Err(error) = self.keep(clock::now(), &case).await {
            let cause = &error as &dyn std::error::Error;
            tracing::error!(error = cause, "not even a case is written");
        }
    }

    async fn write(&self, signed: &Signed) -> Reply {
        let now = clock::now();
        let written = match signed {
            Signed::Callback(callback) => callback::record(&self.store, callback, now).await,
            Signed::Review(review) => review::record(&self.store, review, now).await,
            Signed::Unreadable(case) => self.keep(now, case).await,
        };
        written.unwrap_or_else(|error| {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, "a callback is not written");
            reply_to_failure(&error)
        })
    }

    async fn keep(&self, now: Timestamp, case: &ForeignCase) -> Result<Reply, StoreError> {
        let mut connection = self.store.connection().await?;
        foreign::keep(&mut connection, now, Claimed::Nothing, case).await?;
        Ok(Reply::Unreadable)
    }
}

/// A decoded form.
type Form = Vec<(String, String)>;

/// Finds the signed text in a form of one kind, verifies it, and only then reads it.
type Open = fn(&Form, &PublicKey) -> Result<Signed, Reply>;

/// What Huifu signed.
enum Signed {
    Callback(Box<Callback>),
    Review(Box<ReviewCallback>),
    Unreadable(ForeignCase),
}

fn open_callback(form: &Form, key: &PublicKey) -> Result<Signed, Reply> {
    let form = CallbackForm::find(form).map_err(|_| Reply::NotACallback)?;
    match form.open(key) {
        Ok(callback) => Ok(Signed::Callback(Box::new(callback))),
        Err(error) => not_opened(&error, || {
            foreign::unreadable("callback_unreadable", form.resp_data(), form.sign())
        }),
    }
}

fn open_review(form: &Form, key: &PublicKey) -> Result<Signed, Reply> {
    let form = ReviewForm::find(form).map_err(|_| Reply::NotACallback)?;
    match form.open(key) {
        Ok(review) => Ok(Signed::Review(Box::new(review))),
        Err(error) => not_opened(&error, || {
            foreign::unreadable("review_unreadable", form.data(), form.sign())
        }),
    }
}

fn not_opened(
    error: &CallbackError,
    unreadable: impl FnOnce() -> ForeignCase,
) -> Result<Signed, Reply> {
    match error {
        CallbackError::Unreadable(_) => Ok(Signed::Unreadable(unreadable())),
        CallbackError::NotACallback => Err(Reply::NotACallback),
        CallbackError::Signature(_) => Err(Reply::NotHuifu),
    }
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

/// Both routes. Their paths are part of what Huifu is told with each call.
pub fn router(receiver: Arc<Receiver>) -> Router {
    Router::new()
        .route("/huifu/callback", post(callback))
        .route("/huifu/onboarding", post(onboarding))
        .with_state(receiver)
}

async fn callback(State(receiver): State<Arc<Receiver>>, body: Bytes) -> Reply {
    answer(&receiver, &body, open_callback, "callback").await
}

async fn onboarding(State(receiver): State<Arc<Receiver>>, body: Bytes) -> Reply {
    answer(&receiver, &body, open_review, "review").await
}

async fn answer(receiver: &Receiver, body: &[u8], open: Open, about: &'static str) -> Reply {
    let reply = receiver.receive(body, open).await;
    let name = reply.as_str();
    metrics::counter!("tixian_callbacks_total", "about" => about, "reply" => name).increment(1);
    match &reply {
        Reply::Acknowledged(text) => tracing::info!(acknowledgement = text, about, "callback"),
        Reply::NotACallback
        | Reply::NotHuifu
        | Reply::Unreadable
        | Reply::UnknownOrder
        | Reply::Mismatch
        | Reply::Unavailable
        | Reply::Broken => tracing::warn!(reply = name, about, "callback not acknowledged"),
    }
    reply
}
