//! Handles "a notice is due", for each queue of such messages over the same [`Desk`].
//!
//! The partner hears before we write, so a crash in between tells it twice; the other order could
//! tell it never. A message that was carried out before is recognised without sending anything.

use std::marker::PhantomData;
use std::sync::Arc;

use contract::message::Envelope;
use runtime::amqp::{Handler, HandlerError};

use crate::desk::Desk;
use crate::notification::Deliverable;

/// The handler of one queue of due notices.
pub(crate) struct Notify<M> {
    desk: Arc<Desk>,
    message: PhantomData<fn() -> M>,
}

impl<M> Notify<M> {
    pub(crate) fn new(desk: &Arc<Desk>) -> Self {
        Self {
            desk: Arc::clone(desk),
            message: PhantomData,
        }
    }
}

impl<M: Deliverable> Handler for Notify<M> {
    type Message = M;

    async fn handle(&self, envelope: Envelope<M>) -> Result<(), HandlerError> {
        self.desk.delivered(envelope).await
    }
}
