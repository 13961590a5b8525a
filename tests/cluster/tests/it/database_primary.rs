//! The primary of the database dies while users withdraw, and a standby takes its place.

use std::time::Duration;

use cluster::{Cluster, Outage, Users, nothing_is_lost};
use e2e::Engines;
use stand::private::DatabaseCluster;
use stand::system::Service;

/// From the kill on. What finds that the primary is dead and decides who follows is not part of
/// it: here the standby is promoted at once.
const RECOVERS: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_before_the_primary_died_is_there_after_it() {
    let mut database = DatabaseCluster::create().await.unwrap();
    let engines = Engines::on(Some(database.handle()), None).await.unwrap();
    let mut cluster = Cluster::empty(engines).await.unwrap();
    for service in Service::ALL {
        cluster.add(service).await.unwrap();
    }
    let act = async {
        let outage = Outage::begins(&cluster.scene).await.unwrap();
        database.kill_primary().await.unwrap();
        database.fail_over().await.unwrap();
        let took = outage.is_over().await;
        println!("primary killed; the first end after {took:?}");
        took
    };
    let (tally, took) = Users::PATIENT
        .during(&cluster.scene, "primary", act)
        .await
        .unwrap();
    assert!(took <= RECOVERS, "{took:?}");
    nothing_is_lost(&cluster.scene, "the primary killed", &tally)
        .await
        .unwrap();
    cluster.close(&tally.accepted).await.unwrap();
}
