//! Each service is killed at each commit boundary, and nothing is lost or paid twice.

use contract::withdrawal::State;
use e2e::{Engines, Scene};
use runtime::crash::CrashPoint;
use sandbox::huifu::Fault;
use stand::system::Service;

/// Who passes this point. The relay runs in several services; the one that is armed is the one
/// whose messages the test waits for.
fn service(point: CrashPoint) -> Service {
    use CrashPoint as At;
    match point {
        At::RelayAfterClaim
        | At::RelayAfterPublish
        | At::RelayAfterMarked
        | At::IntakeAfterDraft
        | At::IntakeBeforeAcceptCommit
        | At::IntakeAfterAcceptCommit => Service::Intake,
        At::DispatcherBeforeAttemptCommit
        | At::DispatcherAfterAttemptCommit
        | At::DispatcherAfterAnswer
        | At::DispatcherAfterOutcomeCommit
        | At::OnboardBeforeAttemptCommit
        | At::OnboardAfterAttemptCommit
        | At::OnboardAfterAnswer
        | At::OnboardAfterOutcomeCommit
        | At::ReconcileAfterQuery
        | At::ReconcileAfterOutcomeCommit => Service::HuifuDispatcher,
        At::ReceiverBeforeCommit
        | At::ReceiverAfterCommit
        | At::ReviewBeforeCommit
        | At::ReviewAfterCommit => Service::CallbackReceiver,
        At::NotifierBeforePost | At::NotifierAfterPost | At::NotifierAfterRecordCommit => {
            Service::PartnerNotifier
        }
    }
}

/// What the withdrawal must come to: an attempt that was committed but never sent is not known to
/// Huifu, and "not known" is no proof.
fn end(point: CrashPoint) -> State {
    match point {
        CrashPoint::DispatcherAfterAttemptCommit => State::Unconfirmed,
        _ => State::Paid,
    }
}

/// A scene in which `service` dies when it comes to `point`.
async fn armed(service: Service, point: CrashPoint) -> Scene {
    let engines = Engines::shared().await.unwrap();
    Scene::open_with(engines, |plan| {
        plan.tell(service, "CRASH_AT", point.name());
        if point.name().starts_with("relay.") {
            // The others' relays must not be quicker than the one that is to die.
            for other in Service::ALL.into_iter().filter(|other| *other != service) {
                plan.tell(other, "OUTBOX_POLL_MS", "60000");
            }
        }
    })
    .await
    .unwrap()
}

/// Waits until the service has died, and starts it again as Kubernetes would.
async fn dies_and_comes_back(scene: &mut Scene, service: Service, point: CrashPoint) {
    let status = scene.fleet.wait(service).await.unwrap();
    assert!(!status.success(), "{point} was not reached");
    let told = scene.fleet.plan.extra.get_mut(&service).unwrap();
    told.remove("CRASH_AT");
    scene.fleet.start_one(service).await.unwrap();
}

async fn survives(point: CrashPoint) {
    let service = service(point);
    let mut scene = armed(service, point).await;
    let reconciles = matches!(
        point,
        CrashPoint::ReconcileAfterQuery | CrashPoint::ReconcileAfterOutcomeCommit
    );
    if reconciles {
        scene.huifu.fail_next(1, Fault::NoCallback);
    }
    let fields = [("money", "55.00"), ("out_order_no", "order-55")];
    let first = scene.withdraw_with(&fields).await;

    dies_and_comes_back(&mut scene, service, point).await;

    // The user whose browser got no answer tries again, as people do.
    let id = match first {
        Ok(id) => id,
        Err(_) => scene.withdraw_with(&fields).await.unwrap(),
    };
    scene.reaches(&id, end(point)).await;
    if end(point) == State::Paid {
        scene.hears(&id, 1).await;
    } else {
        let sql = scene.sql().await.unwrap();
        sql.execute("update withdrawals set held = true", &[])
            .await
            .unwrap();
    }
    scene.close().await.unwrap();
}

/// An application that Huifu's people look at, so that both the answer and the callback matter.
async fn application_survives(point: CrashPoint) {
    let service = service(point);
    let mut scene = armed(service, point).await;
    let applicant = scene.apply("individual_merchant", "审", "crash").await;
    let applicant = applicant.unwrap();
    dies_and_comes_back(&mut scene, service, point).await;
    let end = match point {
        // Committed and never sent: no interface of Huifu says so, and "not known" is no proof.
        CrashPoint::OnboardAfterAttemptCommit => "unknown",
        _ => "passed",
    };
    scene.comes_to(&applicant.application_id, end).await;
    if end == "passed" {
        scene.hears_of(&applicant.application_id, "1").await;
    }
    scene.close().await.unwrap();
}

macro_rules! each_crash_point {
    ($($name:ident => $story:ident $point:ident,)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                $story(CrashPoint::$point).await;
            }
        )+

        #[test]
        fn every_crash_point_has_a_test() {
            let tested = [$(CrashPoint::$point),+];
            for point in CrashPoint::ALL {
                assert!(tested.contains(point), "{point} has no test");
            }
        }
    };
}

each_crash_point! {
    relay_after_claim => survives RelayAfterClaim,
    relay_after_publish => survives RelayAfterPublish,
    relay_after_marked => survives RelayAfterMarked,
    intake_after_draft => survives IntakeAfterDraft,
    intake_before_accept_commit => survives IntakeBeforeAcceptCommit,
    intake_after_accept_commit => survives IntakeAfterAcceptCommit,
    dispatcher_before_attempt_commit => survives DispatcherBeforeAttemptCommit,
    dispatcher_after_attempt_commit => survives DispatcherAfterAttemptCommit,
    dispatcher_after_answer => survives DispatcherAfterAnswer,
    dispatcher_after_outcome_commit => survives DispatcherAfterOutcomeCommit,
    onboard_before_attempt_commit => application_survives OnboardBeforeAttemptCommit,
    onboard_after_attempt_commit => application_survives OnboardAfterAttemptCommit,
    onboard_after_answer => application_survives OnboardAfterAnswer,
    onboard_after_outcome_commit => application_survives OnboardAfterOutcomeCommit,
    review_before_commit => application_survives ReviewBeforeCommit,
    review_after_commit => application_survives ReviewAfterCommit,
    reconcile_after_query => survives ReconcileAfterQuery,
    reconcile_after_outcome_commit => survives ReconcileAfterOutcomeCommit,
    receiver_before_commit => survives ReceiverBeforeCommit,
    receiver_after_commit => survives ReceiverAfterCommit,
    notifier_before_post => survives NotifierBeforePost,
    notifier_after_post => survives NotifierAfterPost,
    notifier_after_record_commit => survives NotifierAfterRecordCommit,
}
