//! What is asked every few seconds for `/metrics`: right, and cheap on the day on which it matters.

use contract::withdrawal::{State, Transition};
use metrics_exporter_prometheus::PrometheusBuilder;
use store::{outbox, overview};

use crate::plan;
use crate::world::World;

const MUCH: &str = include_str!("sql/much_that_waits.sql");

#[tokio::test]
async fn what_waits_is_counted_in_indexes_and_no_further_than_its_bound() {
    let world = World::new().await;
    let raw = world.raw().await;
    raw.batch_execute(MUCH).await.unwrap();
    // As autovacuum does: until then an index alone does not tell what is still there.
    raw.batch_execute("vacuum analyze outbox").await.unwrap();
    raw.batch_execute("vacuum analyze dead_letters, cases, lanes")
        .await
        .unwrap();
    // As the store says on each of its connections.
    raw.batch_execute("set enable_seqscan = off; set jit = off")
        .await
        .unwrap();
    let keys = "array['notice.due', 'withdrawal.accepted']";
    let now = "timestamptz '2027-01-01'";
    for (name, parameters, most) in [
        ("outbox.depths", &[now, "1000", keys][..], 100),
        ("outbox.parked_since", &[], 20),
        ("overview.open_letters", &["1000"], 100),
        ("overview.open_cases", &["100", "1000"], 30),
        ("overview.unfinished_jobs", &["1000"], 10),
    ] {
        let (pages, plan) = plan::pages(&raw, name, parameters).await;
        assert!(pages < most, "{name} reads {pages} pages:\n{plan}");
    }
    let connection = world.connection().await;
    let depths = outbox::depths(&connection, "2027-01-01T00:00Z".parse().unwrap())
        .await
        .unwrap();
    let [notices] = &depths[..] else {
        panic!("{depths:?}");
    };
    let counts = [
        notices.due,
        notices.later,
        notices.parked,
        notices.published,
    ];
    assert_eq!(counts, [30_000; 4]);
    let first = "2026-01-01T00:00:01Z".parse().unwrap();
    assert_eq!(notices.due_since, Some(first));
    assert_eq!(
        notices.published_since,
        Some("2026-01-02T00:00:01Z".parse().unwrap())
    );
    assert_eq!(
        outbox::parked_since(&connection).await.unwrap(),
        Some(first)
    );
    let letters = overview::open_letters(&connection).await.unwrap();
    let letters: Vec<_> = letters
        .iter()
        .map(|open| (&*open.service, &*open.class, open.count, open.oldest))
        .collect();
    assert_eq!(
        letters,
        [
            ("huifu-dispatcher", "handler", 10_000, first),
            ("partner-notifier", "status", 10_000, first),
            ("partner-notifier", "timeout", 10_000, first),
        ]
    );
}

/// What `/metrics` would show of a counter of money.
fn shown(text: &str, stage: &str) -> Option<u64> {
    let of_stage = format!("stage=\"{stage}\"");
    let mut lines = text.lines().filter(|line| {
        line.starts_with("tixian_money_fen_total{")
            && line.contains(&of_stage)
            && line.contains("T1")
    });
    lines.next()?.rsplit(' ').next()?.parse().ok()
}

#[tokio::test]
async fn money_is_counted_once_it_is_committed_and_never_twice() {
    // Of this thread alone, on which all of this test runs.
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _ours = metrics::set_default_local_recorder(&recorder);
    store::progress::begin_money();
    let stages = ["accepted", "paid", "failed", "returned"];
    let told = || stages.map(|stage| shown(&handle.render(), stage));
    assert_eq!(told(), [Some(0); 4]);

    let world = World::new().await;
    world.walked_to(1, State::Returned).await;
    world.walked_to(2, State::Failed).await;
    assert_eq!(told(), [20_000, 10_000, 10_000, 10_000].map(Some));

    let id = world.walked_to(3, State::Dispatching).await;
    world.take(&id, Transition::NotSent).await;
    assert_eq!(told()[0], Some(30_000), "accepted again is no new money");
    world.take(&id, Transition::OpenAttempt).await;
    world.take(&id, Transition::Submit).await;
    {
        let mut connection = world.connection().await;
        let tx = connection.begin("tests: pay and forget").await.unwrap();
        world.advance(&tx, &id, Transition::Pay).await.unwrap();
    }
    assert_eq!(told()[1], Some(10_000), "nothing was committed");
    world.take(&id, Transition::Pay).await;
    world.take(&id, Transition::Pay).await;
    assert_eq!(told()[1], Some(20_000), "paid, and agreed");
}
