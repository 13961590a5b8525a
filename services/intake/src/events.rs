//! `GET /v1/events`: a partner reads everything that became final, and what became of each notice.
//!
//! Events get their positions when the first reader comes to the end of those that have one: until
//! then nobody has waited for an order, and from then on it is the same for everybody.
//!
//! A partner sees its own feed alone. A cursor that is ahead of it is refused like nonsense: it can
//! only be from a database that is not this one, and an empty answer would hide all that comes.

use axum::routing::MethodFilter;
use contract::partner::ErrorCode;
use contract::partner::events::{
    Cursor, DEFAULT_LIMIT, Event, EventsAnswer, EventsQuery, MAX_LIMIT,
};
use contract::partner::rule::{FieldError, Rule};
use contract::partner::time::WireTime;
use serde_json::{Value, json};
use store::events;
use store::notices::Told;

use crate::api::{Call, Endpoint};
use crate::openapi::{Bilingual, Components, Described, Example};
use crate::refusal::Refusal;

/// Several pages, so that a partner that reads for the first time does not write with each of them.
const NUMBERED_AT_ONCE: i64 = 1_000;

/// The endpoint.
pub(crate) struct Events;

impl Endpoint for Events {
    const METHOD: MethodFilter = MethodFilter::GET;
    const PATH: &'static str = "/v1/events";
    /// The question stands in the path.
    const LONGEST_BODY: usize = 0;
    const CODES: &'static [ErrorCode] = &[ErrorCode::FieldRepeated];
    type Answer = EventsAnswer;

    fn described(_: &mut Components) -> Described {
        Described {
            id: "readEvents",
            tag: "events",
            summary: Bilingual::new("读取事件流", "Read the feed of events"),
            description: Bilingual::new(
                "本合作方的每个最终结果与每个通知的去向，按发生的先后排列。下次以应答中的 next 作为 after，\
                 即可接着读取。事件先于它所对应的通知提交，不会更晚。",
                "Every final state of this partner's, and the fate of every notice, in the order in \
                 which they became true. Ask with next of the answer as after the next time. An \
                 event is committed before the notice that it stands for can be sent.",
            ),
            parameters: vec![
                json!({
                    "name": "after", "in": "query", "required": false,
                    "description": "只返回此游标之后的事件；不填则从头开始。\n\n\
                                    Only what is newer than this cursor; from the first event without one.",
                    "schema": {
                        "type": "string", "pattern": "^[A-Za-z0-9_-]*$",
                        "minLength": Cursor::LENGTH, "maxLength": Cursor::LENGTH,
                    },
                }),
                json!({
                    "name": "limit", "in": "query", "required": false,
                    "description": "最多返回多少个事件。\n\nEvents at most.",
                    "schema": {
                        "type": "integer", "minimum": 1, "maximum": MAX_LIMIT,
                        "default": DEFAULT_LIMIT,
                    },
                }),
            ],
            body: None,
            examples: vec![Example {
                name: "paid",
                summary: Bilingual::new("一笔提现已到账", "A withdrawal was paid"),
                body: Value::Null,
                answer: json!({
                    "events": [{
                        "cursor": "AAAAAAAAAAHxq3zJm2b0Ew",
                        "kind": "withdrawal.finished",
                        "at": "20261122120004",
                        "notice": {
                            "third_party_user_id": "user-1",
                            "htouhui_user_id": "20000000001",
                            "money": "100.00",
                            "status": "1",
                            "order_id": "W01KASGXE00000000000000000A",
                            "out_order_no": "A-1001",
                            "notice_id": "N01KASGXE00000000000000000B",
                            "sequence": "1",
                            "fee": "1.05",
                            "arrival_money": "98.95",
                            "cash_type": "D0",
                            "finished_at": "20261122120004",
                        },
                    }],
                    "next": "AAAAAAAAAAHxq3zJm2b0Ew",
                    "has_more": false,
                }),
            }],
        }
    }

    async fn answer(mut call: Call<'_>) -> Result<EventsAnswer, Refusal> {
        let partner = call.partner_id().clone();
        let (partner, connection) = (&partner, &mut call.connection);
        let query = EventsQuery::parse(call.uri.query().unwrap_or_default(), partner)?;
        let (after, limit) = (query.after.position(), usize::from(query.limit));
        // One more than asked for, to see whether there is more.
        let wanted = i64::from(query.limit) + 1;
        let mut found = events::after(connection, partner, after, wanted).await?;
        let reaches_the_end = found.len() <= limit;
        if reaches_the_end && events::are_unnumbered(connection, partner).await? {
            let tx = connection.begin("intake: number events").await?;
            events::number(&tx, partner, NUMBERED_AT_ONCE).await?;
            tx.commit().await?;
            found = events::after(connection, partner, after, wanted).await?;
        }
        if found.is_empty() && events::head(connection, partner).await? < after {
            return Err(Refusal::of_fields(&[FieldError {
                field: "after",
                rule: Rule::Cursor,
            }]));
        }
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map_or(after, |event| event.position);
        let text = |position| Cursor::new(position).text(partner);
        Ok(EventsAnswer {
            events: found
                .iter()
                .map(|event| told(event, text(event.position)))
                .collect(),
            next: text(next),
            has_more,
        })
    }
}

fn told(event: &events::Event, cursor: String) -> Event {
    Event {
        cursor,
        kind: event.kind,
        at: WireTime::new(event.at),
        notice: match &event.told {
            Told::Withdrawal(notice) => notice.into(),
            Told::Application(notice) => notice.into(),
        },
    }
}
