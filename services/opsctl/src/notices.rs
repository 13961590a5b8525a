//! Notices with their sendings, as the command line and the console show them.
//!
//! What is typed here and serialised is what `--json` prints and what the console's API answers.

use contract::ids::{ApplicationId, NoticeId, WithdrawalId};
use contract::partner::seal::text_of_any_sending;
use jiff::Timestamp;
use serde::Serialize;
use store::notices::{self, PastAttempt, Summary};
use store::{Connection, StoreError};

use crate::beijing::shown;
use crate::output::Rows;

/// A notice and every sending of it.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    pub(crate) notice_id: NoticeId,
    pub(crate) sequence: i32,
    pub(crate) outcome: &'static str,
    pub(crate) state: &'static str,
    pub(crate) attempt_count: i32,
    pub(crate) delivered_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) attempts: Vec<Sending>,
}

/// One sending, and where its time went.
#[derive(Debug, Serialize)]
pub(crate) struct Sending {
    pub(crate) number: i32,
    pub(crate) at: Timestamp,
    pub(crate) outcome: String,
    pub(crate) http_status: Option<i32>,
    pub(crate) duration_ms: i64,
    /// The first characters of what the partner answered.
    pub(crate) answer: Option<String>,
    pub(crate) address: Option<String>,
    /// Whether a kept connection was used; null where it was not measured.
    pub(crate) reused: Option<bool>,
    pub(crate) dns_us: Option<i64>,
    pub(crate) connect_us: Option<i64>,
    pub(crate) tls_us: Option<i64>,
    pub(crate) first_byte_us: Option<i64>,
}

impl From<PastAttempt> for Sending {
    fn from(past: PastAttempt) -> Self {
        Self {
            number: past.number,
            at: past.at,
            outcome: past.outcome,
            http_status: past.http_status,
            duration_ms: past.duration_ms,
            answer: past.answer,
            address: past.passage.address,
            reused: past.passage.reused,
            dns_us: past.passage.dns_us,
            connect_us: past.passage.connect_us,
            tls_us: past.passage.tls_us,
            first_byte_us: past.passage.first_byte_us,
        }
    }
}

impl Sending {
    /// `dns 0.8, connect 2.3, tls 4.1, first byte 4.0 ms`, as far as it came; a kept connection
    /// says so instead of the first three.
    pub(crate) fn where_the_time_went(&self) -> String {
        let stages = [
            ("dns", self.dns_us),
            ("connect", self.connect_us),
            ("tls", self.tls_us),
            ("first byte", self.first_byte_us),
        ];
        let measured = stages.into_iter().filter_map(|(name, took_us)| {
            // A tenth of a millisecond is as fine as anybody needs it.
            let tenths = (took_us? + 50) / 100;
            Some(format!("{name} {}.{}", tenths / 10, tenths % 10))
        });
        let measured: Vec<String> = measured.collect();
        let kept = (self.reused == Some(true)).then_some("kept connection");
        let times = (!measured.is_empty()).then(|| format!("{} ms", measured.join(", ")));
        let parts = kept.map(str::to_owned).into_iter().chain(times);
        parts.collect::<Vec<_>>().join(", ")
    }

    fn cells(&self) -> Vec<String> {
        let status = self.http_status;
        vec![
            self.outcome.clone(),
            status.map_or_else(String::new, |status| format!("HTTP {status}")),
            format!("{} ms", self.duration_ms),
            self.address.clone().unwrap_or_default(),
            self.where_the_time_went(),
        ]
    }
}

/// What a withdrawal's partner was told.
pub(crate) async fn of(
    connection: &Connection,
    withdrawal: &WithdrawalId,
) -> Result<Vec<Told>, StoreError> {
    with_sendings(connection, notices::of(connection, withdrawal).await?).await
}

/// What an application's partner was told.
pub(crate) async fn of_application(
    connection: &Connection,
    application: &ApplicationId,
) -> Result<Vec<Told>, StoreError> {
    let told = notices::of_application(connection, application).await?;
    with_sendings(connection, told).await
}

/// The sendings of one notice.
pub(crate) async fn sendings_of(
    connection: &Connection,
    notice: &NoticeId,
) -> Result<Vec<Sending>, StoreError> {
    let past = notices::attempts_of(connection, notice).await?;
    Ok(past.into_iter().map(Sending::from).collect())
}

/// The text that each sending of this notice signs, with an ellipsis for what is of one sending
/// alone; `None` if there is no such notice.
pub(crate) async fn signed_text_of(
    connection: &Connection,
    notice: &NoticeId,
) -> Result<Option<String>, StoreError> {
    let told = notices::told(connection, notice).await?;
    Ok(told.and_then(|(partner, told)| {
        let business = match told {
            notices::Told::Withdrawal(notice) => notice.fields(),
            notices::Told::Application(notice) => notice.fields(),
        };
        text_of_any_sending(&partner, &business).ok()
    }))
}

async fn with_sendings(
    connection: &Connection,
    summaries: Vec<Summary>,
) -> Result<Vec<Told>, StoreError> {
    let mut told = Vec::new();
    for notice in summaries {
        told.push(Told {
            attempts: sendings_of(connection, &notice.id).await?,
            notice_id: notice.id,
            sequence: notice.sequence,
            outcome: notice.outcome.as_str(),
            state: notice.state.as_str(),
            attempt_count: notice.attempt_count,
            delivered_at: notice.delivered_at,
            created_at: notice.created_at,
        });
    }
    Ok(told)
}

/// Each notice with its sendings below it.
pub(crate) fn table(told: &[Told]) -> Rows {
    let mut rows = Vec::new();
    for notice in told {
        let mut row = vec![
            shown(notice.created_at),
            notice.notice_id.to_string(),
            format!("{} {}", notice.sequence, notice.outcome),
            notice.state.to_owned(),
        ];
        row.resize(8, String::new());
        rows.push(row);
        rows.extend(notice.attempts.iter().map(|sending| {
            let first = [
                shown(sending.at),
                format!("  try {}", sending.number),
                String::new(),
            ];
            first.into_iter().chain(sending.cells()).collect()
        }));
    }
    Rows {
        title: "Notices to the partner".to_owned(),
        head: vec![
            "AT", "NOTICE", "TELLS", "STATE", "ANSWER", "TOOK", "ADDRESS", "OF THAT",
        ],
        rows,
        when_empty: "  none",
    }
}

/// The sendings of one notice by themselves.
pub(crate) fn sendings_table(sendings: &[Sending]) -> Rows {
    let rows = sendings.iter().map(|sending| {
        let first = [sending.number.to_string(), shown(sending.at)];
        let said = sending.answer.clone().unwrap_or_default();
        first
            .into_iter()
            .chain(sending.cells())
            .chain([said])
            .collect()
    });
    Rows {
        title: "Sendings (Beijing time)".to_owned(),
        head: vec![
            "TRY", "AT", "OUTCOME", "ANSWER", "TOOK", "ADDRESS", "OF THAT", "SAID",
        ],
        rows: rows.collect(),
        when_empty: "  none",
    }
}

#[cfg(test)]
mod tests {
    use store::notices::Passage;

    use super::*;

    fn told(passage: Passage) -> String {
        let past = PastAttempt {
            number: 1,
            at: "2026-11-22T04:00:00Z".parse().unwrap(),
            outcome: "delivered".to_owned(),
            http_status: Some(200),
            duration_ms: 12,
            answer: None,
            passage,
        };
        Sending::from(past).where_the_time_went()
    }

    #[test]
    fn each_stage_is_told_as_far_as_it_came() {
        let refused = Passage {
            dns_us: Some(849),
            connect_us: Some(2_350),
            reused: Some(false),
            ..Passage::default()
        };
        assert_eq!(told(refused), "dns 0.8, connect 2.4 ms");
        let kept = Passage {
            first_byte_us: Some(40),
            reused: Some(true),
            ..Passage::default()
        };
        assert_eq!(told(kept), "kept connection, first byte 0.0 ms");
        assert_eq!(told(Passage::default()), "", "before it was measured");
    }
}
