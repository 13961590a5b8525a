//! Whether a letter could be published again at all.
//!
//! A message to an exchange that does not exist makes the broker close the channel, and with it
//! fails everything that a relay publishes beside it, again and again. So a replay refuses what no
//! queue of the topology would get, whoever wrote the letter.

use contract::topology::QUEUES;
use serde_json::Value;

use super::DeadLetter;

/// The exchange and the key of each queue, side by side: a statement takes both with `unnest`.
pub(crate) fn routes() -> (Vec<&'static str>, Vec<&'static str>) {
    let each = QUEUES.iter();
    each.map(|queue| (queue.exchange.name, queue.routing_key))
        .unzip()
}

/// The predicate on a row that is called `letter`: a queue would get it. It takes the two arrays of
/// [`routes`].
macro_rules! letter_is_routed {
    ($exchanges:literal, $keys:literal) => {
        concat!(
            "exists (select from unnest(",
            $exchanges,
            "::text[], ",
            $keys,
            "::text[]) as route (exchange, routing_key)
                         where route.exchange = letter.exchange
                           and route.routing_key = letter.routing_key)"
        )
    };
}
pub(crate) use letter_is_routed;

impl DeadLetter {
    /// Why it cannot be published again, whatever else is true of it; `None` if it could be.
    pub fn obstacle(&self) -> Option<&'static str> {
        let is_whole = self.message_id.is_some()
            && self.message_type.is_some()
            && self.correlation_id.is_some()
            && serde_json::from_slice::<Value>(&self.body).is_ok();
        if !is_whole {
            return Some("not a message of ours that could be published again");
        }
        let mut queues = QUEUES.iter();
        let is_routed = queues.any(|queue| {
            queue.exchange.name == self.exchange && queue.routing_key == self.routing_key
        });
        (!is_routed)
            .then_some("its exchange and key are not of the topology: no queue would get it")
    }
}
