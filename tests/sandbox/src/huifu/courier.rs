//! Carries callbacks to the caller's notify_url, and tries again as Huifu does.
//!
//! 02 goes first and 01 a delay after 02's first try was answered, whether it was acknowledged or
//! not; the further tries of each go their own way. Nothing here changes what is true: the book
//! is settled or failed just before the 01 that tells it, also when nobody can be told.

use crate::clock;
use crate::delay;
use crate::huifu::callback::{self, Message};
use crate::huifu::mail;
use crate::huifu::payment::{CallbackTry, PaymentKey, TryOutcome};
use crate::huifu::script::{Lie, Outcome, Script};
use crate::huifu::world::World;
use std::sync::Arc;

/// One callback on its way.
#[derive(Clone)]
struct Letter {
    key: PaymentKey,
    req_seq_id: String,
    message: Message,
    notify_url: String,
    body: String,
}

/// Plays the rest of a payment: settles or fails it, and calls back as the script says.
pub(crate) async fn play(world: Arc<World>, key: PaymentKey, script: Script) {
    let delay = world.callback_delay;
    let last = match script.outcome {
        Outcome::Succeeds => Message::FinalSuccess,
        Outcome::Fails => Message::FinalFailure,
        Outcome::StaysOpen => return,
    };
    let mut messages = if script.final_first {
        vec![last, Message::Accounting]
    } else {
        vec![Message::Accounting, last]
    };
    if script.contradicts_itself {
        messages.push(Message::FinalFailure);
    }
    let bank_returns = script.bank_returns;
    for message in messages {
        delay::pass(delay).await;
        finish(&world, &key, message);
        if script.callbacks {
            tell(&world, &key, message, script.lie, script.copies).await;
        }
    }
    if bank_returns {
        delay::pass(delay).await;
        let now = world.now();
        world.book().bank_return(&key, now);
    }
}

/// Sends one callback `copies` times; returns when the first try of each was answered.
pub(crate) async fn tell(
    world: &Arc<World>,
    key: &PaymentKey,
    message: Message,
    lie: Option<Lie>,
    copies: u32,
) {
    let Some(letter) = write(world, key, message, lie) else {
        return;
    };
    for _ in 0..copies {
        let outcome = try_once(world, &letter).await;
        if outcome != TryOutcome::Acked && world.callback_retries > 0 {
            world.spawn(try_again(Arc::clone(world), letter.clone()));
        }
    }
}

/// Makes true in the book what a final message is about to say.
fn finish(world: &World, key: &PaymentKey, message: Message) {
    let now = world.now();
    match message {
        Message::Accounting => {}
        Message::FinalSuccess => {
            world.book().settle(key, now);
        }
        Message::FinalFailure => {
            world.book().fail(key, now);
        }
    }
}

fn write(world: &World, key: &PaymentKey, message: Message, lie: Option<Lie>) -> Option<Letter> {
    let payment = world.book().payment(key)?.clone();
    let notify_url = payment.notify_url.clone()?;
    let body = callback::form(&payment, message, lie, &world.signing_key);
    // A receiver that believes a foreign order would acknowledge the foreign serial.
    let req_seq_id = match lie {
        Some(Lie::ForeignOrder) => format!("X{}", key.req_seq_id),
        Some(Lie::WrongAmount | Lie::ForeignMember | Lie::Unsigned | Lie::Altered) | None => {
            key.req_seq_id.clone()
        }
    };
    Some(Letter {
        key: key.clone(),
        req_seq_id,
        message,
        notify_url,
        body,
    })
}

async fn try_again(world: Arc<World>, letter: Letter) {
    for _ in 0..world.callback_retries {
        delay::pass(world.callback_retry_interval).await;
        if try_once(&world, &letter).await == TryOutcome::Acked {
            return;
        }
    }
}

async fn try_once(world: &World, letter: &Letter) -> TryOutcome {
    let sent_at = clock::now();
    let url = &letter.notify_url;
    let outcome = mail::deliver(&world.client, url, &letter.body, &letter.req_seq_id).await;
    world.book().note_callback(
        &letter.key,
        CallbackTry {
            msg_type: letter.message.msg_type().to_owned(),
            trans_status: letter.message.trans_status().to_owned(),
            sent_at,
            answered_at: clock::now(),
            outcome: outcome.clone(),
        },
    );
    if world.log_requests {
        let (req_seq_id, msg_type) = (&letter.key.req_seq_id, letter.message.msg_type());
        tracing::info!(req_seq_id, msg_type, ?outcome, "called back");
    }
    outcome
}
