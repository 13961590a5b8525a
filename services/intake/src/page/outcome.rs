//! What became of a withdrawal that its user confirmed: the page after the button, and for ever.
//!
//! It says "accepted" and not "paid" until the money has been paid out, and it says so too when the
//! money came back. Whoever reloads it sees how it stands then.

use askama::Template;
use axum::response::Response;
use contract::partner::{ErrorCode, ReasonCode};
use contract::withdrawal::{Confirmation, Language, State, Withdrawal};
use store::users::Card;
use store::users::cards;
use store::{Connection, partners};

use crate::arrival::expected_on;
use crate::frame::Frame;
use crate::front::Front;
use crate::refusal::{Refusal, render};
use crate::words;
use crate::words::outcome::{Stage, Words};

#[derive(Template)]
#[template(path = "outcome.html")]
struct OutcomeView<'a> {
    frame: Frame,
    words: &'static Words,
    is_under_way: bool,
    /// Whether something arrives on the card, as far as is known.
    arrives: bool,
    /// Set in the page for programs: tests, and whoever supports a user by telephone.
    stage_name: &'static str,
    title: &'static str,
    sentence: String,
    next: String,
    amount: String,
    fee: String,
    arrival: String,
    bank: &'a str,
    tail: &'a str,
    expected: Option<String>,
    order_id: &'a str,
    back: String,
    partner_name: &'a str,
}

/// The page of a withdrawal that was accepted or has gone further.
pub(super) async fn shown(
    front: &Front,
    connection: &Connection,
    withdrawal: &Withdrawal,
    language: Language,
) -> Result<Response, Refusal> {
    let request = &withdrawal.request;
    let confirmed = withdrawal.confirmed.as_ref().ok_or(ErrorCode::Internal)?;
    let (partner, card) = tokio::try_join!(
        partners::find(connection, &request.partner_id),
        cards::find(connection, confirmed.card_id),
    )?;
    let partner = partner.ok_or(ErrorCode::PartnerUnknown)?;
    let card = card.ok_or(ErrorCode::Internal)?;
    let stage = stage(withdrawal.state)?;
    let expected = match stage {
        Stage::UnderWay => {
            let day = expected_on(connection, confirmed.cash_type, confirmed.accepted_at).await?;
            Some(words::outcome::expected(language, day))
        }
        Stage::Paid | Stage::Failed | Stage::Returned => None,
    };
    let view = OutcomeView {
        expected,
        ..view(
            front,
            withdrawal,
            confirmed,
            &card,
            &partner.name,
            stage,
            language,
        )
    };
    Ok(render(&view))
}

fn view<'a>(
    front: &Front,
    withdrawal: &'a Withdrawal,
    confirmed: &Confirmation,
    card: &'a Card,
    partner_name: &'a str,
    stage: Stage,
    language: Language,
) -> OutcomeView<'a> {
    let request = &withdrawal.request;
    let reason = withdrawal.reason_code.as_deref();
    let reason = reason.and_then(ReasonCode::from_name);
    let words = words::outcome::in_language(language);
    OutcomeView {
        frame: Frame::new(front, language).with_choice(),
        words,
        is_under_way: stage == Stage::UnderWay,
        arrives: match stage {
            Stage::UnderWay | Stage::Paid => true,
            Stage::Failed | Stage::Returned => false,
        },
        stage_name: stage.as_str(),
        title: words.title(stage),
        sentence: words::outcome::sentence(language, stage, reason),
        next: words::outcome::next(language, stage, partner_name),
        amount: words::yuan(request.amount),
        fee: words::yuan(confirmed.fee),
        arrival: words::yuan(confirmed.arrival),
        bank: &card.bank_name,
        tail: &card.tail,
        expected: None,
        order_id: request.id.as_str(),
        back: format!("{}/back", front.page_key.path(&request.id)),
        partner_name,
    }
}

/// Between acceptance and the end a user is told one thing: it is under way. What is unclear to us
/// meanwhile is not theirs to sort out.
fn stage(state: State) -> Result<Stage, ErrorCode> {
    match state {
        State::Accepted | State::Dispatching | State::Submitted | State::Unconfirmed => {
            Ok(Stage::UnderWay)
        }
        State::Paid => Ok(Stage::Paid),
        State::Failed => Ok(Stage::Failed),
        State::Returned => Ok(Stage::Returned),
        // `Standing` has led these elsewhere.
        State::Draft | State::Cancelled | State::Expired => Err(ErrorCode::Internal),
    }
}
