//! A real `/metrics`: names, labels and bounds are what rules and dashboard ask for.

use std::time::Duration;

use deploy::names_in;
use reqwest::Client;
use stand::keys::KeyFiles;
use stand::process::Process;
use stand::system::{Plan, Service};
use stand::{TestDatabase, TestVhost, eventually};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

/// What one callback that Huifu did not sign must show, as rules and dashboard name it.
const OF_RECEIVER: [&str; 8] = [
    "http_request_seconds_count{status=",
    "http_request_seconds_bucket{le=\"1\"",
    "tixian_callbacks_total{reply=\"bad_signature\"",
    "tixian_callbacks_total{about=\"callback\"",
    "tixian_outbox_lag_seconds",
    "tixian_queue_ready_messages{queue=",
    "database_connections_used",
    "database_connections_max",
];

/// What is shown of an empty database.
const OF_DISPATCHER: [&str; 6] = [
    "tixian_withdrawals_open{state=\"accepted\"",
    "tixian_withdrawals_unmoved_seconds{state=\"unconfirmed\"",
    "tixian_withdrawals_held",
    "tixian_notices_owed",
    "tixian_cases_open",
    "tixian_outbox_lag_seconds",
];

#[tokio::test]
async fn processes_show_what_the_rules_ask_for() {
    let database = TestDatabase::create().await.unwrap();
    let vhost = TestVhost::create().await.unwrap();
    let mut plan = Plan::new(database.url(), vhost.amqp_url(), &KeyFiles::huifu());
    // Nobody listens there.
    plan.huifu_base_url = "http://127.0.0.1:1".to_owned();
    // The queues are looked at four times in it.
    plan.tell(
        Service::CallbackReceiver,
        "OUTBOX_REPUBLISH_AFTER_MS",
        "400",
    );
    let client = Client::builder().timeout(PATIENCE).build().unwrap();

    let _receiver = started(&plan, Service::CallbackReceiver).await;
    let posted = client
        .post(plan.callback_url())
        .header("content-type", "application/x-www-form-urlencoded")
        .body("resp_data=%7B%7D&sign=AAAA")
        .send();
    assert!(posted.await.unwrap().status().is_client_error());
    shows_all(&client, &plan, Service::CallbackReceiver, &OF_RECEIVER).await;

    let _dispatcher = started(&plan, Service::HuifuDispatcher).await;
    shows_all(&client, &plan, Service::HuifuDispatcher, &OF_DISPATCHER).await;
}

async fn started(plan: &Plan, service: Service) -> (Process, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let told = plan.environment(service);
    let mut process = Process::spawn(service.name(), &[], &told, &log).unwrap();
    let ready = format!("{}/readyz", plan.admin_url(service));
    process.wait_ready(&ready, PATIENCE).await.unwrap();
    (process, folder)
}

async fn shows_all(client: &Client, plan: &Plan, service: Service, asked_for: &[&str]) {
    let url = format!("{}/metrics", plan.admin_url(service));
    eventually(PATIENCE, "every metric that is asked for", async || {
        let answer = client.get(&url).send().await.unwrap();
        let text = answer.text().await.unwrap();
        let is_missing = |one: &&&str| !text.lines().any(|line| shows(line, one));
        let missing = asked_for.iter().find(is_missing);
        missing.map_or(Ok(()), |missing| Err(format!("no {missing} in:\n{text}")))
    })
    .await;
}

/// Whether a line is of this metric and has this label, at whatever place.
fn shows(line: &str, asked: &str) -> bool {
    let (name, label) = asked.split_once('{').unwrap_or((asked, ""));
    names_in(line).contains(name) && line.contains(label)
}
