//! Messages between our services: one Rust type per message and version, never changed afterwards.
//!
//! The body is JSON and carries ids only; amounts, names and addresses are read from PostgreSQL by
//! whoever handles the message, so a message can be late, doubled or leaked without harm. What is
//! about the message rather than in it travels in AMQP properties and headers.

mod application_notice_due;
mod application_received;
mod balance_wanted;
mod notice_due;
mod withdrawal_accepted;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::topology::Queue;

pub use application_notice_due::ApplicationNoticeDue;
pub use application_received::ApplicationReceived;
pub use balance_wanted::BalanceWanted;
pub use notice_due::NoticeDue;
pub use withdrawal_accepted::WithdrawalAccepted;

/// The body of a message.
pub trait Message: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// AMQP `type`, with the version: `withdrawal.accepted.v1`.
    const TYPE: &'static str;
    /// The queue whose exchange and routing key it is published to.
    const QUEUE: Queue;

    /// The withdrawal, application or user it belongs to: AMQP `correlation_id`.
    fn correlation_id(&self) -> &str;
}

/// A message with what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<M> {
    /// The same on every redelivery and replay: AMQP `message_id`.
    pub message_id: Uuid,
    /// When it was written, to the second: AMQP `timestamp`.
    pub at: Timestamp,
    /// The message that caused this one: header `causation_id`.
    pub causation_id: Option<Uuid>,
    /// W3C trace context: header `traceparent`.
    pub traceparent: Option<String>,
    /// What it says.
    pub body: M,
}

/// The type and the routing key of every message, for tests that look for one that was forgotten.
pub const TYPES: [(&str, &str); 5] = [
    (
        WithdrawalAccepted::TYPE,
        WithdrawalAccepted::QUEUE.routing_key,
    ),
    (NoticeDue::TYPE, NoticeDue::QUEUE.routing_key),
    (
        ApplicationReceived::TYPE,
        ApplicationReceived::QUEUE.routing_key,
    ),
    (
        ApplicationNoticeDue::TYPE,
        ApplicationNoticeDue::QUEUE.routing_key,
    ),
    (BalanceWanted::TYPE, BalanceWanted::QUEUE.routing_key),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_its_routing_key_and_a_version() {
        for (kind, routing_key) in TYPES {
            let version = kind
                .strip_prefix(routing_key)
                .expect("starts with the routing key");
            let number = version.strip_prefix(".v").expect("ends in a version");
            assert!(number.parse::<u8>().is_ok(), "{kind}");
        }
    }

    fn reads_and_prints_its_golden_file<M: Message + PartialEq + std::fmt::Debug>(body: &M) {
        let path = format!(
            "{}/tests/golden/{}.json",
            env!("CARGO_MANIFEST_DIR"),
            M::TYPE
        );
        let golden = std::fs::read_to_string(&path).expect("each version has a golden file");
        let read: M = serde_json::from_str(&golden).expect("the golden file is still readable");
        assert_eq!(&read, body);
        assert_eq!(
            serde_json::to_string(body).expect("prints"),
            golden.trim_end()
        );
    }

    #[test]
    fn golden_files_of_every_version_still_read_and_print_the_same() {
        let withdrawal_id: crate::ids::WithdrawalId =
            "W01KASGXE00000000000000000A".parse().expect("valid");
        let notice_id: crate::ids::NoticeId = "N01KASGXE00000000000000000B".parse().expect("valid");
        let application_id: crate::ids::ApplicationId =
            "P01KASGXE00000000000000000C".parse().expect("valid");
        reads_and_prints_its_golden_file(&WithdrawalAccepted {
            withdrawal_id: withdrawal_id.clone(),
        });
        reads_and_prints_its_golden_file(&NoticeDue {
            notice_id: notice_id.clone(),
            withdrawal_id,
        });
        reads_and_prints_its_golden_file(&ApplicationReceived {
            application_id: application_id.clone(),
        });
        reads_and_prints_its_golden_file(&ApplicationNoticeDue {
            notice_id,
            application_id,
        });
        reads_and_prints_its_golden_file(&BalanceWanted {
            htouhui_user_id: "20000000001".parse().expect("valid"),
        });
    }
}
