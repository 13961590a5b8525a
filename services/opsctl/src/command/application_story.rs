//! Everything known of one application but its form, read and laid out.

use contract::application::State;
use contract::huifu::operations::FeeFloor;
use contract::ids::ApplicationId;
use contract::partner::ApplicationReason;
use serde_json::{Value, json};
use store::applications::attempts::{self, Attempt};
use store::applications::timeline::Entry;
use store::applications::{self, Application};
use store::attempts::AttemptOutcome;
use store::cases::{self, Case};
use store::{Connection, StoreError};

use super::application::facts;
use super::timeline;
use crate::beijing::{shown, shown_optional};
use crate::notices::{self, Told};
use crate::output::{Report, Rows};

/// An application with what happened to it.
pub(crate) struct Story {
    application: Application,
    attempts: Vec<Attempt>,
    cases: Vec<Case>,
    notices: Vec<Told>,
    timeline: Vec<Entry>,
}

/// `None` if there is no such application.
pub(crate) async fn read(
    connection: &Connection,
    id: &ApplicationId,
) -> Result<Option<Story>, StoreError> {
    let Some(application) = applications::find(connection, id).await? else {
        return Ok(None);
    };
    Ok(Some(Story {
        application,
        attempts: attempts::of(connection, id).await?,
        cases: cases::of_application(connection, id).await?,
        notices: notices::of_application(connection, id).await?,
        timeline: applications::timeline::of(connection, id).await?,
    }))
}

impl Story {
    /// What people and machines see of it.
    pub(crate) fn report(&self) -> Report {
        Report::new(self.json())
            .facts(self.facts())
            .rows(self.attempt_rows())
            .rows(self.case_rows())
            .rows(notices::table(&self.notices))
            .rows(self.timeline_rows())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let one = &self.application;
        let held = if one.held {
            " (held until a person has looked)"
        } else {
            ""
        };
        let reason = [one.reason_code.as_deref(), one.reason_detail.as_deref()];
        let reason: Vec<&str> = reason.into_iter().flatten().collect();
        let user = format!(
            "{} ({} at the partner)",
            one.htouhui_user_id, one.third_party_user_id
        );
        let mut facts = vec![
            ("application", one.id.to_string()),
            ("state", format!("{}{held}", one.state.as_str())),
            ("partner", one.partner_id.to_string()),
            ("application_no", one.application_no.to_string()),
            ("asks for", one.kind.as_str().to_owned()),
            ("subject", one.subject.as_str().to_owned()),
            ("user", user),
            ("step", one.step.as_str().to_owned()),
            ("huifu_id", optional(one.huifu_id.as_ref())),
            ("apply_no", optional(one.apply_no.as_ref())),
            ("token_no", optional(one.token_no.as_ref())),
            ("card", optional(one.card_tail.as_ref())),
            (
                "reason",
                optional(
                    Some(reason.join(": "))
                        .filter(|text| !text.is_empty())
                        .as_ref(),
                ),
            ),
            (
                "what to do",
                optional(self.what_to_do().map(str::to_owned).as_ref()),
            ),
        ];
        facts.extend(self.floor().map(|floor| ("fee floor", floor.en())));
        facts.extend([
            ("received", shown(one.created_at)),
            ("ended", shown_optional(one.terminal_at)),
        ]);
        facts
    }

    /// `None` while nothing was refused, or if the reason is not one of ours.
    fn what_to_do(&self) -> Option<&'static str> {
        let code = self.application.reason_code.as_deref()?;
        ApplicationReason::from_name(code).map(ApplicationReason::operator_action)
    }

    /// The least that Huifu's words say a cash type must cost: a formula there, a sentence here.
    fn floor(&self) -> Option<FeeFloor> {
        FeeFloor::find(self.application.reason_detail.as_deref()?)
    }

    fn attempt_rows(&self) -> Rows {
        let rows = self.attempts.iter().map(|attempt| {
            let outcome = attempt.outcome.map_or("open", AttemptOutcome::as_str);
            vec![
                shown(attempt.created_at),
                attempt.step.as_str().to_owned(),
                attempt.req_seq_id.to_string(),
                outcome.to_owned(),
                optional(attempt.resp_code.as_ref()),
                attempt.query_count.to_string(),
                shown_optional(attempt.next_query_at),
            ]
        });
        Rows {
            title: "Attempts at Huifu".to_owned(),
            head: vec![
                "OPENED",
                "STEP",
                "REQ_SEQ_ID",
                "OUTCOME",
                "CODE",
                "QUERIES",
                "NEXT QUERY",
            ],
            rows: rows.collect(),
            when_empty: "  none",
        }
    }

    fn case_rows(&self) -> Rows {
        let rows = self.cases.iter().map(|case| {
            vec![
                shown(case.created_at),
                case.id.to_string(),
                case.kind.clone(),
                case.state.as_str().to_owned(),
                optional(case.decided_by.as_ref()),
                optional(case.decision.as_ref()),
            ]
        });
        Rows {
            title: "Cases".to_owned(),
            head: vec!["FOUND", "CASE", "KIND", "STATE", "BY", "WHY"],
            rows: rows.collect(),
            when_empty: "  none",
        }
    }

    fn timeline_rows(&self) -> Rows {
        timeline::rows(&self.timeline, State::as_str, |id| self.shows(id))
    }

    /// Whether the tables above say this id.
    fn shows(&self, id: &str) -> bool {
        let one = &self.application;
        let told = [
            one.apply_no.as_deref(),
            one.huifu_id.as_ref().map(|id| id.as_str()),
        ];
        told.contains(&Some(id))
            || matches!(self.attempts.as_slice(), [only] if only.req_seq_id.as_str() == id)
            || self
                .notices
                .iter()
                .any(|notice| notice.notice_id.as_str() == id)
    }

    fn json(&self) -> Value {
        let mut json = facts(&self.application);
        json["what_to_do"] = json!(self.what_to_do());
        let floor = self.floor();
        json["fee_floor"] = json!(floor.map(|floor| json!({ "zh": floor.zh(), "en": floor.en() })));
        json["attempts"] = self.attempts.iter().map(attempt_json).collect();
        json["cases"] = self.cases.iter().map(case_json).collect();
        json["notices"] = json!(self.notices);
        json["timeline"] = timeline::json(&self.timeline, State::as_str);
        json
    }
}

fn optional(text: Option<&impl ToString>) -> String {
    text.map_or_else(|| "-".to_owned(), ToString::to_string)
}

fn attempt_json(attempt: &Attempt) -> Value {
    json!({
        "req_seq_id": attempt.req_seq_id, "step": attempt.step, "req_date": attempt.req_date,
        "outcome": attempt.outcome.map(AttemptOutcome::as_str), "resp_code": attempt.resp_code,
        "query_count": attempt.query_count, "next_query_at": attempt.next_query_at,
        "created_at": attempt.created_at,
    })
}

fn case_json(case: &Case) -> Value {
    json!({
        "id": case.id, "kind": case.kind, "state": case.state.as_str(), "detail": case.detail,
        "created_at": case.created_at, "decided_by": case.decided_by,
        "decided_at": case.decided_at, "decision": case.decision,
    })
}
