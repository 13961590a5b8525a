//! The notices a partner was sent, as a careful partner keeps them.
//!
//! Delivery is at least once and in no order: `notice_id` tells repeats, `sequence` tells which
//! of two notices about one order is the newer. Both are shown, and neither is assumed.
//!
//! Notices about withdrawals and about applications come to the same address. `event` tells which
//! it is: absent, or `application.finished`.

use crate::partner::verify::{Field, Verdict, value};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// One delivery of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// When its last byte was read.
    pub received_at: Timestamp,
    /// Empty if it had none.
    pub notice_id: String,
    /// Absent if it had none or no number.
    pub sequence: Option<u64>,
    /// Absent for a withdrawal.
    pub event: Option<String>,
    /// The platform's number of the withdrawal; empty if it is about none.
    pub order_id: String,
    /// The platform's number of the application; empty if it is about none.
    pub application_id: String,
    /// The partner's own number.
    pub out_order_no: Option<String>,
    /// `0` failed, `1` succeeded.
    pub status: String,
    /// Yuan; empty if it is about an application.
    pub money: String,
    /// Signature and rules.
    pub verdict: Verdict,
    /// Answered with `success`.
    pub accepted: bool,
    /// A notice with the same `notice_id` was accepted before.
    pub duplicate: bool,
    /// A notice about the same thing with a higher `sequence` was accepted before.
    pub overtaken: bool,
    /// How it was answered, in words.
    pub reply: String,
    /// The run that tries this endpoint; there is no money behind such a notice, so nothing is
    /// booked. Absent for every other.
    pub certification: Option<String>,
    /// The step of a trace in which the platform sent it.
    pub traceparent: Option<String>,
    /// Everything that came.
    pub fields: BTreeMap<String, String>,
}

impl Notice {
    pub(crate) fn new(received_at: Timestamp, fields: &[Field], verdict: Verdict) -> Self {
        let text = |name: &str| value(fields, name).unwrap_or_default().to_owned();
        Self {
            received_at,
            notice_id: text("notice_id"),
            sequence: value(fields, "sequence").and_then(|text| text.parse().ok()),
            event: value(fields, "event").map(str::to_owned),
            order_id: text("order_id"),
            application_id: text("application_id"),
            out_order_no: value(fields, "out_order_no").map(str::to_owned),
            status: text("status"),
            money: text("money"),
            verdict,
            accepted: false,
            duplicate: false,
            overtaken: false,
            reply: String::new(),
            certification: value(fields, "certification").map(str::to_owned),
            traceparent: None,
            fields: fields.iter().cloned().collect(),
        }
    }

    /// Whether it is about an application; else it is about a withdrawal.
    #[must_use]
    pub fn is_about_application(&self) -> bool {
        self.event.is_some()
    }

    /// What `sequence` counts notices about.
    fn about(&self) -> &str {
        if self.is_about_application() {
            &self.application_id
        } else {
            &self.order_id
        }
    }
}

#[derive(Default)]
pub(crate) struct Notices {
    kept: VecDeque<Notice>,
    limit: usize,
    accepted_ids: HashSet<String>,
    newest: HashMap<String, u64>,
}

impl Notices {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Keeps it, and says what a partner that may tell says of it: see `tixian-certification`.
    pub(crate) fn take(&mut self, mut notice: Notice) -> &'static str {
        notice.duplicate = self.accepted_ids.contains(&notice.notice_id);
        if let Some(sequence) = notice.sequence {
            let newest = self.newest.get(notice.about()).copied();
            notice.overtaken = newest.is_some_and(|newest| newest > sequence);
            if notice.accepted && !notice.overtaken {
                self.newest.insert(notice.about().to_owned(), sequence);
            }
        }
        if notice.accepted {
            self.accepted_ids.insert(notice.notice_id.clone());
        }
        let judged = match (notice.duplicate, notice.overtaken) {
            (true, _) => "repeat",
            (false, true) => "older",
            (false, false) => "new",
        };
        self.kept.push_back(notice);
        if self.kept.len() > self.limit {
            self.forget_oldest();
        }
        judged
    }

    pub(crate) fn all(&self) -> Vec<Notice> {
        self.kept.iter().cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.limit);
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.kept.pop_front() {
            self.accepted_ids.remove(&oldest.notice_id);
            self.newest.remove(oldest.about());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(id: &str, sequence: u64, accepted: bool) -> Notice {
        let fields = [
            ("notice_id", id),
            ("sequence", &sequence.to_string()),
            ("order_id", "O1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let verdict = Verdict {
            signature_holds: true,
            problems: Vec::new(),
        };
        Notice {
            accepted,
            ..Notice::new(Timestamp::UNIX_EPOCH, &fields, verdict)
        }
    }

    #[test]
    fn only_what_was_accepted_makes_a_later_delivery_a_duplicate() {
        let mut notices = Notices::new(9);
        let judged = [false, true, true].map(|accepted| notices.take(notice("N1", 1, accepted)));
        assert_eq!(judged, ["new", "new", "repeat"]);
        let duplicates: Vec<bool> = notices.all().iter().map(|one| one.duplicate).collect();
        assert_eq!(duplicates, [false, false, true]);
    }

    #[test]
    fn an_older_notice_that_comes_later_is_overtaken() {
        let mut notices = Notices::new(9);
        let judged = [("N2", 2), ("N1", 1), ("N3", 3)]
            .map(|(id, sequence)| notices.take(notice(id, sequence, true)));
        assert_eq!(judged, ["new", "older", "new"]);
        let overtaken: Vec<bool> = notices.all().iter().map(|one| one.overtaken).collect();
        assert_eq!(overtaken, [false, true, false]);
    }
}
