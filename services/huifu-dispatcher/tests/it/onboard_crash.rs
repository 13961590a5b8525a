//! The real binary is killed at each boundary of a step, and no step is sent twice.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use contract::application::State;
use contract::application::SubjectKind::IndividualMerchant;
use huifu_dispatcher::app;
use runtime::crash::CrashPoint;
use runtime::service::{Running, start_in_process};
use runtime::settings::Env;
use stand::{TestVhost, eventually};

use crate::applicants::{Applicants, SOON};
use crate::world::environment;

fn variables(applicants: &Applicants, vhost: &TestVhost) -> BTreeMap<&'static str, String> {
    let mut variables: BTreeMap<_, _> = environment(&applicants.huifu().base_url)
        .into_iter()
        .collect();
    variables.extend([
        ("DATABASE_URL", applicants.database().url().to_owned()),
        ("AMQP_URL", vhost.amqp_url().to_owned()),
        ("ADMIN_LISTEN", "127.0.0.1:0".to_owned()),
        ("OUTBOX_POLL_MS", "50".to_owned()),
    ]);
    variables
}

async fn start(applicants: &Applicants, vhost: &TestVhost) -> Running {
    let env = Env::new(variables(applicants, vhost));
    start_in_process("huifu-dispatcher", env, app::start)
        .await
        .unwrap()
}

/// Runs the binary until the point kills it.
async fn crash(applicants: &Applicants, vhost: &TestVhost, point: CrashPoint) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huifu-dispatcher"));
    command
        .env_clear()
        .envs(variables(applicants, vhost))
        .env("CRASH_AT", point.name())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = tokio::task::spawn_blocking(move || command.status());
    let status = status.await.unwrap().unwrap();
    assert!(!status.success(), "{point} was not reached");
}

/// The application's state after the crash and a new start, with how often Huifu did the step.
async fn survives(point: CrashPoint, end: State, executions: u32) {
    let (applicants, vhost) = tokio::join!(Applicants::start(), TestVhost::create());
    let vhost = vhost.unwrap();
    let message = applicants.apply(IndividualMerchant, "").await;
    let id = &message.body.application_id;
    crash(&applicants, &vhost, point).await;
    let running = start(&applicants, &vhost).await;
    eventually(SOON, "the application to come to rest", async || {
        let looks = applicants.looks(id).await;
        assert!(looks.executions <= 1, "{looks:?}");
        looks.state == end
    })
    .await;
    running.stop().await.unwrap();
    let looks = applicants.looks(id).await;
    assert_eq!(
        (looks.state, looks.executions),
        (end, executions),
        "{point}"
    );
    if end == State::Unknown {
        assert_eq!(looks.cases, ["cannot_be_asked_about"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_attempt_is_committed_nothing_was_sent_and_it_is_sent() {
    survives(CrashPoint::OnboardBeforeAttemptCommit, State::Passed, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_attempt_is_committed_nobody_can_tell_and_nothing_is_sent() {
    survives(CrashPoint::OnboardAfterAttemptCommit, State::Unknown, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_not_written_is_not_asked_for_by_sending_again() {
    survives(CrashPoint::OnboardAfterAnswer, State::Unknown, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_outcome_is_committed_the_delivery_comes_again_and_does_nothing() {
    survives(CrashPoint::OnboardAfterOutcomeCommit, State::Passed, 1).await;
}
