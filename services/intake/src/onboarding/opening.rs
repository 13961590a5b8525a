//! `POST /v1/onboarding/openings`: an account at Huifu for somebody who has none.

use contract::partner::ErrorCode;
use contract::partner::onboarding::{ApplicationAnswer, OpeningRequest};
use contract::partner::time::beijing_date;
use serde_json::{Value, json};
use store::users;

use super::receive::{self, Asked, For};
use crate::api::{Call, Endpoint};
use crate::openapi::{Bilingual, Components, Described, Example, opening_body};
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct Openings;

impl Endpoint for Openings {
    const PATH: &'static str = "/v1/onboarding/openings";
    const LONGEST_BODY: usize = receive::LONGEST_BODY;
    const CODES: &'static [ErrorCode] = receive::CODES;
    type Answer = ApplicationAnswer;

    fn described(components: &mut Components) -> Described {
        Described {
            id: "applyForOpening",
            tag: "onboarding",
            summary: Bilingual::new("申请开户", "Apply for an account"),
            description: Bilingual::new(
                "为尚无账户的用户开户，并绑定首张银行卡、开通提现。应答表示已收到，不表示已通过；结果以异步\
                 通知或查询为准。表单字段沿用汇付的名称与规则，所有错误一次列出。同一 application_no 重复提交\
                 相同内容，返回相同结果。",
                "For somebody who has none: an account with its first card and its cash types. The \
                 answer says that we have it, not that it has passed: that is for the notice, or for \
                 the query. The form's names and rules are Huifu's; everything wrong is told at once. \
                 The same application_no with the same content is answered as before.",
            ),
            parameters: Vec::new(),
            body: Some(opening_body(components)),
            examples: ["individual_user", "enterprise_user"].map(example).into(),
        }
    }

    async fn answer(call: Call<'_>) -> Result<ApplicationAnswer, Refusal> {
        let today = beijing_date(call.now);
        let loopback = call.front.loopback_http;
        let read = |today| OpeningRequest::parse(call.body, loopback, today);
        // What only the day is against may be a repeat of what came in earlier.
        let (request, of_today) = match read(Some(today)) {
            Ok(request) => (request, None),
            Err(problems) => match read(None) {
                Ok(request) => (request, Some(problems)),
                Err(_) => return Err(problems.into()),
            },
        };
        let user = &request.third_party_user_id;
        let asked = Asked {
            application_no: &request.application_no,
            third_party_user_id: user,
            notify_url: &request.notify_url,
            form: &request.form,
            account: For::Nobody,
        };
        if let Some(earlier) = receive::repeated(&call, &asked).await? {
            return Ok(earlier);
        }
        if let Some(problems) = of_today {
            return Err(problems.into());
        }
        if users::find_at_partner(&call.connection, call.partner_id(), user)
            .await?
            .is_some()
        {
            return Err(Refusal::from(ErrorCode::OpeningExists).at("third_party_user_id"));
        }
        receive::receive(call, &asked).await
    }
}

/// An application that could be, and its answer.
fn example(subject: &'static str) -> Example {
    let (form, summary) = match subject {
        "enterprise_user" => (
            include_str!("examples/enterprise_user.json"),
            Bilingual::new("企业用户", "An enterprise user"),
        ),
        _ => (
            include_str!("examples/individual_user.json"),
            Bilingual::new("个人用户", "An individual user"),
        ),
    };
    let form: Value = serde_json::from_str(form).expect("a checked-in example is JSON");
    let card_no = form["card_info"]["card_no"].as_str().unwrap_or_default();
    let card_tail = card_no[card_no.len().saturating_sub(4)..].to_owned();
    Example {
        name: subject,
        summary,
        answer: json!({
            "application_id": "P01KASGXE00000000000000000C",
            "application_no": "OPEN-1",
            "kind": "opening",
            "subject": subject,
            "third_party_user_id": "user-1",
            "htouhui_user_id": "20000000001",
            "state": "received",
            "step": "base",
            "card_tail": card_tail,
            "received_at": "20261122120000",
        }),
        body: json!({
            "application_no": "OPEN-1",
            "subject": subject,
            "third_party_user_id": "user-1",
            "notify_url": "https://shop.example/notify",
            "form": form,
        }),
    }
}
