//! SIGTERM while withdrawals are under way: each service finishes what it has taken and exits 0.

use contract::ids::WithdrawalId;
use e2e::Scene;
use sandbox::partner::Mode;
use stand::system::Service;

#[tokio::test]
async fn each_service_can_be_told_to_stop_at_any_time_and_nothing_is_lost() {
    let mut scene = Scene::open().await.unwrap();
    let mut ids: Vec<WithdrawalId> = Vec::new();
    for service in [
        Service::HuifuDispatcher,
        Service::CallbackReceiver,
        Service::PartnerNotifier,
    ] {
        ids.extend(scene.withdraw_many(10, "38.00").await.unwrap());
        // `stop` demands exit code 0.
        scene.fleet.stop(service).await.unwrap();
        ids.extend(scene.withdraw_many(5, "39.00").await.unwrap());
        scene.fleet.start_one(service).await.unwrap();
    }
    scene.all_paid(&ids).await;
    scene.close().await.unwrap();
}

#[tokio::test]
async fn intake_answers_what_it_has_taken_before_it_stops() {
    let mut scene = Scene::open().await.unwrap();
    let users = 8;
    let started: Vec<_> = (0..users).map(|_| scene.withdraw("45.00")).collect();
    let (answers, stopped) = {
        let pid = scene.fleet.process(Service::Intake).unwrap();
        let load = futures_util::future::join_all(started);
        let stop = async { pid.sigterm() };
        tokio::join!(load, stop)
    };
    stopped.unwrap();
    assert!(scene.fleet.wait(Service::Intake).await.unwrap().success());
    scene.fleet.start_one(Service::Intake).await.unwrap();
    // Who was refused was told so by a closed connection; who was sent back is paid.
    let ids: Vec<_> = answers.into_iter().flatten().collect();
    scene.all_paid(&ids).await;
    scene.close().await.unwrap();
}

#[tokio::test]
async fn a_notifier_that_waits_for_a_slow_partner_still_stops_in_good_order() {
    let mut scene = Scene::open().await.unwrap();
    scene.partner.set_mode(Mode::Slow { ms: 1_000 });
    let id = scene.withdraw("46.00").await.unwrap();
    let deadline = std::time::Duration::from_secs(30);
    stand::eventually(deadline, "the notice to be under way", async || {
        !scene.partner.notices().is_empty() || scene.find(&id).await.unwrap().terminal_at.is_some()
    })
    .await;
    scene.fleet.stop(Service::PartnerNotifier).await.unwrap();
    scene.partner.set_mode(Mode::Ok);
    scene
        .fleet
        .start_one(Service::PartnerNotifier)
        .await
        .unwrap();
    scene.hears(&id, 1).await;
    scene.close().await.unwrap();
}
