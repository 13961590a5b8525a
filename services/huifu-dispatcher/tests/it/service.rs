//! The whole service, on a real broker.

use std::time::Duration;

use contract::withdrawal::State;
use huifu_dispatcher::app;
use jiff::SignedDuration;
use runtime::service::{Running, start_in_process};
use runtime::settings::Env;
use stand::{TestVhost, eventually};
use store::attempts::AttemptOutcome::{NotSent, Submitted};

use crate::world::{World, environment, start_huifu};

const SOON: Duration = Duration::from_secs(30);

async fn start(world: &World, vhost: &TestVhost, huifu_base_url: &str) -> Running {
    let mut variables = environment(huifu_base_url);
    variables.extend([
        ("DATABASE_URL", world.database.url().to_owned()),
        ("AMQP_URL", vhost.amqp_url().to_owned()),
        ("ADMIN_LISTEN", "127.0.0.1:0".to_owned()),
        ("OUTBOX_POLL_MS", "50".to_owned()),
    ]);
    let env = Env::new(variables);
    start_in_process("huifu-dispatcher", env, app::start)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_the_outbox_is_submitted_and_the_service_stops_in_good_order() {
    let (world, vhost) = tokio::join!(World::start(), TestVhost::create());
    let vhost = vhost.unwrap();
    let mut accepted = Vec::new();
    for fen in 0..20 {
        accepted.push(world.accept(10_000 + fen).await.body.withdrawal_id);
    }
    let running = start(&world, &vhost, &world.huifu.base_url).await;
    for id in &accepted {
        eventually(SOON, "submitted", async || {
            world.see(id).await.state == State::Submitted
        })
        .await;
        assert_eq!(world.see(id).await.executions, 1);
    }
    running.stop().await.unwrap();
    assert!(world.outbox().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_huifu_is_away_it_is_tried_again_and_sent_once() {
    let (world, vhost) = tokio::join!(World::start(), TestVhost::create());
    let vhost = vhost.unwrap();
    let port = stand::free_port();
    let running = start(&world, &vhost, &format!("http://127.0.0.1:{port}")).await;
    let id = world.accept(10_000).await.body.withdrawal_id;
    eventually(SOON, "two attempts that never left", async || {
        world.attempts(&id).await.len() >= 2
    })
    .await;
    let huifu = start_huifu(port).await;
    eventually(SOON, "submitted", async || {
        world.see(&id).await.state == State::Submitted
    })
    .await;
    let attempts = world.attempts(&id).await;
    let (last, earlier) = attempts.split_last().unwrap();
    assert_eq!(last.outcome, Some(Submitted));
    assert!(earlier.iter().all(|one| one.outcome == Some(NotSent)));
    let serials: Vec<_> = attempts.iter().map(|one| one.req_seq_id.as_str()).collect();
    assert_eq!(huifu.book().executions(&serials), 1);
    running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_a_crash_left_behind_is_asked_about() {
    let (world, vhost) = tokio::join!(World::start(), TestVhost::create());
    let vhost = vhost.unwrap();
    let message = world.accept(10_000).await;
    let id = &message.body.withdrawal_id;
    world.open_attempt(id, 10_000).await;
    let running = start(&world, &vhost, &world.huifu.base_url).await;
    eventually(SOON, "unconfirmed", async || {
        world.see(id).await.state == State::Unconfirmed
    })
    .await;
    running.stop().await.unwrap();
    assert_eq!(world.huifu.book().payments.len(), 0, "asked, not sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wish_in_the_outbox_brings_a_balance() {
    let (world, vhost) = tokio::join!(World::start(), TestVhost::create());
    let vhost = vhost.unwrap();
    let running = start(&world, &vhost, &world.huifu.base_url).await;
    world
        .wish(&"10001".parse().unwrap(), SignedDuration::ZERO)
        .await;
    eventually(SOON, "the balance", async || {
        world.balance().await.is_some()
    })
    .await;
    running.stop().await.unwrap();
    assert!(world.outbox().await.is_empty());
}
