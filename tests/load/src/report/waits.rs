//! What people wait for, read out of the books after the run.

use std::collections::HashMap;

use serde::Serialize;

use crate::latency::{Latency, Quantiles};
use crate::ledger::{Answer, Books};

/// What people wait for.
#[derive(Debug, Clone, Serialize)]
pub struct Waits {
    /// From the committed confirmation until Huifu has read the request.
    pub accept_to_huifu: Quantiles,
    /// From Huifu's sending of 01 until the partner has read the notice.
    pub callback_to_partner: Quantiles,
    /// From the moment at which it was due to be sent until the partner has read the notice.
    pub whole: Quantiles,
}

/// What the withdrawals of one stage waited for, by the books.
pub(crate) fn waits(books: &Books, stage: &str) -> Waits {
    let rows: HashMap<&str, _> = books
        .rows
        .iter()
        .map(|row| (row.order_id.as_str(), row))
        .collect();
    let payments: HashMap<&str, _> = books
        .payments
        .iter()
        .map(|payment| (payment.serial.as_str(), payment))
        .collect();
    let heard: HashMap<&str, _> = books
        .heard
        .iter()
        .filter(|heard| heard.accepted)
        .map(|heard| (heard.order_id.as_str(), heard))
        .collect();
    let (mut to_huifu, mut to_partner, mut whole) =
        (Latency::default(), Latency::default(), Latency::default());
    for entry in &books.entries {
        let of_stage = entry
            .out_order_no
            .rsplit_once('-')
            .is_some_and(|(found, _)| found == stage);
        let Answer::Accepted(order) = &entry.answer else {
            continue;
        };
        let (true, Some(row)) = (of_stage, rows.get(order.as_str())) else {
            continue;
        };
        let payment = row
            .serials
            .iter()
            .find_map(|serial| payments.get(serial.as_str()));
        if let (Some(accepted), Some(payment)) = (row.accepted_at, payment) {
            to_huifu.record_between(accepted, payment.received_at);
        }
        let Some(heard) = heard.get(order.as_str()) else {
            continue;
        };
        whole.record_between(entry.scheduled, heard.received_at);
        if let Some(sent) = payment.and_then(|payment| payment.final_sent_at) {
            to_partner.record_between(sent, heard.received_at);
        }
    }
    Waits {
        accept_to_huifu: to_huifu.quantiles(),
        callback_to_partner: to_partner.quantiles(),
        whole: whole.quantiles(),
    }
}
