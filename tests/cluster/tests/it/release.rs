//! A release is rolled out over the one before, taken back and rolled out again, while users
//! withdraw and their partner is away now and then: nobody notices.
//!
//! What a newcomer would get wrong: the schema goes forward once and stays. The release before runs
//! on it twice, between the migration and its end, and after the rollback, on rows that the newer
//! one has written.

use std::time::Instant;

use cluster::{Cluster, Replicas, Size, Users, nothing_is_lost};
use e2e::Scene;
use sandbox::partner::Mode;
use stand::opsctl::Opsctl;
use stand::system::Service;

/// The partner is away for most of the scene: production's pauses grow to hours meanwhile.
const SCHEDULE: &str = "2000,2000,4000,4000,8000,8000,8000,8000,8000,8000";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_goes_up_and_back_and_up_again_and_nobody_notices() {
    let before = stand::previous_release().await.unwrap();
    let size = Size {
        open: 2,
        workers: 2,
    };
    let mut cluster = Cluster::empty_of(&before).await.unwrap();
    let notifier = Service::PartnerNotifier;
    let plan = &mut cluster.replicas.fleet.plan;
    plan.tell(notifier, "NOTICE_SCHEDULE_MS", SCHEDULE);
    plan.tell(notifier, "NOTICE_PROBE_MS", "2000");
    plan.tell(notifier, "NOTICE_LONGEST_PROBE_MS", "4000");
    cluster.fill(size).await.unwrap();
    let Cluster { scene, replicas } = &mut cluster;
    let opsctl = Opsctl::on(&scene.fleet.plan.database_url);
    let release = async {
        stays_out_before_the_migration(replicas).await;
        let began = Instant::now();
        let said = opsctl.run(&["migrate"]).await.unwrap();
        println!("{} It took {:?}.", said.trim(), began.elapsed());

        replicas.fleet.binaries = None;
        roll("up", scene, replicas).await;
        replicas.fleet.binaries = Some(before.clone());
        roll("back", scene, replicas).await;
        replicas.fleet.binaries = None;
        roll("up again", scene, replicas).await;
    };
    let (tally, ()) = Users::STEADY
        .during(scene, "release", release)
        .await
        .unwrap();
    assert_eq!(tally.failures, Vec::<String>::new());
    nothing_is_lost(scene, "a release", &tally).await.unwrap();
    opsctl.run(&["audit", "verify"]).await.unwrap();
    cluster.close(&tally.accepted).await.unwrap();
}

/// A forgotten migration stops the rollout and nothing else.
async fn stays_out_before_the_migration(replicas: &mut Replicas) {
    let before = replicas.fleet.binaries.take();
    for service in Service::ALL {
        let early = replicas.fleet.add(service).unwrap();
        let ended = replicas.fleet.wait(early).await.unwrap();
        assert_eq!(ended.code(), Some(1), "{}", early.name());
    }
    replicas.fleet.binaries = before;
}

/// Replaces everything. The partner is away meanwhile: what the old ones have begun to tell it, or
/// have put aside, is told by the new ones. An account is asked for before, and opened by then.
async fn roll(way: &str, scene: &Scene, replicas: &mut Replicas) {
    let began = Instant::now();
    scene.partner.set_mode(Mode::Status { code: 503 });
    let number = way.replace(' ', "-");
    let applicant = scene.apply("individual_merchant", "审", &number).await;
    let application = applicant.unwrap().application_id;
    for service in Service::ALL {
        replicas.roll(service).await.unwrap();
    }
    scene.partner.set_mode(Mode::Ok);
    scene.comes_to(&application, "passed").await;
    scene.hears_of(&application, "1").await;
    println!("{way}: everything replaced in {:?}", began.elapsed());
}
