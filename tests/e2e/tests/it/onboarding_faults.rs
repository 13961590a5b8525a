//! Everything Huifu can do wrong with an application, each with the end it must come to. The audit
//! that follows each scene proves that no step was done twice.

use e2e::{Applicant, Engines, Scene};
use sandbox::huifu::{Fault, Operation, Selector};
use stand::private::RabbitMq;
use stand::system::Service;

/// How an application must end, and the status that its partner is told.
type End = (&'static str, &'static str);

const PASSED: End = ("passed", "1");
const REFUSED: End = ("refused", "0");

async fn ends(scene: &Scene, applicant: &Applicant, (state, status): End) {
    scene.comes_to(&applicant.application_id, state).await;
    scene.hears_of(&applicant.application_id, status).await;
}

/// Opens somebody while `operation` goes wrong once, and sees how it ends.
async fn a_day(
    scene: &Scene,
    number: usize,
    (subject, suffix): (&'static str, &'static str),
    operation: Operation,
    (fault, end): (Fault, End),
) {
    eprintln!("{subject} {suffix} {operation:?} {fault:?} → {end:?}");
    let selector = Selector::operation(operation);
    scene.huifu.set_fault(selector, &[fault], Some(1));
    let number = format!("day-{number}");
    let applicant = scene.apply(subject, suffix, &number).await.unwrap();
    ends(scene, &applicant, end).await;
    scene.huifu.clear_faults();
}

/// A step whose answer is lost, where Huifu can be asked what it has.
fn lost_answers() -> Vec<Fault> {
    vec![
        Fault::TimeoutAfterPaying,
        Fault::CutAnswer,
        Fault::WrongSignature,
        Fault::NoSignature,
        Fault::ServerError {
            http_status: 502,
            paid: true,
        },
    ]
}

fn refused(resp_code: &str) -> Fault {
    Fault::Refuse {
        resp_code: resp_code.to_owned(),
    }
}

#[tokio::test]
async fn a_second_step_whose_answer_is_lost_is_found_at_huifu() {
    let scene = Scene::open().await.unwrap();
    let user = ("individual_user", "");
    for (number, fault) in lost_answers().into_iter().enumerate() {
        a_day(
            &scene,
            number,
            user,
            Operation::UserBusiOpen,
            (fault, PASSED),
        )
        .await;
    }
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_merchant_whose_answer_is_lost_is_told_of_by_the_review() {
    let scene = Scene::open().await.unwrap();
    let merchants = [
        (("enterprise_merchant", "审"), Operation::MerchantEnt),
        (("individual_merchant", "审"), Operation::MerchantIndv),
    ];
    let faults = [Fault::TimeoutAfterPaying, Fault::WrongSignature];
    let mut number = 0;
    for (merchant, operation) in merchants {
        for fault in &faults {
            number += 1;
            a_day(&scene, number, merchant, operation, (fault.clone(), PASSED)).await;
        }
    }
    scene.close().await.unwrap();
}

#[tokio::test]
async fn what_huifu_refuses_is_refused_and_what_it_calls_back_wrongly_is_asked_about() {
    let scene = Scene::open().await.unwrap();
    let days = [
        ("", refused("22000005"), REFUSED),
        ("", refused("00000103"), REFUSED),
        ("", Fault::CardMismatch, REFUSED),
        ("审", Fault::DuplicateCallbacks { n: 4 }, PASSED),
        ("审", Fault::CallbackBeforeAnswer, PASSED),
        ("审", Fault::NoCallback, PASSED),
        ("审", Fault::UnsignedCallback, PASSED),
        ("审", Fault::AlteredCallback, PASSED),
        ("审", Fault::ForeignOrderInCallback, PASSED),
        ("审", Fault::ForeignMemberInCallback, PASSED),
    ];
    for (number, (suffix, fault, end)) in days.into_iter().enumerate() {
        let user = ("individual_user", suffix);
        a_day(&scene, number, user, Operation::UserBusiOpen, (fault, end)).await;
    }
    scene.close().await.unwrap();
}

/// No interface tells what became of a first step, so nothing is sent in its place and a person
/// is told at once.
#[tokio::test]
async fn a_users_first_step_whose_answer_is_lost_waits_for_a_person_and_is_never_sent_again() {
    let scene = Scene::open().await.unwrap();
    let lost = Selector::operation(Operation::UserIndv);
    scene
        .huifu
        .set_fault(lost, &[Fault::TimeoutAfterPaying], Some(1));
    let applicant = scene.apply("individual_user", "", "lost").await.unwrap();
    scene.comes_to(&applicant.application_id, "unknown").await;
    let opsctl = scene.opsctl();
    stand::eventually(
        std::time::Duration::from_secs(30),
        "a case about it",
        async || {
            let cases = opsctl.json(&["case", "list"]).await.unwrap();
            cases.to_string().contains(&applicant.application_id)
        },
    )
    .await;

    // The person looks at Huifu's console, finds the user, and says so; the second step follows.
    let done = scene.huifu.book().onboardings;
    let huifu_id = done[0].huifu_id.clone().unwrap();
    let decide = [
        &[
            "application",
            "decide",
            &applicant.application_id,
            "--passed",
        ][..],
        &[
            "--huifu-id",
            &huifu_id,
            "--yes",
            "--reason",
            "seen in the console",
        ],
    ];
    opsctl.run(&decide.concat()).await.unwrap();
    ends(&scene, &applicant, PASSED).await;
    scene.close().await.unwrap();
}

#[tokio::test]
async fn applications_wait_for_a_broker_that_is_away_or_has_lost_everything() {
    let mut rabbitmq = RabbitMq::create().await.unwrap();
    let engines = Engines::on(None, Some(rabbitmq.handle())).await.unwrap();
    let mut scene = Scene::open_with(engines, |_| {}).await.unwrap();
    rabbitmq.stop().await.unwrap();
    let meanwhile = scene.apply("individual_user", "", "away").await.unwrap();
    rabbitmq.start().await.unwrap();
    ends(&scene, &meanwhile, PASSED).await;

    scene.fleet.stop(Service::HuifuDispatcher).await.unwrap();
    let lost = scene.apply("enterprise_user", "", "lost").await.unwrap();
    scene.engines.wipe_broker().await.unwrap();
    scene
        .fleet
        .start_one(Service::HuifuDispatcher)
        .await
        .unwrap();
    ends(&scene, &lost, PASSED).await;
    scene.close().await.unwrap();
}
