//! Everything known of one withdrawal, read and laid out.
//!
//! URLs are shown without their queries, which may carry a partner's secrets. People's timeline
//! leaves out what the tables above it show; `--json` has it all.

use contract::ids::WithdrawalId;
use contract::partner::ReasonCode;
use contract::withdrawal::{State, Withdrawal};
use serde_json::{Value, json};
use store::attempts::{self, Attempt, AttemptOutcome};
use store::timeline::Entry;
use store::{Connection, StoreError, withdrawals};

use super::timeline;
use crate::beijing::{shown, shown_optional};
use crate::notices::{self, Told};
use crate::output::{Report, Rows};

/// A withdrawal with what happened to it.
pub(crate) struct Story {
    pub(crate) withdrawal: Withdrawal,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) notices: Vec<Told>,
    pub(crate) timeline: Vec<Entry>,
}

/// `None` if there is no such withdrawal.
pub(crate) async fn read(
    connection: &Connection,
    id: &WithdrawalId,
) -> Result<Option<Story>, StoreError> {
    let Some(withdrawal) = withdrawals::find(connection, id).await? else {
        return Ok(None);
    };
    Ok(Some(Story {
        withdrawal,
        attempts: attempts::of(connection, id).await?,
        notices: notices::of(connection, id).await?,
        timeline: store::timeline::of(connection, id).await?,
    }))
}

impl Story {
    /// What people and machines see of it.
    pub(crate) fn report(&self) -> Report {
        Report::new(self.json())
            .facts(self.facts())
            .rows(self.attempt_rows())
            .rows(notices::table(&self.notices))
            .rows(self.timeline_rows())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let request = &self.withdrawal.request;
        let dash = || "-".to_owned();
        let confirmed = self.withdrawal.confirmed.as_ref();
        let held = if self.withdrawal.held {
            " (held until a person has looked)"
        } else {
            ""
        };
        let reason = match (&self.withdrawal.reason_code, &self.withdrawal.reason_detail) {
            (None, None) => dash(),
            (code, detail) => [code.as_deref(), detail.as_deref()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(": "),
        };
        vec![
            ("order_id", request.id.to_string()),
            ("state", format!("{}{held}", self.withdrawal.state.as_str())),
            ("partner", request.partner_id.to_string()),
            (
                "out_order_no",
                request
                    .out_order_no
                    .as_ref()
                    .map_or_else(dash, ToString::to_string),
            ),
            (
                "user",
                format!(
                    "{} ({} at the partner)",
                    request.htouhui_user_id, request.third_party_user_id
                ),
            ),
            ("amount", format!("{} yuan", request.amount)),
            (
                "fee",
                confirmed.map_or_else(dash, |agreed| format!("{} yuan", agreed.fee)),
            ),
            (
                "arrival",
                confirmed.map_or_else(dash, |agreed| format!("{} yuan", agreed.arrival)),
            ),
            (
                "cash_type",
                confirmed.map_or_else(dash, |agreed| agreed.cash_type.as_str().to_owned()),
            ),
            ("reason", reason),
            (
                "what to do",
                self.what_to_do().map_or_else(dash, str::to_owned),
            ),
            ("notify_url", without_query(&request.notify_url).to_owned()),
            ("opened", shown(self.withdrawal.created_at)),
            (
                "accepted",
                shown_optional(confirmed.map(|agreed| agreed.accepted_at)),
            ),
            ("ended", shown_optional(self.withdrawal.terminal_at)),
        ]
    }

    /// `None` while nothing was refused, or if the reason is not one of ours.
    fn what_to_do(&self) -> Option<&'static str> {
        let code = self.withdrawal.reason_code.as_deref()?;
        ReasonCode::from_name(code).map(ReasonCode::operator_action)
    }

    fn attempt_rows(&self) -> Rows {
        let rows = self.attempts.iter().map(|attempt| {
            vec![
                shown(attempt.created_at),
                attempt.req_seq_id.to_string(),
                attempt.hf_seq_id.clone().unwrap_or_else(|| "-".to_owned()),
                attempt
                    .outcome
                    .map_or("open", AttemptOutcome::as_str)
                    .to_owned(),
                attempt.resp_code.clone().unwrap_or_else(|| "-".to_owned()),
                attempt.query_count.to_string(),
                shown_optional(attempt.next_query_at),
            ]
        });
        Rows {
            title: "Attempts at Huifu".to_owned(),
            head: vec![
                "OPENED",
                "REQ_SEQ_ID",
                "HF_SEQ_ID",
                "OUTCOME",
                "CODE",
                "QUERIES",
                "NEXT QUERY",
            ],
            rows: rows.collect(),
            when_empty: "  none",
        }
    }

    fn timeline_rows(&self) -> Rows {
        timeline::rows(&self.timeline, State::as_str, |id| self.shows(id))
    }

    /// Whether the tables say this id, and only one of its kind, so that it is clear without it.
    fn shows(&self, id: &str) -> bool {
        let attempt = self.attempts.as_slice();
        let notice = self.notices.as_slice();
        matches!(attempt, [one] if one.req_seq_id.as_str() == id
            || one.hf_seq_id.as_deref() == Some(id))
            || matches!(notice, [one] if one.notice_id.as_str() == id)
            || self.withdrawal.request.id.as_str() == id
    }

    fn json(&self) -> Value {
        let request = &self.withdrawal.request;
        let confirmed = self.withdrawal.confirmed.as_ref();
        json!({
            "order_id": request.id,
            "state": self.withdrawal.state.as_str(),
            "held": self.withdrawal.held,
            "partner_id": request.partner_id,
            "out_order_no": request.out_order_no,
            "htouhui_user_id": request.htouhui_user_id,
            "third_party_user_id": request.third_party_user_id,
            "money": request.amount.to_string(),
            "fee": confirmed.map(|agreed| agreed.fee.to_string()),
            "arrival_money": confirmed.map(|agreed| agreed.arrival.to_string()),
            "cash_type": confirmed.map(|agreed| agreed.cash_type.as_str()),
            "reason_code": self.withdrawal.reason_code,
            "reason_detail": self.withdrawal.reason_detail,
            "what_to_do": self.what_to_do(),
            "notify_url": without_query(&request.notify_url),
            "created_at": self.withdrawal.created_at,
            "accepted_at": confirmed.map(|agreed| agreed.accepted_at),
            "terminal_at": self.withdrawal.terminal_at,
            "attempts": self.attempts.iter().map(attempt_json).collect::<Vec<_>>(),
            "notices": self.notices,
            "timeline": timeline::json(&self.timeline, State::as_str),
        })
    }
}

fn attempt_json(attempt: &Attempt) -> Value {
    json!({
        "req_seq_id": attempt.req_seq_id, "req_date": attempt.req_date,
        "hf_seq_id": attempt.hf_seq_id, "outcome": attempt.outcome.map(AttemptOutcome::as_str),
        "resp_code": attempt.resp_code, "query_count": attempt.query_count,
        "next_query_at": attempt.next_query_at, "created_at": attempt.created_at,
    })
}

fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(before, _)| before)
}
