//! A node of the broker dies, or is cut off from the others, while users withdraw.

use std::time::Duration;

use cluster::{Cluster, Outage, Tally, Users, nothing_is_lost};
use contract::topology::QUEUES;
use e2e::Engines;
use stand::private::BrokerCluster;
use stand::system::Service;

/// Longer than a node needs to find that it is alone: `net_ticktime` and a quarter, in
/// `deploy/k8s/components/broker/broker.yaml`.
const ALONE: Duration = Duration::from_secs(60);

/// A dead node is noticed by its connections at once, and others lead its queues within seconds.
const AFTER_A_KILL: Duration = Duration::from_secs(10);

/// A node that is cut off keeps its connections until it finds that it is alone; who published to
/// it waits out a confirm and an opening.
const AFTER_A_CUT: Duration = Duration::from_secs(45);

async fn open(broker: &BrokerCluster) -> Cluster {
    let engines = Engines::on(None, Some(broker.handle())).await.unwrap();
    let mut cluster = Cluster::empty(engines).await.unwrap();
    broker.impose_policies(&vhost(&cluster)).await.unwrap();
    for service in Service::ALL {
        cluster.add(service).await.unwrap();
    }
    cluster
}

fn vhost(cluster: &Cluster) -> String {
    let url = &cluster.scene.fleet.plan.amqp_url;
    url.rsplit('/').next().unwrap().to_owned()
}

/// Who leads the queue of what was accepted, which matters most.
async fn leader(broker: &BrokerCluster, cluster: &Cluster) -> usize {
    let deadline = Duration::from_secs(30);
    stand::eventually(deadline, "a queue to have a leader", async || {
        broker.leader(&vhost(cluster), QUEUES[0].name).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_node_may_die_and_so_may_the_one_that_leads_after_it() {
    let mut broker = BrokerCluster::create().await.unwrap();
    let cluster = open(&broker).await;
    let mut tally = Tally::default();
    for name in ["leader", "next-leader"] {
        let dies = leader(&broker, &cluster).await;
        let act = async {
            let outage = Outage::begins(&cluster.scene).await.unwrap();
            broker.kill_9(dies).await.unwrap();
            let took = outage.is_over().await;
            println!("{name}: node {dies} killed; the first end after {took:?}");
            broker.start(dies).await.unwrap();
            took
        };
        let (seen, took) = Users::PATIENT
            .during(&cluster.scene, name, act)
            .await
            .unwrap();
        assert!(took <= AFTER_A_KILL, "{name}: {took:?}");
        assert_eq!(seen.failures, Vec::<String>::new(), "users need no broker");
        tally = tally.and(seen);
    }
    nothing_is_lost(&cluster.scene, "nodes killed", &tally)
        .await
        .unwrap();
    cluster.close(&tally.accepted).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_cut_off_pauses_itself_and_the_two_others_go_on() {
    let broker = BrokerCluster::create().await.unwrap();
    let cluster = open(&broker).await;
    let alone = leader(&broker, &cluster).await;
    let act = async {
        let outage = Outage::begins(&cluster.scene).await.unwrap();
        broker.cut_off(alone);
        let took = outage.is_over().await;
        println!("node {alone} cut off; the first end after {took:?}");
        stand::eventually(ALONE, "the minority to pause", async || {
            broker.takes_clients(alone).await.is_ok_and(|takes| !takes)
        })
        .await;
        broker.mend(alone);
        stand::eventually(ALONE, "the minority to come back", async || {
            broker.takes_clients(alone).await.is_ok_and(|takes| takes)
        })
        .await;
        took
    };
    let (tally, took) = Users::PATIENT
        .during(&cluster.scene, "cut", act)
        .await
        .unwrap();
    assert!(took <= AFTER_A_CUT, "{took:?}");
    assert_eq!(tally.failures, Vec::<String>::new(), "users need no broker");
    nothing_is_lost(&cluster.scene, "a node cut off", &tally)
        .await
        .unwrap();
    cluster.close(&tally.accepted).await.unwrap();
}
