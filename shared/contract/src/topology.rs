//! Every exchange, queue and key that exists, in one table.
//!
//! Queues are named `consumer.message`. We publish to an exchange with a routing key and never to a
//! queue. Each work queue has a dead-letter queue beside it; what lands there is drained into
//! PostgreSQL by the same service, so nobody ever has to look into the broker.

/// An exchange; all are durable and direct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// Its name at the broker.
    pub name: &'static str,
}

/// A work queue and its dead-letter queue; all are durable quorum queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Its name: `consumer.message`.
    pub name: &'static str,
    /// The exchange it is bound to.
    pub exchange: Exchange,
    /// The key it is bound with.
    pub routing_key: &'static str,
    /// Where the broker puts what was delivered too often; bound to [`DEAD_LETTERS`] with the
    /// queue's own name as key.
    pub dead_letter_queue: &'static str,
    /// How often the broker delivers a message again before it calls it dead. A requeue means that
    /// nothing could be written, with a pause before it that grows, so this is about an hour of a
    /// lost database, not a count of failures of the work itself.
    pub delivery_limit: u32,
}

/// Work that is due now.
pub const WORK: Exchange = Exchange {
    name: "tixian.work",
};

/// What was delivered too often.
pub const DEAD_LETTERS: Exchange = Exchange {
    name: "tixian.dead-letters",
};

/// Every exchange.
pub const EXCHANGES: [Exchange; 2] = [WORK, DEAD_LETTERS];

/// Accepted withdrawals, for huifu-dispatcher.
pub const DISPATCH: Queue = Queue {
    name: "huifu-dispatcher.withdrawal-accepted",
    exchange: WORK,
    routing_key: "withdrawal.accepted",
    dead_letter_queue: "huifu-dispatcher.withdrawal-accepted.dead",
    delivery_limit: 100,
};

/// Notices that are due, for partner-notifier.
pub const NOTIFY: Queue = Queue {
    name: "partner-notifier.notice-due",
    exchange: WORK,
    routing_key: "notice.due",
    dead_letter_queue: "partner-notifier.notice-due.dead",
    delivery_limit: 100,
};

/// Applications with a step that is due, for huifu-dispatcher.
pub const ONBOARD: Queue = Queue {
    name: "huifu-dispatcher.application-received",
    exchange: WORK,
    routing_key: "application.received",
    dead_letter_queue: "huifu-dispatcher.application-received.dead",
    delivery_limit: 100,
};

/// Notices about applications that are due, for partner-notifier.
pub const NOTIFY_APPLICATION: Queue = Queue {
    name: "partner-notifier.application-notice-due",
    exchange: WORK,
    routing_key: "application-notice.due",
    dead_letter_queue: "partner-notifier.application-notice-due.dead",
    delivery_limit: 100,
};

/// Balances that somebody is about to look at, for huifu-dispatcher.
pub const ASK_BALANCE: Queue = Queue {
    name: "huifu-dispatcher.balance-wanted",
    exchange: WORK,
    routing_key: "balance.wanted",
    dead_letter_queue: "huifu-dispatcher.balance-wanted.dead",
    delivery_limit: 100,
};

/// Every work queue.
pub const QUEUES: [Queue; 5] = [DISPATCH, NOTIFY, ONBOARD, NOTIFY_APPLICATION, ASK_BALANCE];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_say_who_consumes_what() {
        let mut names = BTreeSet::new();
        for queue in QUEUES {
            assert!(names.insert(queue.name) && names.insert(queue.dead_letter_queue));
            assert_eq!(queue.dead_letter_queue, format!("{}.dead", queue.name));
            assert!(
                queue.name.contains('.'),
                "{} is not consumer.message",
                queue.name
            );
            assert!(EXCHANGES.contains(&queue.exchange));
        }
    }
}
