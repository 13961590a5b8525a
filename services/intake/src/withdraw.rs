//! `POST /withdraw`: takes a partner's signed form and opens the page for its user.
//!
//! The order of the checks is the point. Format, partner, signature and clock first; only then does
//! a caller learn anything that is not in its own form. Everything that is written, nonce and
//! draft, is written in one transaction, so a refused form leaves nothing behind.

mod again;
mod draft;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use contract::partner::{ErrorCode, PageCall};
use contract::withdrawal::{Language, NewWithdrawal};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use runtime::crash::{CrashPoint, reach};
use runtime::trace::{self, attribute::Attribute};
use runtime::{clock, ids};
use store::{Connection, withdrawals};

use crate::balance;
use crate::caller::Caller;
use crate::choices::Choices;
use crate::form::{Form, read_form};
use crate::front::Front;
use crate::language;
use crate::refusal::Refusal;
use crate::send_back::see_other;

pub(crate) use draft::NONCE_KEPT;

use draft::Drafted;

/// The codes with which a page call is refused, for `/openapi.json`.
pub(crate) const CODES: &[ErrorCode] = &[
    ErrorCode::RequestMalformed,
    ErrorCode::FieldMissing,
    ErrorCode::FieldRepeated,
    ErrorCode::FieldTooLong,
    ErrorCode::FieldMalformed,
    ErrorCode::AmountNotPositive,
    ErrorCode::TimestampOutOfRange,
    ErrorCode::PartnerUnknown,
    ErrorCode::KeyUnknown,
    ErrorCode::KeyRetired,
    ErrorCode::SignatureMissing,
    ErrorCode::SignatureMismatch,
    ErrorCode::PartnerSuspended,
    ErrorCode::HostNotRegistered,
    ErrorCode::MethodNotAllowed,
    ErrorCode::NonceRepeated,
    ErrorCode::OrderConflict,
    ErrorCode::PageExpired,
    ErrorCode::RequestTooLarge,
    ErrorCode::UserUnknown,
    ErrorCode::CardMissing,
    ErrorCode::CashTypeUnavailable,
    ErrorCode::AmountTooLarge,
    ErrorCode::AmountBelowFee,
    ErrorCode::Internal,
    ErrorCode::Unavailable,
];

/// Answers with a redirect to the page, or with an error page.
pub(crate) async fn withdraw(
    State(front): State<Arc<Front>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = read_form(&headers, body).await;
    let language = match &form {
        Ok(form) => language::of_form(form, &headers),
        Err(_) => language::of_browser(&headers),
    };
    let taken = match form {
        Ok(form) => take(&front, &form, language, clock::now()).await,
        Err(refusal) => Err(refusal),
    };
    let refused = taken.as_ref().err().map(Refusal::code);
    debug_assert!(
        refused.is_none_or(|code| CODES.contains(&code)),
        "{refused:?} is not among the codes of a page call"
    );
    let code = refused.map_or("ok", ErrorCode::as_str);
    metrics::counter!("tixian_page_calls_total", "code" => code).increment(1);
    taken.unwrap_or_else(|refusal| {
        tracing::info!(code, "page call refused");
        refusal.page(&front, language)
    })
}

async fn take(
    front: &Front,
    form: &Form,
    language: Language,
    now: Timestamp,
) -> Result<Response, Refusal> {
    let call =
        PageCall::parse(form, front.loopback_http).map_err(|errors| Refusal::of_fields(&errors))?;
    let mut connection = front.store.connection().await?;
    let caller = believe(&connection, &call, now).await?;
    check_hosts(&call, &caller)?;
    let earlier = async {
        match &call.out_order_no {
            Some(number) => {
                withdrawals::find_by_out_order_no(&connection, &call.partner_id, number).await
            }
            None => Ok(None),
        }
    };
    let choices = Choices::load(&connection, &call.htouhui_user_id, call.money, now);
    let (earlier, choices) = tokio::try_join!(earlier, choices)?;
    if let Some(earlier) = earlier {
        return again::answer(front, &mut connection, &call, &earlier, now).await;
    }
    check_user(&call, choices.as_ref())?;
    check_amount(front, &call)?;
    if let Some(code) = choices.and_then(|choices| choices.missing()) {
        return Err(Refusal::from(code).at(field_of(code)));
    }
    let new = new_withdrawal(front, &call, language, now);
    match draft::write(&mut connection, &call, &new, now).await? {
        Drafted::Written => {
            balance::was_wanted(front, &new.htouhui_user_id);
            reach(CrashPoint::IntakeAfterDraft);
            trace::set(Attribute::OrderId(new.id.to_string().into()));
            tracing::info!(order_id = %new.id, partner_id = %new.partner_id, "draft opened");
            Ok(see_other(&front.page_key.path(&new.id)))
        }
        Drafted::NonceRepeated | Drafted::NumberTaken => {
            // The same form at the same moment may have been first.
            again::answer_if_known(front, &mut connection, &call, now).await
        }
    }
}

/// Partner, signature, clock, and whether the partner may ask at all.
async fn believe(
    connection: &Connection,
    call: &PageCall,
    now: Timestamp,
) -> Result<Caller, Refusal> {
    let caller = Caller::find(connection, &call.partner_id, now).await?;
    call.verify(&caller.keys, now)?;
    call.check_clock(now)
        .map_err(|code| Refusal::from(code).at("timestamp"))?;
    caller.must_be_active()?;
    Ok(caller)
}

fn check_hosts(call: &PageCall, caller: &Caller) -> Result<(), Refusal> {
    let foreign = call.foreign_hosts(&caller.partner.hosts);
    if foreign.is_empty() {
        return Ok(());
    }
    let refusal = Refusal::from(ErrorCode::HostNotRegistered);
    Err(foreign.into_iter().fold(refusal, Refusal::at))
}

/// A user of another partner is answered with the words for an unknown one.
fn check_user(call: &PageCall, choices: Option<&Choices>) -> Result<(), Refusal> {
    let known = choices.map(|choices| &choices.user).is_some_and(|user| {
        user.partner_id == call.partner_id && user.third_party_user_id == call.third_party_user_id
    });
    if known {
        Ok(())
    } else {
        Err(Refusal::from(ErrorCode::UserUnknown).at("htouhui_user_id"))
    }
}

fn check_amount(front: &Front, call: &PageCall) -> Result<(), Refusal> {
    let most = front.withdrawal_max;
    if call.money <= most {
        return Ok(());
    }
    let (zh, en) = (
        format!("单笔最多 {most} 元"),
        format!("is at most {most} yuan"),
    );
    Err(Refusal::from(ErrorCode::AmountTooLarge).at_rule("money", zh, en))
}

fn field_of(code: ErrorCode) -> &'static str {
    if code == ErrorCode::AmountBelowFee {
        "money"
    } else {
        "htouhui_user_id"
    }
}

fn new_withdrawal(
    front: &Front,
    call: &PageCall,
    language: Language,
    now: Timestamp,
) -> NewWithdrawal {
    let lifetime = SignedDuration::try_from(front.draft_ttl)
        .expect("the settings bound the lifetime of a draft by a day");
    NewWithdrawal {
        id: ids::new_withdrawal_id(),
        partner_id: call.partner_id.clone(),
        third_party_user_id: call.third_party_user_id.clone(),
        htouhui_user_id: call.htouhui_user_id.clone(),
        amount: call.money,
        out_order_no: call.out_order_no.clone(),
        return_url: call.return_url.as_str().to_owned(),
        notify_url: call.notify_url.as_str().to_owned(),
        from_url: call.from_url.as_str().to_owned(),
        cash_type: call.cash_type,
        language,
        expires_at: now + lifetime,
    }
}
