//! What a service does with a message, and what becomes of the message when that fails.
//!
//! A failure does not compile until somebody has written what happens to the message. There is no
//! `From` into [`HandlerError`], so a bare `?` is refused:
//!
//! ```compile_fail,E0277
//! use runtime::amqp::HandlerError;
//!
//! fn handle(text: &str) -> Result<u32, HandlerError> {
//!     Ok(text.parse::<u32>()?)
//! }
//! ```
//!
//! ```
//! use runtime::amqp::{HandlerError, Verdict as _};
//!
//! fn handle(text: &str) -> Result<u32, HandlerError> {
//!     text.parse::<u32>().or_dead_letter("the amount is not a number")
//! }
//! ```
//!
//! Retrying later is neither of the two: it is an outbox row with a later `available_at`, and `Ok`.

use std::future::Future;

use contract::message::{Envelope, Message};

/// Handles the messages of one queue, many at once, each perhaps more than once.
pub trait Handler: Send + Sync + 'static {
    /// What it handles; the type names its queue.
    type Message: Message;

    /// Carries the message out and **commits**; the message is acked after `Ok`. The effect and the
    /// removal of the outbox row (`store::outbox::settle`) belong in one transaction: that removal
    /// is what makes a second delivery harmless.
    fn handle(
        &self,
        envelope: Envelope<Self::Message>,
    ) -> impl Future<Output = Result<(), HandlerError>> + Send;
}

/// What happens to a message that was not carried out.
#[derive(Debug)]
pub enum HandlerError {
    /// Nothing could be written; it is delivered again after a pause that grows.
    Requeue {
        /// Why, for the log.
        source: anyhow::Error,
    },
    /// It can never succeed; it is kept for a person.
    DeadLetter {
        /// One short sentence that the person reads first. Ids only.
        reason: &'static str,
        /// The cause, for the log and the record.
        source: Option<anyhow::Error>,
    },
}

impl HandlerError {
    /// A dead letter without an error behind it.
    pub fn dead_letter(reason: &'static str) -> Self {
        Self::DeadLetter {
            reason,
            source: None,
        }
    }
}

/// Says what a failure means for the message; the only way from an error to [`HandlerError`].
pub trait Verdict<T> {
    /// Nothing could be written: deliver it again later.
    fn or_requeue(self) -> Result<T, HandlerError>;

    /// It can never succeed: keep it for a person, with this reason.
    fn or_dead_letter(self, reason: &'static str) -> Result<T, HandlerError>;
}

impl<T, E: Into<anyhow::Error>> Verdict<T> for Result<T, E> {
    fn or_requeue(self) -> Result<T, HandlerError> {
        self.map_err(|error| HandlerError::Requeue {
            source: error.into(),
        })
    }

    fn or_dead_letter(self, reason: &'static str) -> Result<T, HandlerError> {
        self.map_err(|error| HandlerError::DeadLetter {
            reason,
            source: Some(error.into()),
        })
    }
}
