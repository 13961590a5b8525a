//! `POST /v1/signature/check`: a partner that cannot get a signature right is told why.
//!
//! Only partners get here, for the call itself is signed. What is looked at is the partner's own:
//! its keys, its nonces, what it sent in; or our public keys, which everybody has.

use contract::partner::ErrorCode;
use contract::partner::signature_check::{
    FindingAnswer, Kind, SignatureCheckAnswer, SignatureCheckRequest,
};
use contract::signing::diagnosis::{Finding, Mistake};
use serde_json::json;
use store::nonces;

use crate::api::{Call, Endpoint};
use crate::openapi::{Bilingual, Components, Described, Example, SIGNATURE_CHECK, object};
use crate::refusal::Refusal;

/// The endpoint.
pub(crate) struct SignatureCheck;

impl Endpoint for SignatureCheck {
    const PATH: &'static str = "/v1/signature/check";
    /// A form or a body at its limit, a text of the same length, and what JSON adds to both.
    const LONGEST_BODY: usize = 64 * 1024;
    const CODES: &'static [ErrorCode] = &[
        ErrorCode::RequestMalformed,
        ErrorCode::FieldMissing,
        ErrorCode::FieldRepeated,
        ErrorCode::FieldTooLong,
    ];
    type Answer = SignatureCheckAnswer;

    fn described(components: &mut Components) -> Described {
        let mut body = object(&SIGNATURE_CHECK);
        body["properties"]["fields"] = json!({
            "type": "object",
            "maxProperties": 64,
            "additionalProperties": { "type": "string" },
            "description": "表单的各个字段，与 body 二选一。\n\n\
                            The fields of the form; exactly one of this and body, where kind is not api.",
        });
        Described {
            id: "checkSignature",
            tag: "events",
            summary: Bilingual::new("检查签名", "Ask why a signature does not hold"),
            description: Bilingual::new(
                "把您签名的内容（或收到的我方签名）发来，我们说明签名原文应当如何、与您的从哪里开始不同、以及是\
                 什么错误。调用本身须签名有效；不会占用所检查的 nonce。",
                "Send what you signed, or what you were sent, and hear which text should have been \
                 signed, where it parts from yours, and which mistake it is. The call itself must be \
                 signed well; the nonce that is looked at is not used up.",
            ),
            parameters: Vec::new(),
            body: Some(components.add("SignatureCheckRequest", body)),
            examples: vec![Example {
                name: "form",
                summary: Bilingual::new("一个表单", "A form"),
                body: json!({
                    "kind": "form",
                    "fields": { "partner_id": "shop", "money": "100.00", "sign": "c2lnbmF0dXJl" },
                    "text": "money=100.00&partner_id=shop&",
                }),
                answer: json!({
                    "holds": false,
                    "text": "money=100.00&partner_id=shop",
                    "difference": {
                        "at": 28, "ours": "partner_id=shop", "yours": "partner_id=shop&",
                    },
                    "findings": [{
                        "code": Mistake::SeparatorAtEnd.as_str(),
                        "reason": Mistake::SeparatorAtEnd.zh(),
                        "reason_en": Mistake::SeparatorAtEnd.en(),
                    }],
                }),
            }],
        }
    }

    async fn answer(call: Call<'_>) -> Result<SignatureCheckAnswer, Refusal> {
        call.front.rates.checks.take(call.partner_id())?;
        let request = SignatureCheckRequest::parse(call.body)?;
        let keys = match request.kind {
            Kind::Form | Kind::Api => &call.caller.keys,
            Kind::Return | Kind::Notice => &call.front.our_keys,
        };
        let mut answer = request.explain(keys, call.now);
        if let Some(nonce) = &request.nonce
            && nonces::is_used(&call.connection, call.partner_id(), nonce).await?
        {
            let used = Finding {
                field: Some("nonce".to_owned()),
                ..Mistake::NonceUsed.into()
            };
            answer.findings.push(FindingAnswer::from(&used));
        }
        Ok(answer)
    }
}
