//! The lists in the database and the lists in Rust are the same lists.

use std::collections::BTreeSet;

use contract::application::{self, ApplicationKind, Step, SubjectKind};
use contract::calendar::DayKind;
use contract::dead_letter::DeadLetterClass;
use contract::fee::FeeBearer;
use contract::huifu::statement::LineState;
use contract::partner::events::EventKind;
use contract::partner::onboarding::MediaType;
use contract::withdrawal::{CashType, Language, State};
use store::attempts::AttemptOutcome;
use store::cases::CaseState;
use store::certifications::CertificationResult;
use store::console_sessions::How;
use store::dead_letters::DeadLetterState;
use store::lanes::State as LaneState;
use store::notices::{NoticeState, Outcome};
use store::partners::PartnerState;
use store::replays::{ItemState, JobState};
use store::retention::Log;
use store::sms_codes::{CodeState, Purpose};
use store::statements::{DifferenceKind, StatementState};

use crate::world::World;

/// The quoted words of a CHECK constraint.
async fn listed(client: &tokio_postgres::Client, constraint: &str) -> BTreeSet<String> {
    let row = client
        .query_one(
            "select pg_get_constraintdef(oid) from pg_constraint where conname = $1",
            &[&constraint],
        )
        .await
        .unwrap();
    let definition: String = row.get(0);
    definition
        .split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn every_list_in_the_database_is_the_list_in_rust() {
    let world = World::new().await;
    let client = world.raw().await;
    let lists: [(&str, Vec<&str>); 14] = [
        (
            "certification_result_known",
            CertificationResult::ALL
                .map(CertificationResult::as_str)
                .to_vec(),
        ),
        (
            "withdrawal_state_known",
            State::ALL.map(State::as_str).to_vec(),
        ),
        (
            "withdrawal_terminal_iff_terminal_at",
            State::ALL
                .into_iter()
                .filter(|state| state.is_terminal())
                .map(State::as_str)
                .collect(),
        ),
        (
            "withdrawal_cash_type_known",
            CashType::ALL.map(CashType::as_str).to_vec(),
        ),
        (
            "withdrawal_requested_cash_type_known",
            CashType::ALL.map(CashType::as_str).to_vec(),
        ),
        (
            "cash_rule_cash_type_known",
            CashType::ALL.map(CashType::as_str).to_vec(),
        ),
        (
            "cash_rule_bearer_known",
            FeeBearer::ALL.map(FeeBearer::as_str).to_vec(),
        ),
        (
            "calendar_day_kind_known",
            DayKind::ALL.map(DayKind::as_str).to_vec(),
        ),
        (
            "user_kind_known",
            SubjectKind::ALL.map(SubjectKind::as_str).to_vec(),
        ),
        (
            "attempt_outcome_known",
            AttemptOutcome::ALL.map(AttemptOutcome::as_str).to_vec(),
        ),
        (
            "notice_outcome_known",
            Outcome::ALL.map(Outcome::as_str).to_vec(),
        ),
        (
            "case_state_known",
            CaseState::ALL.map(CaseState::as_str).to_vec(),
        ),
        (
            "event_kind_known",
            EventKind::ALL.map(EventKind::as_str).to_vec(),
        ),
        (
            "notice_state_known",
            NoticeState::ALL.map(NoticeState::as_str).to_vec(),
        ),
    ];
    for (constraint, names) in lists {
        let names: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
        assert_eq!(listed(&client, constraint).await, names, "{constraint}");
    }
}

#[tokio::test]
async fn every_list_of_what_waits_or_is_kept_is_the_list_in_rust() {
    let world = World::new().await;
    let client = world.raw().await;
    let lists: [(&str, Vec<&str>); 6] = [
        (
            "console_session_told_how_known",
            How::ALL.map(How::as_str).to_vec(),
        ),
        (
            "replay_job_state_known",
            JobState::ALL.map(JobState::as_str).to_vec(),
        ),
        (
            "replay_item_state_known",
            ItemState::ALL.map(ItemState::as_str).to_vec(),
        ),
        (
            "dead_letter_class_known",
            DeadLetterClass::all()
                .map(DeadLetterClass::as_str)
                .collect(),
        ),
        ("retention_log_known", Log::ALL.map(Log::as_str).to_vec()),
        (
            "lane_state_known",
            LaneState::ALL.map(LaneState::as_str).to_vec(),
        ),
    ];
    for (constraint, names) in lists {
        let names: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
        assert_eq!(listed(&client, constraint).await, names, "{constraint}");
    }
}

#[tokio::test]
async fn every_list_of_the_reconciliation_is_the_list_in_rust() {
    let world = World::new().await;
    let client = world.raw().await;
    let lists: [(&str, Vec<&str>); 3] = [
        (
            "statement_state_known",
            StatementState::ALL.map(StatementState::as_str).to_vec(),
        ),
        (
            "statement_line_state_known",
            LineState::ALL.map(LineState::as_str).to_vec(),
        ),
        (
            "statement_difference_kind_known",
            DifferenceKind::ALL.map(DifferenceKind::as_str).to_vec(),
        ),
    ];
    for (constraint, names) in lists {
        let names: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
        assert_eq!(listed(&client, constraint).await, names, "{constraint}");
    }
}

#[tokio::test]
async fn every_list_of_applications_is_the_list_in_rust() {
    let world = World::new().await;
    let client = world.raw().await;
    let kinds = ApplicationKind::ALL.map(ApplicationKind::as_str).to_vec();
    let subjects = SubjectKind::ALL.map(SubjectKind::as_str).to_vec();
    let steps = Step::ALL.map(Step::as_str).to_vec();
    let states = application::State::ALL;
    let ends = states.into_iter().filter(|state| state.is_terminal());
    let outcomes = AttemptOutcome::ALL.map(AttemptOutcome::as_str).to_vec();
    let media_types = MediaType::ALL.map(MediaType::as_str).to_vec();
    let lists: [(&str, Vec<&str>); 8] = [
        ("material_media_type_known", media_types),
        ("application_kind_known", kinds),
        ("application_subject_known", subjects),
        ("application_step_known", steps.clone()),
        (
            "application_state_known",
            states.map(application::State::as_str).to_vec(),
        ),
        (
            "application_terminal_iff_terminal_at",
            ends.map(application::State::as_str).collect(),
        ),
        ("application_attempt_step_known", steps),
        ("application_attempt_outcome_known", outcomes),
    ];
    for (constraint, names) in lists {
        let names: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
        assert_eq!(listed(&client, constraint).await, names, "{constraint}");
    }
}

#[tokio::test]
async fn every_list_of_languages_codes_partners_and_letters_is_the_list_in_rust() {
    let world = World::new().await;
    let client = world.raw().await;
    let letters = DeadLetterState::ALL.map(DeadLetterState::as_str).to_vec();
    let lists: [(&str, Vec<&str>); 5] = [
        (
            "sms_code_purpose_known",
            Purpose::ALL.map(Purpose::as_str).to_vec(),
        ),
        (
            "sms_code_state_known",
            CodeState::ALL.map(CodeState::as_str).to_vec(),
        ),
        (
            "withdrawal_language_known",
            Language::ALL.map(Language::as_str).to_vec(),
        ),
        (
            "partner_state_known",
            PartnerState::ALL.map(PartnerState::as_str).to_vec(),
        ),
        ("dead_letter_state_known", letters),
    ];
    for (constraint, names) in lists {
        let names: BTreeSet<String> = names.into_iter().map(str::to_owned).collect();
        assert_eq!(listed(&client, constraint).await, names, "{constraint}");
    }
}
