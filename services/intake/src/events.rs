//! `GET /v1/events`: a partner reads everything that became final, and what became of each notice.
//!
//! Events get their positions when the first reader comes to the end of those that have one: until
//! then nobody has waited for an order, and from then on it is the same for everybody.
//!
//! A partner sees its own feed alone. A cursor that is ahead of it is refused like nonsense: it can
//! only be from a database that is not this one, and an empty answer would hide all that comes.

use axum::routing::MethodFilter;
use contract::partner::events::{Cursor, Event, EventsAnswer, EventsQuery};
use contract::partner::rule::{FieldError, Rule};
use contract::partner::time::WireTime;
use store::events::{self, Told};

use crate::api::{Call, Endpoint};
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
    type Answer = EventsAnswer;

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
