//! Everything is replaced, one after the other, while users withdraw: nobody notices.

use std::time::Instant;

use cluster::{Cluster, Size, Users, nothing_is_lost};
use stand::system::Service;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollout_of_everything_is_noticed_by_nobody() {
    let size = Size {
        open: 2,
        workers: 2,
    };
    let mut cluster = Cluster::open(size).await.unwrap();
    let Cluster { scene, replicas } = &mut cluster;
    let rolls = async {
        for service in Service::ALL {
            let began = Instant::now();
            let old = replicas.fleet.replicas_of(service);
            replicas.roll(service).await.unwrap();
            println!("{}: replaced in {:?}", service.name(), began.elapsed());
            let new = replicas.fleet.replicas_of(service);
            assert_eq!(new.len(), old.len());
            assert!(old.iter().all(|replica| !new.contains(replica)), "{new:?}");
        }
    };
    let (tally, ()) = Users::STEADY.during(scene, "rollout", rolls).await.unwrap();
    assert_eq!(tally.failures, Vec::<String>::new());
    nothing_is_lost(scene, "a rollout", &tally).await.unwrap();
    cluster.close(&tally.accepted).await.unwrap();
}
