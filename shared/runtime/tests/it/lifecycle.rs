//! Starting, being healthy, failing and stopping.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use runtime::http_client::{self, Limits};
use runtime::service::{Running, Service, start_in_process};
use runtime::settings::Env;
use stand::{Switch, eventually};
use tokio::sync::Notify;

use crate::world::{DEADLINE, Obedient, World};

pub(crate) fn client() -> reqwest::Client {
    let limits = Limits {
        connect_timeout: Duration::from_secs(5),
        total_timeout: DEADLINE,
        idle_per_host: 4,
    };
    http_client::build(&limits).unwrap()
}

async fn readyz(running: &Running) -> (u16, serde_json::Value) {
    let url = format!("http://{}/readyz", running.admin);
    let response = client().get(url).send().await.unwrap();
    let status = response.status().as_u16();
    let body = http_client::read_capped(response, 10_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_service_is_ready_once_its_parts_are_and_shows_its_metrics() {
    let world = World::new().await;
    let handler = Obedient::new(&world, &[]);
    let running = world.start(Some(handler.clone()), &[]).await;
    eventually(DEADLINE, "ready", async || readyz(&running).await.0 == 200).await;
    assert_eq!(readyz(&running).await.1["parts"]["database"], true);
    world.enqueue().await;
    eventually(DEADLINE, "carried out", async || handler.settled() == 1).await;
    let url = format!("http://{}/metrics", running.admin);
    let response = client().get(url).send().await.unwrap();
    let text = http_client::read_capped(response, 1_000_000).await.unwrap();
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert!(
        text.contains("messaging_client_sent_messages_total"),
        "{text}"
    );
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_consumer_without_its_broker_is_alive_and_not_ready() {
    let world = World::new().await;
    let nowhere = "amqp://127.0.0.1:1/".to_owned();
    let handler = Obedient::new(&world, &[]);
    let running = world.start(Some(handler), &[("AMQP_URL", &nowhere)]).await;
    let (status, body) = readyz(&running).await;
    assert_eq!(
        (status, &body["parts"]["broker"]),
        (503, &false.into()),
        "{body}"
    );
    let live = client()
        .get(format!("http://{}/livez", running.admin))
        .send()
        .await
        .unwrap();
    assert_eq!(live.status(), 200);
    running.stop().await.unwrap();
}

/// Its heartbeat would tell after twenty seconds, and the grace is over after eight.
#[tokio::test]
async fn a_broker_that_falls_silent_is_not_waited_for_when_the_service_stops() {
    let world = World::new().await;
    let mut url: url::Url = world.vhost.amqp_url().parse().unwrap();
    let wire = Switch::to(&[url.port().unwrap()]).await.unwrap();
    url.set_port(Some(wire.port())).unwrap();
    let handler = Obedient::new(&world, &[]);
    let told = [
        ("AMQP_URL", url.as_str()),
        ("SHUTDOWN_GRACE_MS", "8000"),
        // Often enough that it is asking what lies there when nothing comes back any more.
        ("OUTBOX_REPUBLISH_AFTER_MS", "1000"),
    ];
    let running = world.start(Some(handler.clone()), &told).await;
    world.enqueue().await;
    eventually(DEADLINE, "carried out", async || handler.settled() == 1).await;
    wire.freeze();
    running.stop().await.unwrap();
}

#[tokio::test]
async fn what_was_taken_is_finished_before_the_service_stops() {
    let world = World::new().await;
    let (taken, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&taken), Arc::clone(&go_on));
    let slow = async move || {
        tell.notify_one();
        wait.notified().await;
        "finished"
    };
    let start = async move |service: Service<()>| {
        let router = Router::new().route("/slow", get(slow));
        service.http("127.0.0.1:0".parse()?, router).await?;
        Ok(())
    };
    let running = start_in_process("test-service", Env::new(world.env()), start)
        .await
        .unwrap();
    let address = running.address();
    let request = tokio::spawn(client().get(format!("http://{address}/slow")).send());
    taken.notified().await;
    let stopped = tokio::spawn(running.stop());
    eventually(DEADLINE, "nothing new is taken", async || {
        client()
            .get(format!("http://{address}/slow"))
            .send()
            .await
            .is_err_and(|error| error.is_connect())
    })
    .await;
    assert!(!stopped.is_finished(), "it waits for the request it took");
    go_on.notify_one();
    let body = request.await.unwrap().unwrap().bytes().await.unwrap();
    assert_eq!(&body[..], b"finished");
    stopped.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_task_that_ends_by_itself_takes_the_service_with_it() {
    let world = World::new().await;
    let start = async |service: Service<()>| {
        service.relay();
        service.tasks.spawn("hasty", async { Ok(()) });
        Ok(())
    };
    let running = start_in_process("test-service", Env::new(world.env()), start)
        .await
        .unwrap();
    assert!(running.ended().await.is_err());
}

#[tokio::test]
async fn a_database_without_our_schema_is_refused() {
    let world = World::new().await;
    let mut env = world.env();
    let bare = stand::postgres().await.unwrap().admin_url().to_owned();
    env.push(("DATABASE_URL", bare));
    let start = async |_: Service<()>| Ok(());
    let refused = start_in_process("test-service", Env::new(env), start).await;
    let error = format!("{:#}", refused.err().expect("refused"));
    assert!(error.contains("opsctl migrate"), "{error}");
}

#[tokio::test]
async fn bad_settings_are_all_named_and_nothing_is_started() {
    let start = async |_: Service<()>| Ok(());
    let refused = start_in_process("test-service", Env::new([("LOG_FORMAT", "xml")]), start).await;
    let error = refused.err().expect("refused").to_string();
    for name in ["DATABASE_URL", "AMQP_URL", "ADMIN_LISTEN", "LOG_FORMAT"] {
        assert!(error.contains(name), "{name}: {error}");
    }
}
