//! A real `/metrics`: names, labels and bounds are what rules and dashboard ask for.

use std::time::Duration;

use deploy::names_in;
use stand::keys::KeyFiles;
use stand::process::Process;
use stand::system::{Plan, Service};
use stand::{TestDatabase, TestVhost, eventually};

const PATIENCE: Duration = Duration::from_secs(30);

/// What one callback that Huifu did not sign must show, as rules and dashboard name it.
const ASKED_FOR: [&str; 8] = [
    "http_request_seconds_count{status=",
    "http_request_seconds_bucket{le=\"1\"",
    "callbacks_total{reply=\"bad_signature\"",
    "callbacks_total{about=\"callback\"",
    "outbox_lag_seconds",
    "queue_ready{queue=",
    "database_connections_used",
    "database_connections_max",
];

#[tokio::test]
async fn a_process_shows_what_the_rules_ask_for() {
    let database = TestDatabase::create().await.unwrap();
    let vhost = TestVhost::create().await.unwrap();
    let mut plan = Plan::new(database.url(), vhost.amqp_url(), &KeyFiles::huifu());
    let service = Service::CallbackReceiver;
    // The queues are looked at four times in it.
    plan.tell(service, "OUTBOX_REPUBLISH_AFTER_MS", "400");
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let told = plan.environment(service);
    let mut process = Process::spawn(service.name(), &[], &told, &log).unwrap();
    let admin = plan.admin_url(service);
    process
        .wait_ready(&format!("{admin}/readyz"), PATIENCE)
        .await
        .unwrap();
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .build()
        .unwrap();
    let posted = client
        .post(plan.callback_url())
        .header("content-type", "application/x-www-form-urlencoded")
        .body("resp_data=%7B%7D&sign=AAAA")
        .send();
    assert!(posted.await.unwrap().status().is_client_error());
    eventually(PATIENCE, "every metric that is asked for", async || {
        let asked = client.get(format!("{admin}/metrics")).send().await;
        let text = asked.unwrap().text().await.unwrap();
        let missing = ASKED_FOR
            .iter()
            .find(|one| !text.lines().any(|line| shows(line, one)));
        missing.map_or(Ok(()), |missing| Err(format!("no {missing} in:\n{text}")))
    })
    .await;
}

/// Whether a line is of this metric and has this label, at whatever place.
fn shows(line: &str, asked: &str) -> bool {
    let (name, label) = asked.split_once('{').unwrap_or((asked, ""));
    names_in(line).contains(name) && line.contains(label)
}
