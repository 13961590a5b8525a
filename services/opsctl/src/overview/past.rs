//! The last day by the hour. An hour that is over is counted once and kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::overview::{self, Counts};
use store::{Connection, StoreError};

use crate::beijing;
use crate::output::Rows;

/// A day, and the hour that has begun.
const HOURS: i64 = 25;

/// What was written before an hour ended is committed by then.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// What happened in one hour.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Hour {
    pub(crate) from: Timestamp,
    pub(crate) accepted: i64,
    pub(crate) paid: i64,
    pub(crate) failed: i64,
    pub(crate) returned: i64,
    pub(crate) notices_delivered: i64,
    /// Sendings that a partner did not take; the notice is sent again.
    pub(crate) notices_failed: i64,
    pub(crate) notices_dead_lettered: i64,
}

/// The hours that are over and were counted before.
#[derive(Debug, Default)]
pub(crate) struct Past {
    kept: Mutex<BTreeMap<Timestamp, Counts>>,
}

impl Past {
    /// The last 24 hours and the one that has begun, the oldest first.
    pub(crate) async fn hours(
        &self,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Vec<Hour>, StoreError> {
        let mut hours = Vec::new();
        for from in beginnings(now) {
            let counts = match self.kept(from) {
                Some(counts) => counts,
                None => overview::hour(connection, from).await?,
            };
            let is_settled = from + SignedDuration::from_hours(1) + SETTLED_AFTER < now;
            hours.push(Hour::new(from, counts));
            if is_settled {
                self.keep(from, counts);
            }
        }
        Ok(hours)
    }

    fn kept(&self, from: Timestamp) -> Option<Counts> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&from).copied()
    }

    fn keep(&self, from: Timestamp, counts: Counts) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(from, counts);
        let day = from - SignedDuration::from_hours(HOURS);
        kept.retain(|kept_from, _| *kept_from >= day);
    }
}

/// When the hours begin; Beijing's are those of UTC.
fn beginnings(now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let into = now.as_second().rem_euclid(3_600);
    let last = now.as_second() - into;
    (0..HOURS)
        .rev()
        .filter_map(move |back| Timestamp::from_second(last - back * 3_600).ok())
}

impl Hour {
    fn new(from: Timestamp, counts: Counts) -> Self {
        Self {
            from,
            accepted: counts.accepted,
            paid: counts.paid,
            failed: counts.failed,
            returned: counts.returned,
            notices_delivered: counts.notices_delivered,
            notices_failed: counts.notices_failed,
            notices_dead_lettered: counts.notices_dead_lettered,
        }
    }

    fn is_empty(&self) -> bool {
        self.accepted + self.paid + self.failed + self.returned == 0
            && self.notices_delivered + self.notices_failed + self.notices_dead_lettered == 0
    }
}

/// The hours in which something happened.
pub(crate) fn table(hours: &[Hour]) -> Rows {
    let busy = hours.iter().filter(|hour| !hour.is_empty());
    let rows = busy.map(|hour| {
        let counts = [
            hour.accepted,
            hour.paid,
            hour.failed,
            hour.returned,
            hour.notices_delivered,
            hour.notices_failed,
            hour.notices_dead_lettered,
        ];
        let counts = counts.iter().map(ToString::to_string);
        [beijing::shown(hour.from)]
            .into_iter()
            .chain(counts)
            .collect()
    });
    Rows {
        title: "The last day by the hour (Beijing time)".to_owned(),
        head: vec![
            "FROM",
            "ACCEPTED",
            "PAID",
            "FAILED",
            "RETURNED",
            "NOTICES TAKEN",
            "NOT TAKEN",
            "GIVEN UP",
        ],
        rows: rows.collect(),
        when_empty: "  nothing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_twenty_four_hours_and_what_has_begun() {
        let now = "2026-11-22T04:59:59.9Z".parse().unwrap();
        let hours: Vec<String> = beginnings(now).map(|from| from.to_string()).collect();
        assert_eq!(hours.len(), 25);
        assert_eq!(hours[0], "2026-11-21T04:00:00Z");
        assert_eq!(hours[24], "2026-11-22T04:00:00Z");
    }

    #[test]
    fn no_more_than_a_day_is_kept() {
        let past = Past::default();
        let begin: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        for hour in 0..100 {
            past.keep(begin + SignedDuration::from_hours(hour), Counts::default());
        }
        assert_eq!(past.kept.lock().unwrap().len(), 26);
        assert!(past.kept(begin).is_none());
    }
}
