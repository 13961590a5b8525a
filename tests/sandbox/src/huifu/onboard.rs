//! Plays an onboarding request: counts it, judges it, and does it at once or after a review.
//!
//! The order is that of the withdrawal: fields, then duplicate, then fault, then rules. Nothing
//! of a request that a rule refuses is in force, and its serial may come again.

use crate::huifu::answer::{self, Data};
use crate::huifu::card::CardInfo;
use crate::huifu::cash_config::CashEntry;
use crate::huifu::fault::Asked;
use crate::huifu::member::MemberState;
use crate::huifu::onboarding::ReviewState;
use crate::huifu::operation::Operation;
use crate::huifu::refusal::{Known, Refusal};
use crate::huifu::register::Register;
use crate::huifu::review::{Application, ReviewPlan, magic_plan};
use crate::huifu::rules;
use crate::huifu::script::{Money, Script};
use crate::huifu::wish::Wish;
use crate::huifu::world::World;
use jiff::Timestamp;
use serde_json::{Value, json};

/// What is left to do after the register was changed.
pub(crate) struct Played {
    pub(crate) data: Data,
    pub(crate) script: Script,
    /// Set when a review has begun.
    pub(crate) review: Option<(String, ReviewPlan)>,
}

/// Does what the request asks, as far as the script lets it.
pub(crate) fn play(world: &World, wish: &Wish) -> Played {
    let now = world.now();
    let mut register = world.register();
    if register.note_request(wish, now) {
        return Played {
            data: Refusal::from(Known::DUPLICATE).data(),
            script: Script::of(&[]),
            review: None,
        };
    }
    let script = script(world, &register, wish);
    let done = allowed(world, &register, wish, &script)
        .map(|()| execute(world, &mut register, wish, &script, now));
    let (data, review) = match done {
        Ok(done) => done,
        Err(refusal) => (refusal.data(), None),
    };
    if let Some(onboarding) = register.onboarding_mut(&wish.key) {
        onboarding.resp_code = data.get("resp_code").cloned().unwrap_or_default();
    }
    Played {
        data,
        script,
        review,
    }
}

fn script(world: &World, register: &Register, wish: &Wish) -> Script {
    let name = register.subject_name(wish);
    let mut script = Script::of(&world.faults().take(&Asked {
        huifu_id: wish.huifu_id.as_deref().unwrap_or_default(),
        subject: name,
        card_no: wish.card.as_ref().map(|card| card.card_no.as_str()),
        ..Asked::about(wish.operation, &wish.key.req_seq_id)
    }));
    if script.review.is_none() && world.magic {
        script.review = name.map(magic_plan);
    }
    script
}

fn allowed(
    world: &World,
    register: &Register,
    wish: &Wish,
    script: &Script,
) -> Result<(), Refusal> {
    match &script.money {
        Money::Swallow => Err(Refusal::new("swallowed", "")),
        Money::Refuse {
            resp_code,
            resp_desc,
        } => Err(Refusal::new(resp_code, resp_desc)),
        Money::Pay | Money::CallItShort | Money::FailAtOnce => {
            rules::check(world, register, wish, script)
        }
    }
}

/// Puts it in force, or makes an application of it.
fn execute(
    world: &World,
    register: &mut Register,
    wish: &Wish,
    script: &Script,
    now: Timestamp,
) -> (Data, Option<(String, ReviewPlan)>) {
    let plan = match wish.operation {
        // The base data of a user are not reviewed, and have nowhere to tell the end of it to.
        Operation::UserEnt | Operation::UserIndv => ReviewPlan::Instant,
        _ => script.review.unwrap_or(ReviewPlan::Instant),
    };
    let instant = plan == ReviewPlan::Instant;
    let huifu_id = wish.huifu_id.clone().unwrap_or_default();
    let huifu_id = match &wish.subject {
        Some(subject) => {
            let state = if instant {
                MemberState::Active
            } else {
                MemberState::InReview
            };
            let huifu_id = register.open(subject.clone(), state);
            world.book().open_basic_account(&huifu_id, now);
            huifu_id
        }
        None => huifu_id,
    };
    let mut data = answer::data("00000000", "处理成功");
    data.insert("huifu_id", huifu_id.clone());
    let card = wish.card.clone();
    let token_no = instant
        .then(|| register.put_in_force(&huifu_id, wish.operation, card, &wish.cash))
        .flatten();
    let reviewed = !instant || script.notice_though_instant;
    let apply_no =
        reviewed.then(|| apply(register, wish, &huifu_id, instant, token_no.clone(), now));
    if let Some(onboarding) = register.onboarding_mut(&wish.key) {
        onboarding.executions += 1;
        onboarding.huifu_id = Some(huifu_id.clone());
        onboarding.token_no.clone_from(&token_no);
        onboarding.apply_no.clone_from(&apply_no);
        onboarding.review = (!instant).then_some(ReviewState::Pending);
    }
    data.extend(extras(wish, &huifu_id, instant));
    data.extend(token_no.map(|token_no| ("token_no", token_no)));
    if !instant {
        data.extend(apply_no.clone().map(|apply_no| ("apply_no", apply_no)));
    }
    (data, apply_no.map(|apply_no| (apply_no, plan)))
}

/// A new application; one that is in force already has passed.
fn apply(
    register: &mut Register,
    wish: &Wish,
    huifu_id: &str,
    in_force: bool,
    token_no: Option<String>,
    now: Timestamp,
) -> String {
    let apply_no = register.new_apply_no(now);
    let application = Application {
        apply_no: apply_no.clone(),
        key: wish.key.clone(),
        operation: wish.operation,
        huifu_id: huifu_id.to_owned(),
        card: wish.card.clone(),
        cash: wish.cash.clone(),
        async_return_url: wish.async_return_url.clone(),
        state: if in_force {
            ReviewState::Passed
        } else {
            ReviewState::Pending
        },
        reason: String::new(),
        token_no,
    };
    register.applications.insert(apply_no.clone(), application);
    apply_no
}

/// What the answers of single interfaces have besides.
fn extras(wish: &Wish, huifu_id: &str, instant: bool) -> Data {
    let mut data = Data::new();
    match wish.operation {
        Operation::UserEnt | Operation::UserIndv => {
            let chosen = wish.subject.as_ref().and_then(|one| one.login_name.clone());
            let login_name = chosen.unwrap_or_else(|| format!("Lg{huifu_id}"));
            // A secret that is shown once, as far as the caller is concerned.
            let login_password = uuid::Uuid::new_v4().simple().to_string()[..12].to_owned();
            data.extend([
                ("login_name", login_name),
                ("login_password", login_password),
            ]);
        }
        Operation::UserBusiOpen | Operation::UserBusiModify if instant => {
            data.insert(
                "resp_business",
                resp_business(&wish.card, &wish.cash, "S").to_string(),
            );
        }
        Operation::MerchantBusiOpen | Operation::MerchantBusiModify => {
            data.insert("req_date", wish.key.req_date.clone());
            data.insert("req_seq_id", wish.key.req_seq_id.clone());
        }
        _ => {}
    }
    data
}

/// One entry per part of a user's business entry: 1 card, 2 cash rules.
pub(crate) fn resp_business(card: &Option<CardInfo>, cash: &[CashEntry], code: &str) -> Value {
    let mut parts = Vec::new();
    if card.is_some() {
        parts.push(json!({"type": "1", "code": code, "msg": ""}));
    }
    if !cash.is_empty() {
        parts.push(json!({"type": "2", "code": code, "msg": ""}));
    }
    Value::Array(parts)
}
