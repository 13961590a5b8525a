//! `POST /v1/onboarding/query`: where an application stands.
//!
//! A partner sees its own applications and learns nothing about the others, not even that they
//! exist.

use contract::application::State;
use contract::partner::onboarding::{ApplicationAnswer, StatusRequest, explained};
use contract::partner::time::WireTime;
use contract::partner::{ApplicationReason, ErrorCode};
use store::applications::{self, Application};
use store::users::cards;
use store::{Connection, StoreError};

use crate::api::{Call, Endpoint};
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct Status;

impl Endpoint for Status {
    const PATH: &'static str = "/v1/onboarding/query";
    /// A query is one short name.
    const LONGEST_BODY: usize = 1024;
    type Answer = ApplicationAnswer;

    async fn answer(call: Call<'_>) -> Result<ApplicationAnswer, Refusal> {
        let asked = StatusRequest::parse(call.body)?;
        let (connection, partner) = (&call.connection, call.partner_id());
        let found = match &asked {
            StatusRequest::ApplicationId(id) => applications::find(connection, id).await?,
            StatusRequest::ApplicationNo(number) => {
                applications::find_by_no(connection, partner, number).await?
            }
        };
        let own = found.filter(|found| found.partner_id == *partner);
        Ok(told(connection, own.ok_or(ErrorCode::ApplicationUnknown)?).await?)
    }
}

/// What a partner is told about its application.
pub(super) async fn told(
    connection: &Connection,
    application: Application,
) -> Result<ApplicationAnswer, StoreError> {
    let card_id = card_id(connection, &application).await?;
    let code = application.reason_code.as_deref();
    let reason = code.and_then(ApplicationReason::from_code);
    let words = application.reason_detail.as_deref();
    let (zh, en) = reason.map(|reason| explained(reason, words)).unzip();
    Ok(ApplicationAnswer {
        application_id: application.id,
        application_no: application.application_no,
        kind: application.kind,
        subject: application.subject,
        third_party_user_id: application.third_party_user_id,
        htouhui_user_id: application.htouhui_user_id,
        state: application.state,
        step: application.step,
        card_tail: application.card_tail,
        card_id,
        reason_code: reason,
        reason: zh,
        reason_en: en,
        received_at: WireTime::new(application.created_at),
        finished_at: application.terminal_at.map(WireTime::new),
    })
}

/// Our number of the card that the application brought, as long as it is bound.
async fn card_id(
    connection: &Connection,
    application: &Application,
) -> Result<Option<String>, StoreError> {
    let (State::Passed, Some(token_no)) = (application.state, &application.token_no) else {
        return Ok(None);
    };
    let cards = cards::of(connection, &application.htouhui_user_id).await?;
    let bound = cards.into_iter().find(|card| card.token_no == *token_no);
    Ok(bound.map(|card| card.id.to_string()))
}
