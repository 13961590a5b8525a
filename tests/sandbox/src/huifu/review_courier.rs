//! Ends reviews in their time, and tells of it at the async_return_url.
//!
//! The register is changed just before the callback that tells it, also when nobody can be told.

use crate::clock;
use crate::delay;
use crate::huifu::mail;
use crate::huifu::onboarding::{ReviewState, ReviewTry};
use crate::huifu::payment::TryOutcome;
use crate::huifu::review::{Application, ReviewPlan};
use crate::huifu::review_notice::{form, is_told, serial};
use crate::huifu::script::{Lie, Script};
use crate::huifu::world::World;
use std::sync::Arc;

/// One callback on its way.
#[derive(Clone)]
struct Letter {
    application: Application,
    state: ReviewState,
    url: String,
    /// The serial the receiver has to acknowledge.
    serial: String,
    form: String,
}

/// Plays the rest of an application: decides it, and calls back as the script says.
pub(crate) async fn play(world: Arc<World>, apply_no: String, plan: ReviewPlan, script: Script) {
    delay::pass(world.callback_delay).await;
    if let Some(state) = plan.end() {
        let reason = words(state);
        world.register().decide(&apply_no, state, reason);
    }
    if plan == ReviewPlan::Late || !script.callbacks {
        return;
    }
    tell(&world, &apply_no, None, script.lie, script.copies).await;
    if script.contradicts_itself {
        delay::pass(world.callback_delay).await;
        let other = Some(ReviewState::Refused);
        tell(&world, &apply_no, other, script.lie, script.copies).await;
    }
}

/// Why an application ended so, where nobody gave a reason.
pub(crate) fn words(state: ReviewState) -> &'static str {
    match state {
        ReviewState::Pending => "",
        ReviewState::Passed => "审核通过",
        ReviewState::Refused => "审核拒绝,资料不符合要求",
        ReviewState::Failed => "系统异常,审核失败",
    }
}

/// Sends a callback `copies` times: about the state it is in, or about `claimed`. False: there is
/// nothing to tell, or nowhere to tell it.
pub(crate) async fn tell(
    world: &Arc<World>,
    apply_no: &str,
    claimed: Option<ReviewState>,
    lie: Option<Lie>,
    copies: u32,
) -> bool {
    let Some(letter) = write(world, apply_no, claimed, lie) else {
        return false;
    };
    for _ in 0..copies {
        let outcome = try_once(world, &letter).await;
        if outcome != TryOutcome::Acked && world.callback_retries > 0 {
            world.spawn(try_again(Arc::clone(world), letter.clone()));
        }
    }
    true
}

fn write(
    world: &World,
    apply_no: &str,
    claimed: Option<ReviewState>,
    lie: Option<Lie>,
) -> Option<Letter> {
    let application = world.register().applications.get(apply_no)?.clone();
    let state = claimed.unwrap_or(application.state);
    let url = application.async_return_url.clone()?;
    if !is_told(&application, state) {
        return None;
    }
    let product_id = &world.gateway.product_id;
    Some(Letter {
        url,
        serial: serial(&application, lie),
        form: form(&application, state, lie, product_id, &world.signing_key),
        application,
        state,
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
    let outcome = mail::deliver(&world.client, &letter.url, &letter.form, &letter.serial).await;
    let one = ReviewTry {
        audit_status: letter.state.letter().to_owned(),
        sent_at,
        answered_at: clock::now(),
        outcome: outcome.clone(),
    };
    let key = &letter.application.key;
    world.register().note_callback(key, one);
    if world.log_requests {
        let (req_seq_id, apply_no) = (&key.req_seq_id, &letter.application.apply_no);
        tracing::info!(req_seq_id, apply_no, ?outcome, "told of a review");
    }
    outcome
}
