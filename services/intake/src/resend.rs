//! `POST /v1/notices/{notice_id}/resend`: a partner asks for a notice of its own again.
//!
//! A notice of another partner is answered as one that does not exist. One that is due already is
//! answered at once, however often it is asked for; else the same notice comes at most once a
//! minute, which the database knows and not this process alone.

use std::time::Duration;

use contract::ids::NoticeId;
use contract::partner::ErrorCode;
use contract::partner::resend::{ResendAnswer, check_body};
use jiff::{SignedDuration, Timestamp};
use runtime::ids;
use serde_json::{Value, json};
use store::dead_letters::Decision;
use store::notices;

use crate::api::{Call, Endpoint};
use crate::openapi::{Bilingual, Components, Described, Example};
use crate::rates::too_many;
use crate::refusal::Refusal;

/// Longer than a sending takes, so a partner that asks again has seen how the last one went.
const BETWEEN: SignedDuration = SignedDuration::from_mins(1);

/// The endpoint.
pub(crate) struct Resend;

impl Endpoint for Resend {
    const PATH: &'static str = "/v1/notices/{notice_id}/resend";
    /// Nothing, or an empty object.
    const LONGEST_BODY: usize = 64;
    const CODES: &'static [ErrorCode] = &[ErrorCode::RequestMalformed, ErrorCode::NoticeUnknown];
    type Answer = ResendAnswer;

    fn described(components: &mut Components) -> Described {
        Described {
            id: "resendNotice",
            tag: "events",
            summary: Bilingual::new("再次发送通知", "Ask for a notice again"),
            description: Bilingual::new(
                "立即再次发送本合作方的一个通知，notice_id 与 sequence 不变；重试计划重新开始。同一通知每分钟\
                 最多一次，已在待发送的不重复安排。正文为空，或为空的 JSON 对象。",
                "A notice of this partner's is due now, with the same notice_id and sequence, and its \
                 schedule begins anew. At most once a minute; one that is due already is left as it \
                 is. The body is empty, or an empty JSON object.",
            ),
            parameters: vec![json!({
                "name": "notice_id", "in": "path", "required": true,
                "schema": components.of::<NoticeId>(),
            })],
            body: None,
            examples: vec![Example {
                name: "due",
                summary: Bilingual::new("将再次发送", "It is due again"),
                body: Value::Null,
                answer: json!({
                    "notice_id": "N01KASGXE00000000000000000B", "already_due": false,
                }),
            }],
        }
    }

    async fn answer(mut call: Call<'_>) -> Result<ResendAnswer, Refusal> {
        check_body(call.body)?;
        call.front.rates.resends.take(call.partner_id())?;
        let id = named(call.uri.path()).ok_or_else(unknown)?;
        let (now, partner) = (call.now, &call.caller.partner.id);
        let tx = call.connection.begin("intake: resend notice").await?;
        let notice = notices::lock_own(&tx, partner, &id).await?;
        let notice = notice.ok_or_else(unknown)?;
        let already_due = notices::is_due(&tx, now, &notice).await?;
        if !already_due {
            if let Some(pause) = pause(now, notice.resent_at) {
                return Err(too_many(pause));
            }
            let by = format!("partner {partner}");
            let decision = Decision {
                by: &by,
                reason: "the partner asked for its notice again",
            };
            notices::resend(&tx, now, &notice, ids::new_message_id(), decision).await?;
            tx.commit().await?;
            tracing::info!(notice_id = %id, partner_id = %partner, "notice due again");
        }
        Ok(ResendAnswer {
            notice_id: id,
            already_due,
        })
    }
}

/// The notice that the path names. The router has matched what stands around it.
fn named(path: &str) -> Option<NoticeId> {
    let (before, after) = Resend::PATH.split_once("{notice_id}")?;
    let id = path.strip_prefix(before)?.strip_suffix(after)?;
    id.parse().ok()
}

fn unknown() -> Refusal {
    ErrorCode::NoticeUnknown.into()
}

/// How long it is too early.
fn pause(now: Timestamp, resent_at: Option<Timestamp>) -> Option<Duration> {
    let left = BETWEEN - now.duration_since(resent_at?);
    Duration::try_from(left).ok().filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_named_by_the_path_alone() {
        let id = "N01KASGXE00000000000000000A";
        assert_eq!(
            named(&format!("/v1/notices/{id}/resend")),
            Some(id.parse().unwrap())
        );
        for bad in [
            "",
            "N1",
            "W01KASGXE00000000000000000A",
            "N01KASGXE0%300000000000000A",
        ] {
            assert_eq!(named(&format!("/v1/notices/{bad}/resend")), None, "{bad}");
        }
    }

    #[test]
    fn a_minute_must_pass_between_two_and_not_a_second_more() {
        let now: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let ago = |seconds| pause(now, Some(now - SignedDuration::from_secs(seconds)));
        assert_eq!(pause(now, None), None);
        assert_eq!(ago(0), Some(Duration::from_secs(60)));
        assert_eq!(ago(59), Some(Duration::from_secs(1)));
        assert_eq!(ago(60), None);
        assert_eq!(ago(3_600), None);
    }
}
