//! Several of each service share the work, and lose none of it with one of them.

use std::time::Duration;

use cluster::{Cluster, Size, Tally, UnderWay, Users, hold_unsent};
use sandbox::huifu::{Fault, Selector};
use sandbox::partner::Mode;
use stand::system::Service;

/// By when others have what a dead one had in its hands.
const PICKED_UP: Duration = Duration::from_secs(5);

/// Much longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_spreads_over_all_and_any_of_them_may_die() {
    let size = Size {
        open: 2,
        workers: 3,
    };
    let mut cluster = Cluster::open(size).await.unwrap();
    let mut tally = spreads(&cluster).await;
    for service in Service::ALL {
        tally = tally.and(loses_one(&mut cluster, service).await);
    }
    cluster.close(&tally.accepted).await.unwrap();
}

/// Each replica has a share of what users do.
async fn spreads(cluster: &Cluster) -> Tally {
    let enough = async {
        stand::eventually(PATIENCE, "everybody to have done something", async || {
            for service in Service::ALL {
                let done = cluster.replicas.done_by(service).await.unwrap();
                if done.values().any(|count| *count < 3) {
                    return Err(format!("{done:?}"));
                }
            }
            Ok(())
        })
        .await;
        for service in Service::ALL {
            println!("{:?}", cluster.replicas.done_by(service).await.unwrap());
        }
    };
    let (tally, ()) = Users::STEADY
        .during(&cluster.scene, "spread", enough)
        .await
        .unwrap();
    assert_eq!(tally.failures, Vec::<String>::new());
    tally
}

/// Kills one under load, and puts another in its place when its work was picked up.
async fn loses_one(cluster: &mut Cluster, service: Service) -> Tally {
    let Cluster { scene, replicas } = cluster;
    let name = service.name();
    let act = async {
        // Not at rest: there is something to lose. Whoever is spared by the kill counts too, so the
        // figure is never too small.
        let what = "work to be under way";
        let under_way = stand::eventually(PATIENCE, what, async || {
            let now = UnderWay::now(scene).await.unwrap();
            (!now.is_empty()).then_some(now)
        })
        .await;
        let dies = replicas.fleet.replicas_of(service)[0];
        replicas.fleet.kill_9(dies).await.unwrap();
        let took = under_way.got_on().await;
        let unsent = hold_unsent(scene).await.unwrap();
        println!(
            "{name}: {} under way got on in {took:?}; {unsent} were not sent and are a person's",
            under_way.len()
        );
        assert!(unsent == 0 || service == Service::HuifuDispatcher);
        took
    };
    let (tally, took) = Users::STEADY.during(scene, name, act).await.unwrap();
    assert!(took <= PICKED_UP, "{name}: {took:?}");
    // Only who was on a connection to a dead one has seen anything.
    if !matches!(service, Service::Intake) {
        assert_eq!(tally.failures, Vec::<String>::new(), "{name}");
    }
    cluster.add(service).await.unwrap();
    tally
}

/// The worst moment: Huifu has been asked, and its answer never comes to anybody who waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_dispatcher_had_on_the_wire_is_asked_about_by_another() {
    let size = Size {
        open: 1,
        workers: 1,
    };
    let mut cluster = Cluster::open(size).await.unwrap();
    let silent = [Fault::TimeoutAfterPaying, Fault::NoCallback];
    let huifu = &cluster.scene.huifu;
    huifu.set_fault(Selector::any(), &silent, Some(4));
    let ids = cluster.scene.withdraw_many(4, "32.00").await.unwrap();
    stand::eventually(PATIENCE, "four payments at Huifu", async || {
        huifu.book().payments.len() == 4
    })
    .await;
    takes_over(&mut cluster, Service::HuifuDispatcher).await;
    cluster.close(&ids).await.unwrap();
}

/// The same of a notice: the partner is slow, and its sender is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dead_notifier_was_sending_is_sent_by_another() {
    let size = Size {
        open: 1,
        workers: 1,
    };
    let mut cluster = Cluster::open(size).await.unwrap();
    cluster.scene.partner.set_mode(Mode::Hang);
    let ids = cluster.scene.withdraw_many(4, "33.00").await.unwrap();
    stand::eventually(PATIENCE, "four notices on the wire", async || {
        cluster.scene.partner.notices().len() >= 4
    })
    .await;
    cluster.scene.partner.set_mode(Mode::Ok);
    takes_over(&mut cluster, Service::PartnerNotifier).await;
    cluster.close(&ids).await.unwrap();
}

/// Two more are there; the first, which has all of it in hands, dies.
async fn takes_over(cluster: &mut Cluster, service: Service) {
    let dies = cluster.replicas.fleet.replicas_of(service)[0];
    for _ in 0..2 {
        cluster.add(service).await.unwrap();
    }
    cluster.replicas.fleet.kill_9(dies).await.unwrap();
    let under_way = UnderWay::now(&cluster.scene).await.unwrap();
    assert_eq!(under_way.len(), 4, "the dead one had them all");
    let took = under_way.got_on().await;
    println!("{}: four got on in {took:?}", service.name());
    assert!(took <= PICKED_UP, "{}: {took:?}", service.name());
}
