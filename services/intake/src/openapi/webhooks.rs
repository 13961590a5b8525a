//! What calls a partner: the browser that comes back, and our notices.

use contract::application::{ApplicationKind, SubjectKind};
use contract::ids::{
    ApplicationId, ApplicationNo, HtouhuiUserId, NoticeId, OutOrderNo, ThirdPartyUserId,
    WithdrawalId,
};
use contract::partner::answer::AnswerCode;
use contract::partner::time::WireTime;
use contract::partner::{ApplicationReason, ReasonCode, answer, application_notice, notice};
use contract::withdrawal::CashType;
use serde_json::{Map, Value, json};

use super::components::Components;
use super::field;
use super::fields::SEAL;
use super::info::{ONBOARDING, WITHDRAWALS};

pub(super) fn webhooks(components: &mut Components) -> Value {
    json!({
        "return": { "get": back(components) },
        "withdrawalNotice": { "post": withdrawal_notice(components) },
        "applicationNotice": { "post": application_notice(components) },
    })
}

fn back(components: &mut Components) -> Value {
    let mut fields = business(components, &answer::BUSINESS_NAMES);
    let codes =
        AnswerCode::ALL.map(|code| json!({ "const": code.as_str(), "description": code.zh() }));
    fields.insert(
        "code".to_owned(),
        json!({ "type": "string", "oneOf": codes }),
    );
    let parameters: Vec<Value> = field::properties(&SEAL)
        .into_iter()
        .chain(fields)
        .map(|(name, schema)| json!({ "name": name, "in": "query", "required": true, "schema": schema }))
        .collect();
    json!({
        "operationId": "browserReturned",
        "tags": [WITHDRAWALS],
        "summary": "同步返回 / The synchronous answer",
        "description": "用户的浏览器以 GET 跳转到 return_url：自带的参数保留，后面是我方的字段；只有我方的字段参与签名。0000 表示已受理，不表示已付款，付款结果以异步通知为准。\n\nThe user's browser comes to return_url by GET: its own query is kept, our fields follow, and only ours are signed. 0000 means accepted, not paid: that is for the notice.",
        "parameters": parameters,
        "responses": { "200": { "description": "合作方自己的页面。\n\nA page of the partner's own." } },
    })
}

fn withdrawal_notice(components: &mut Components) -> Value {
    let mut fields = business(components, &notice::BUSINESS_NAMES);
    fields.insert("status".to_owned(), json!({
        "type": "string", "enum": ["0", "1"],
        "description": "1 成功，钱已到账；0 失败或已退回。\n\n1: the money is on the card; 0: it is not, or no longer.",
    }));
    let optional = ["out_order_no", "reason_code", "reason"];
    posted(
        components,
        &Posted {
            id: "withdrawalEnded",
            tag: WITHDRAWALS,
            component: "WithdrawalNotice",
            summary: "提现结果通知 / How a withdrawal ended",
            fields,
            optional: &optional,
        },
    )
}

fn application_notice(components: &mut Components) -> Value {
    let mut fields = business(components, &application_notice::BUSINESS_NAMES);
    fields.insert(
        "event".to_owned(),
        json!({ "type": "string", "const": application_notice::EVENT }),
    );
    fields.insert("status".to_owned(), json!({
        "type": "string", "enum": ["0", "1"],
        "description": "1 通过；0 未通过。\n\n1: everything that was asked for is there; 0: it is not.",
    }));
    fields.insert(
        "reason_code".to_owned(),
        components.of::<ApplicationReason>(),
    );
    let optional = ["card_tail", "reason_code", "reason"];
    posted(
        components,
        &Posted {
            id: "applicationEnded",
            tag: ONBOARDING,
            component: "ApplicationNotice",
            summary: "申请结果通知 / How an application ended",
            fields,
            optional: &optional,
        },
    )
}

/// A notice.
struct Posted<'a> {
    id: &'static str,
    tag: &'static str,
    component: &'static str,
    summary: &'static str,
    fields: Map<String, Value>,
    optional: &'a [&'a str],
}

fn posted(components: &mut Components, posted: &Posted<'_>) -> Value {
    let mut properties = field::properties(&SEAL);
    properties.extend(posted.fields.clone());
    let required: Vec<&String> = properties
        .keys()
        .filter(|name| !posted.optional.contains(&name.as_str()))
        .collect();
    let form = json!({ "type": "object", "required": required, "properties": properties });
    let form = components.add(posted.component, form);
    json!({
        "operationId": posted.id,
        "tags": [posted.tag],
        "summary": posted.summary,
        "description": "由我方服务器以 POST 表单提交到 notify_url，签名规则与页面调用相同。至少送达一次：同一 notice_id 可能重复出现；次序不保证，以 sequence 较大者为准。\n\nPosted to notify_url by our server, signed as the page call is. Delivered at least once: the same notice_id may come again. In no order: of two, the one with the higher sequence is newer.",
        "requestBody": {
            "required": true,
            "content": { "application/x-www-form-urlencoded": { "schema": form } },
        },
        "responses": {
            "200": {
                "description": "正文为 success（不分大小写，忽略空白）表示已收到；其他应答都会重试。\n\nThe body success, white space and case ignored, means that the partner has it. Anything else is sent again.",
                "content": { "text/plain": { "schema": { "type": "string", "const": "success" } } },
            },
        },
    })
}

/// The schemas of business fields by their names; what differs from form to form is set by its
/// form.
fn business(components: &mut Components, names: &[&'static str]) -> Map<String, Value> {
    let named = names
        .iter()
        .map(|name| ((*name).to_owned(), of_name(components, name)));
    named.collect()
}

fn of_name(components: &mut Components, name: &str) -> Value {
    match name {
        "third_party_user_id" => components.of::<ThirdPartyUserId>(),
        "htouhui_user_id" => components.of::<HtouhuiUserId>(),
        "order_id" => components.of::<WithdrawalId>(),
        "out_order_no" => components.of::<OutOrderNo>(),
        "application_id" => components.of::<ApplicationId>(),
        "application_no" => components.of::<ApplicationNo>(),
        "notice_id" => components.of::<NoticeId>(),
        "kind" => components.of::<ApplicationKind>(),
        "subject" => components.of::<SubjectKind>(),
        "cash_type" => components.of::<CashType>(),
        "reason_code" => components.of::<ReasonCode>(),
        "finished_at" => components.of::<WireTime>(),
        "money" | "fee" | "arrival_money" => json!({ "$ref": "#/components/schemas/Yuan" }),
        "sequence" => json!({ "type": "string", "pattern": "^[1-9][0-9]*$" }),
        "card_tail" => json!({ "type": "string", "pattern": "^[0-9]{4}$" }),
        _ => json!({ "type": "string" }),
    }
}
