//! `POST /v1/onboarding/query`: where an application stands.
//!
//! A partner sees its own applications and learns nothing about the others, not even that they
//! exist.

use contract::application::State;
use contract::ids::{ApplicationId, ApplicationNo};
use contract::partner::onboarding::{ApplicationAnswer, StatusRequest, explained};
use contract::partner::time::WireTime;
use contract::partner::{ApplicationReason, ErrorCode};
use serde_json::json;
use store::applications::{self, Application};
use store::users::cards;
use store::{Connection, StoreError};

use crate::api::{Call, Endpoint};
use crate::openapi::{Bilingual, Components, Described, Example, one_of};
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct Status;

impl Endpoint for Status {
    const PATH: &'static str = "/v1/onboarding/query";
    /// A query is one short name.
    const LONGEST_BODY: usize = 1024;
    const CODES: &'static [ErrorCode] = &[
        ErrorCode::RequestMalformed,
        ErrorCode::FieldTooLong,
        ErrorCode::ApplicationUnknown,
    ];
    type Answer = ApplicationAnswer;

    fn described(components: &mut Components) -> Described {
        let names = [
            ("application_id", components.of::<ApplicationId>()),
            ("application_no", components.of::<ApplicationNo>()),
        ];
        Described {
            id: "queryApplication",
            tag: "onboarding",
            summary: Bilingual::new("查询申请", "Ask where an application stands"),
            description: Bilingual::new(
                "按我方申请号或合作方申请编号查询，二者只填其一。",
                "By our number or by the partner's, exactly one of them.",
            ),
            parameters: Vec::new(),
            body: Some(components.add("ApplicationQuery", one_of(names))),
            examples: vec![Example {
                name: "refused",
                summary: Bilingual::new("未通过的申请", "An application that was refused"),
                body: json!({ "application_no": "OPEN-1" }),
                answer: json!({
                    "application_id": "P01KASGXE00000000000000000C",
                    "application_no": "OPEN-1",
                    "kind": "opening",
                    "subject": "individual_user",
                    "third_party_user_id": "user-1",
                    "htouhui_user_id": "20000000001",
                    "state": "refused",
                    "step": "business",
                    "card_tail": "4455",
                    "reason_code": "card_mismatch",
                    "reason": ApplicationReason::CardMismatch.zh(),
                    "reason_en": ApplicationReason::CardMismatch.en(),
                    "received_at": "20261122120000",
                    "finished_at": "20261122130000",
                }),
            }],
        }
    }

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
    let reason = code.and_then(ApplicationReason::from_name);
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
