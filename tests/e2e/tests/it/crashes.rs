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
        At::ReceiverBeforeCommit | At::ReceiverAfterCommit => Service::CallbackReceiver,
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

async fn survives(point: CrashPoint) {
    let service = service(point);
    let engines = Engines::shared().await.unwrap();
    let mut scene = Scene::open_with(engines, |plan| {
        plan.tell(service, "CRASH_AT", point.name());
        if point.name().starts_with("relay.") {
            // The others' relays must not be quicker than the one that is to die.
            for other in Service::ALL.into_iter().filter(|other| *other != service) {
                plan.tell(other, "OUTBOX_POLL_MS", "60000");
            }
        }
    })
    .await
    .unwrap();
    let reconciles = matches!(
        point,
        CrashPoint::ReconcileAfterQuery | CrashPoint::ReconcileAfterOutcomeCommit
    );
    if reconciles {
        scene.huifu.fail_next(1, Fault::NoCallback);
    }
    let fields = [("money", "55.00"), ("out_order_no", "order-55")];
    let first = scene.withdraw_with(&fields).await;

    let status = scene.fleet.wait(service).await.unwrap();
    assert!(!status.success(), "{point} was not reached");
    scene
        .fleet
        .plan
        .extra
        .get_mut(&service)
        .unwrap()
        .remove("CRASH_AT");
    scene.fleet.start_one(service).await.unwrap();

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

macro_rules! each_crash_point {
    ($($name:ident => $point:ident,)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                survives(CrashPoint::$point).await;
            }
        )+

        #[test]
        fn every_crash_point_has_a_test() {
            let tested = [$(CrashPoint::$point),+];
            // No withdrawal passes those of onboarding: huifu-dispatcher's own tests visit them.
            let onboards = |point: &&CrashPoint| point.name().starts_with("onboard.");
            for point in CrashPoint::ALL.iter().filter(|point| !onboards(point)) {
                assert!(tested.contains(point), "{point} has no test");
            }
        }
    };
}

each_crash_point! {
    relay_after_claim => RelayAfterClaim,
    relay_after_publish => RelayAfterPublish,
    relay_after_marked => RelayAfterMarked,
    intake_after_draft => IntakeAfterDraft,
    intake_before_accept_commit => IntakeBeforeAcceptCommit,
    intake_after_accept_commit => IntakeAfterAcceptCommit,
    dispatcher_before_attempt_commit => DispatcherBeforeAttemptCommit,
    dispatcher_after_attempt_commit => DispatcherAfterAttemptCommit,
    dispatcher_after_answer => DispatcherAfterAnswer,
    dispatcher_after_outcome_commit => DispatcherAfterOutcomeCommit,
    reconcile_after_query => ReconcileAfterQuery,
    reconcile_after_outcome_commit => ReconcileAfterOutcomeCommit,
    receiver_before_commit => ReceiverBeforeCommit,
    receiver_after_commit => ReceiverAfterCommit,
    notifier_before_post => NotifierBeforePost,
    notifier_after_post => NotifierAfterPost,
    notifier_after_record_commit => NotifierAfterRecordCommit,
}
