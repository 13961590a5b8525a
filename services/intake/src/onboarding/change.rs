//! `POST /v1/onboarding/cards` and `…/cash-rules`: something more, or something else, for somebody
//! who has an account.
//!
//! A user of another partner is answered with the words for an unknown one. So is one whose account
//! is still being opened: there is nothing to add to.

use contract::application::ApplicationKind;
use contract::partner::onboarding::{ApplicationAnswer, ChangeRequest, named_user};
use contract::partner::time::beijing_date;
use contract::partner::{BodyError, ErrorCode};
use serde_json::{Value, json};
use store::users::{self, User};

use super::receive::{self, Asked, For};
use crate::api::{Call, Endpoint};
use crate::openapi::{Bilingual, Components, Described, Example, change_body};
use crate::refusal::Refusal;

/// The endpoint of cards.
pub(crate) struct Card;

impl Endpoint for Card {
    const PATH: &'static str = "/v1/onboarding/cards";
    const LONGEST_BODY: usize = receive::LONGEST_BODY;
    const CODES: &'static [ErrorCode] = receive::CODES;
    type Answer = ApplicationAnswer;

    fn described(components: &mut Components) -> Described {
        let kind = ApplicationKind::Card;
        Described {
            id: "applyForCard",
            tag: "onboarding",
            summary: Bilingual::new("申请绑卡", "Apply for one more card"),
            description: Bilingual::new(
                "为已开户的用户再绑定一张银行卡。应答表示已收到，不表示已绑定。",
                "One more card for a user who has an account. The answer says that we have it, not \
                 that the card is bound.",
            ),
            parameters: Vec::new(),
            body: Some(change_body(components, kind)),
            examples: vec![example(
                kind,
                Bilingual::new("个人用户的另一张卡", "Another card of an individual user"),
                include_str!("examples/card.json"),
            )],
        }
    }

    async fn answer(call: Call<'_>) -> Result<ApplicationAnswer, Refusal> {
        change(call, ApplicationKind::Card).await
    }
}

/// The endpoint of cash rules.
pub(crate) struct CashRules;

impl Endpoint for CashRules {
    const PATH: &'static str = "/v1/onboarding/cash-rules";
    const LONGEST_BODY: usize = receive::LONGEST_BODY;
    const CODES: &'static [ErrorCode] = receive::CODES;
    type Answer = ApplicationAnswer;

    fn described(components: &mut Components) -> Described {
        let kind = ApplicationKind::CashRules;
        Described {
            id: "applyForCashRules",
            tag: "onboarding",
            summary: Bilingual::new("申请变更提现费率", "Apply for other cash rules"),
            description: Bilingual::new(
                "开通、关闭到账方式，或变更其手续费。应答表示已收到，不表示已生效。",
                "Opens and closes cash types, or changes what they cost. The answer says that we \
                 have it, not that it is so.",
            ),
            parameters: Vec::new(),
            body: Some(change_body(components, kind)),
            examples: vec![example(
                kind,
                Bilingual::new("D0 涨价，T1 关闭", "D0 costs more, T1 is closed"),
                include_str!("examples/cash_rules.json"),
            )],
        }
    }

    async fn answer(call: Call<'_>) -> Result<ApplicationAnswer, Refusal> {
        change(call, ApplicationKind::CashRules).await
    }
}

async fn change(call: Call<'_>, kind: ApplicationKind) -> Result<ApplicationAnswer, Refusal> {
    let today = beijing_date(call.now);
    let user = user(&call).await?;
    let loopback = call.front.loopback_http;
    let subject = user.as_ref().map(|user| user.kind);
    let read = |today| ChangeRequest::parse(call.body, kind, subject, loopback, today);
    // What only the day is against may be a repeat of what came in earlier.
    let (request, of_today) = match read(Some(today)) {
        Ok(request) => (request, None),
        Err(problems) => match read(None) {
            Ok(request) => (request, Some(problems)),
            Err(_) => return Err(refused(problems, user.as_ref())),
        },
    };
    let user = user.ok_or_else(unknown)?;
    let asked = Asked {
        application_no: &request.application_no,
        third_party_user_id: &user.third_party_user_id,
        notify_url: &request.notify_url,
        form: &request.form,
        account: For::User(&user),
    };
    if let Some(earlier) = receive::repeated(&call, &asked).await? {
        return Ok(earlier);
    }
    match of_today {
        Some(problems) => Err(problems.into()),
        None => receive::receive(call, &asked).await,
    }
}

/// The partner's own user whom the body names.
async fn user(call: &Call<'_>) -> Result<Option<User>, Refusal> {
    let Some(named) = named_user(call.body) else {
        return Ok(None);
    };
    let found = users::find(&call.connection, &named).await?;
    Ok(found.filter(|user| user.partner_id == *call.partner_id()))
}

/// Without knowing the user nothing is wrong with a form yet.
fn refused(problems: BodyError, user: Option<&User>) -> Refusal {
    match problems {
        BodyError::Fields(fields) if fields.is_empty() && user.is_none() => unknown(),
        BodyError::Fields(_) | BodyError::Malformed => problems.into(),
    }
}

fn unknown() -> Refusal {
    Refusal::from(ErrorCode::UserUnknown).at("htouhui_user_id")
}

/// An application that could be, and its answer.
fn example(kind: ApplicationKind, summary: Bilingual, form: &str) -> Example {
    let form: Value = serde_json::from_str(form).expect("a checked-in example is JSON");
    Example {
        name: kind.as_str(),
        summary,
        body: json!({
            "application_no": "CHANGE-1",
            "htouhui_user_id": "20000000001",
            "notify_url": "https://shop.example/notify",
            "form": form,
        }),
        answer: json!({
            "application_id": "P01KASGXE00000000000000000D",
            "application_no": "CHANGE-1",
            "kind": kind,
            "subject": "individual_user",
            "third_party_user_id": "user-1",
            "htouhui_user_id": "20000000001",
            "state": "received",
            "step": "business",
            "received_at": "20261122120000",
        }),
    }
}
